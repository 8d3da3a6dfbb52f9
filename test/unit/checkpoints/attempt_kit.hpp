#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "actors/trial/attempt_folder.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::test {

/// Contents of files by path.
using Files = std::map<std::string, std::string>;

/// Makes the files of an attempt in a study's folder, and publishes its checkpoint.
inline void leave_attempt(const std::filesystem::path& study, schedulers::TrialId trial,
                          std::uint32_t attempt, const Files& files) {
  const std::filesystem::path folder = actors::attempt_folder(study.string(), trial, attempt);
  for (const auto& [path, text] : files) {
    std::filesystem::create_directories((folder / path).parent_path());
    write_file(folder / path, text);
  }
  if (std::filesystem::exists(folder / "checkpoint"))
    (void)actors::publish_attempt(study.string(), trial, attempt).value();
}

/// Contents of all files below a folder, by relative path.
inline Files files_in(const std::filesystem::path& folder) {
  Files files;
  if (!std::filesystem::exists(folder)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && !entry.is_symlink())
      files[std::filesystem::relative(entry.path(), folder).string()] = read_file(entry.path());
  return files;
}

}  // namespace troupe::test
