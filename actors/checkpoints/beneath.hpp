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

// The same for files below the folder `root` by their whole paths, which begin with `root`. The
// folder itself may be reached through links; below it none is followed, for writing or deleting.

/// Opens a regular file for writing, and makes it if it does not exist. `flags`: of open(2).
[[nodiscard]] Result<runtime::Descriptor> open_within(const std::string& root,
                                                      const std::string& path, int flags,
                                                      std::uint32_t mode = 0666);
/// Makes a folder and its missing parents, `root` among them.
[[nodiscard]] Result<void> make_folders_within(const std::string& root, const std::string& path);
[[nodiscard]] Result<void> make_link_within(const std::string& root, const std::string& path,
                                            const std::string& target);
/// Removes a file, a link, or a folder with its content, if it exists.
Result<void> remove_within(const std::string& root, const std::string& path);
[[nodiscard]] Result<void> rename_within(const std::string& root, const std::string& from,
                                         const std::string& to);

}  // namespace troupe::actors
