#pragma once

#include <string>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Copies a folder with its content: files with their modes (sharing blocks where the file system
/// supports it), folders, and symbolic links unchanged. Skips sockets, pipes and devices. `to` must
/// not exist.
Result<void> copy_tree(const std::string& from, const std::string& to);

}  // namespace troupe::actors
