#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::runtime {

/// Why the file at `path` cannot be executed, with the remedy; none: no reason is known. Checks the
/// file's kind, its permission, and the interpreter in its first line. `search_path`: the PATH for
/// an interpreter that /usr/bin/env finds.
[[nodiscard]] std::optional<std::string> execution_problem(const std::string& path,
                                                           std::string_view search_path);

/// Whether the first line of the file ends with CRLF, the line end of Windows.
[[nodiscard]] bool has_crlf_line(const std::string& path);

/// The paths to try for `program`, as execvp does, with `search_path` for PATH.
[[nodiscard]] std::vector<std::string> executable_paths(const std::string& program,
                                                        std::string_view search_path);

/// The path of a file that a program in `folder` calls `path`; an empty folder is this process's.
[[nodiscard]] std::string path_from(const std::string& folder, const std::string& path);

/// PATH where the environment has none.
inline constexpr std::string_view default_search_path = "/usr/local/bin:/usr/bin:/bin";

}  // namespace troupe::runtime
