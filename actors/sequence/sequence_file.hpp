#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "actors/study_file/problem.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/study_file/written_study.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

struct SequenceTask {
  std::string name;
  /// The study that it is, called SEQUENCE.TASK. Its text is a study file of its own.
  StudySpec spec;
};

/// Tasks over one space, to be run one after another.
struct SequenceSpec {
  std::string name;
  std::string text;  ///< The file as given.
  std::vector<SequenceTask> tasks;
};

struct SequenceFile {
  std::optional<SequenceSpec>
      spec;                       ///< Absent if and only if there is an error among the problems.
  std::vector<Problem> problems;  ///< In the order of the file; warnings too.
};

/// Whether a file is meant as a sequence: it has the key `sequence` or `tasks`.
[[nodiscard]] bool is_sequence_file(const std::filesystem::path& path);

/// Reads a file that says what its tasks share as a study file does, with `sequence: NAME` in place
/// of `study: NAME`, and in `tasks` what each has otherwise.
[[nodiscard]] SequenceFile read_sequence_file(const std::filesystem::path& path);
[[nodiscard]] SequenceFile read_sequence_text(std::string text, const std::filesystem::path& path);

[[nodiscard]] bool is_sequence(const WrittenStudy& written);

/// What a simulation over so many tables reads: a study for each, which the table completes. A file
/// without tasks stands for any number of them.
struct SimulatedTasks {
  /// Each begins with what those before it found: the file is a sequence, or has a `memory`.
  bool remembers = false;
  std::vector<WrittenStudy> tasks;
};
[[nodiscard]] Result<SimulatedTasks> simulated_tasks(WrittenStudy written, std::size_t tables);

/// Where a task's study lies in the folder of its sequence: "tasks/01-first".
[[nodiscard]] std::string task_folder(std::size_t index, const std::string& task);

}  // namespace troupe::actors
