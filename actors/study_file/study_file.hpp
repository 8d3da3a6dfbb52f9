#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "actors/study_file/problem.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// What came of reading a study file.
struct StudyFile {
  std::optional<StudySpec> spec;  ///< Absent if and only if there is an error among the problems.
  std::vector<Problem> problems;  ///< In the order of the file; warnings too.
};

/// Whether a memory may come from elsewhere than the file.
enum class MemoryFrom { file, command_line };

/// Reads YAML (1.2, core schema) or JSON. Paths in the file are relative to the file's folder.
[[nodiscard]] StudyFile read_study_file(const std::filesystem::path& path,
                                        MemoryFrom memory = MemoryFrom::file);

/// The same for a text that was read already; `path` names it in messages and gives the folder.
[[nodiscard]] StudyFile read_study_text(std::string text, const std::filesystem::path& path,
                                        MemoryFrom memory = MemoryFrom::file);

/// A complete study file with a comment on every key.
[[nodiscard]] std::string_view study_template();

}  // namespace troupe::actors
