#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

struct SequenceTask {
  std::string name;
  /// Its study, named SEQUENCE.TASK, with a complete study file as text.
  StudySpec spec;
};

/// Tasks over one space that run one after another.
struct SequenceSpec {
  std::string name;
  std::string text;  ///< Text of the file.
  std::vector<SequenceTask> tasks;
};

struct SequenceFile {
  std::optional<SequenceSpec> spec;  ///< None if a problem is an error.
  std::vector<Problem> problems;     ///< Errors and warnings, in the order of the file.
};

/// Whether a file has the key `sequence` or `tasks`.
[[nodiscard]] bool is_sequence_file(const std::filesystem::path& path);

/// Reads a sequence file: a study file with `sequence: NAME` instead of `study: NAME`, and with
/// `tasks`, a list of the changes of each task.
[[nodiscard]] SequenceFile read_sequence_file(const std::filesystem::path& path);
[[nodiscard]] SequenceFile read_sequence_text(std::string text, const std::filesystem::path& path);

[[nodiscard]] bool is_sequence(const WrittenStudy& written);

/// Studies of a simulated sequence, one for each table, which completes it. A file without tasks
/// has as many as there are tables.
struct SimulatedTasks {
  /// Each task begins with the results of the earlier ones: the file is a sequence or has a
  /// `memory`.
  bool remembers = false;
  std::vector<WrittenStudy> tasks;
};
[[nodiscard]] Result<SimulatedTasks> simulated_tasks(WrittenStudy written, std::size_t tables);

/// Folder of a task below that of its sequence: "tasks/01-first".
[[nodiscard]] std::string task_folder(std::size_t index, const std::string& task);

}  // namespace troupe::actors
