#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace troupe::actors {

/// Times of modification of the files directly in a folder, in nanoseconds, by their names.
using FileTimes = std::map<std::string, std::int64_t>;

/// The files directly in `folder` that a trial may take for its own: regular files, also behind
/// links, but for hidden ones and those that end in .log or .out. None: the folder cannot be read,
/// or has more than 1,000 entries. Files
/// that this process or its parent prints to are left out.
[[nodiscard]] std::optional<FileTimes> file_times(const std::string& folder);

/// A file that was made or modified after `before` was taken; none if there is none.
[[nodiscard]] std::optional<std::string> modified_file(const FileTimes& before,
                                                       const FileTimes& now);

}  // namespace troupe::actors
