#pragma once

#include <filesystem>
#include <string>

#include "actors/study_file/document.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// A study as a person wrote it, before anybody asked whether it makes sense: a file, or a task of
/// a sequence's file.
struct WrittenStudy {
  std::filesystem::path file;
  std::string source;  ///< All of the file: `root` has its places.
  Element root;        ///< A mapping, or the file is no study at all.
  std::string text;    ///< A study file that says what `root` says; `source`, if that is one.
};

/// Of a study file. The error is ready to be shown, with line and column.
[[nodiscard]] Result<WrittenStudy> read_written(const std::filesystem::path& file);

/// The same of its text; `file` is where it is said to be from.
[[nodiscard]] Result<WrittenStudy> read_written_text(std::string text,
                                                     const std::filesystem::path& file);

/// Why a file cannot be used: all its problems, one below the other.
[[nodiscard]] Error refusal(const ProblemList& problems);

}  // namespace troupe::actors
