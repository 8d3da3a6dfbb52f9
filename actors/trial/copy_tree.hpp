#pragma once

#include <string>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Copies a folder with all that is in it: files with their modes (sharing blocks where the file
/// system can), folders, symbolic links as they are. Sockets and the like are left out. `to` must
/// not exist.
Result<void> copy_tree(const std::string& from, const std::string& to);

}  // namespace troupe::actors
