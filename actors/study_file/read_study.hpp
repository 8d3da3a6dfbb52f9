#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "actors/study_file/study_file.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// Reads a study from a document that was parsed already. None: `problems` has an error by now. Its
/// text is left empty.
[[nodiscard]] std::optional<StudySpec> read_study(const Element& root,
                                                  const std::filesystem::path& path,
                                                  ProblemList& problems,
                                                  MemoryFrom memory = MemoryFrom::file);

/// Whether a study, and its folder, may be called so.
[[nodiscard]] bool is_legal_name(std::string_view name);

/// The text of a file that a person named; none: it was reported why not.
[[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& path,
                                                   ProblemList& problems);

}  // namespace troupe::actors
