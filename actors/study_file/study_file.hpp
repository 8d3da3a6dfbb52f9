#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// The result of reading a study file.
struct StudyFile {
  std::optional<StudySpec> spec;  ///< None if and only if a problem is an error.
  std::vector<Problem> problems;  ///< Errors and warnings, in the order of the file.
};

/// Where the path of the memory comes from.
enum class MemoryFrom { file, command_line };

/// Reads YAML (1.2, core schema) or JSON. Paths in the file are relative to the file's folder.
[[nodiscard]] StudyFile read_study_file(const std::filesystem::path& path,
                                        MemoryFrom memory = MemoryFrom::file);

/// Reads the text of a study file. `path`: the name in messages; relative paths are relative to its
/// folder.
[[nodiscard]] StudyFile read_study_text(std::string text, const std::filesystem::path& path,
                                        MemoryFrom memory = MemoryFrom::file);

/// A complete study file in which comments explain every key.
[[nodiscard]] std::string study_template();

/// Reads a study from a parsed document. None: an error was reported. The member `text` of the
/// result is empty.
[[nodiscard]] std::optional<StudySpec> read_study(const Element& root,
                                                  const std::filesystem::path& path,
                                                  ProblemList& problems,
                                                  MemoryFrom memory = MemoryFrom::file);

/// Whether the text can be the name of a study and of its folder.
[[nodiscard]] bool is_legal_name(std::string_view name);

}  // namespace troupe::actors
