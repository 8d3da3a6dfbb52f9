#pragma once

#include <cstdint>
#include <string>

#include "runtime/core/result.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

// Files of a folder by their tame paths, each part of which is opened by itself: no symbolic link
// is followed, whatever somebody puts there meanwhile. Errors name the path and the reason.

[[nodiscard]] Result<runtime::Descriptor> open_folder(const std::string& path);
/// A regular file, to be read.
[[nodiscard]] Result<runtime::Descriptor> open_beneath(const runtime::Descriptor& root,
                                                       const std::string& path);
/// A new regular file, to be written.
[[nodiscard]] Result<runtime::Descriptor> create_beneath(const runtime::Descriptor& root,
                                                         const std::string& path,
                                                         std::uint32_t mode);
[[nodiscard]] Result<void> make_folder_beneath(const runtime::Descriptor& root,
                                               const std::string& path);
[[nodiscard]] Result<void> make_link_beneath(const runtime::Descriptor& root,
                                             const std::string& path, const std::string& target);
/// Of a folder; and what its entries are reaches the disk.
[[nodiscard]] Result<void> settle_folder_beneath(const runtime::Descriptor& root,
                                                 const std::string& path, std::uint32_t mode);

}  // namespace troupe::actors
