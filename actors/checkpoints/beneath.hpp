#pragma once

#include <cstdint>
#include <string>

#include "runtime/core/result.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

// Access to files below a folder by safe relative paths. Each part of a path is opened by itself
// without following symbolic links, so that a link that is put there meanwhile leads nowhere.
// Errors name the path and the reason.

[[nodiscard]] Result<runtime::Descriptor> open_folder(const std::string& path);
/// Opens a regular file for reading.
[[nodiscard]] Result<runtime::Descriptor> open_beneath(const runtime::Descriptor& root,
                                                       const std::string& path);
/// Makes a regular file and opens it for writing.
[[nodiscard]] Result<runtime::Descriptor> create_beneath(const runtime::Descriptor& root,
                                                         const std::string& path,
                                                         std::uint32_t mode);
[[nodiscard]] Result<void> make_folder_beneath(const runtime::Descriptor& root,
                                               const std::string& path);
[[nodiscard]] Result<void> make_link_beneath(const runtime::Descriptor& root,
                                             const std::string& path, const std::string& target);
/// Synchronises the entries of a folder to the disk, and sets the folder's mode.
[[nodiscard]] Result<void> sync_folder_beneath(const runtime::Descriptor& root,
                                               const std::string& path, std::uint32_t mode);

}  // namespace troupe::actors
