#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "runtime/core/result.hpp"
#include "runtime/node.hpp"

namespace troupe::actors {

/// Folder of a study or sequence, locked by its head for the lifetime of this object.
class HeadFolder {
 public:
  /// Makes the folder with mode 0700 if it does not exist (an empty one gets a .gitignore), and
  /// takes the lock.
  /// Refused while another head runs. Nodes of an earlier head may still run: see LivenessPipe.
  static Result<HeadFolder> open(const std::filesystem::path& path);

  /// Whether a head holds the lock of the folder `path` now.
  [[nodiscard]] static bool has_head(const std::filesystem::path& path);

  HeadFolder(HeadFolder&& other) noexcept;
  HeadFolder& operator=(HeadFolder&&) = delete;
  ~HeadFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

  /// Opens the folder to the group of its owner; the keys in it stay closed.
  [[nodiscard]] Result<void> open_to_group() const;

  /// Moves an earlier study or sequence to PATH.1, .2, ... and returns its new path; none if the
  /// folder was empty. Call wait_for_processes before: none of its processes may run.
  Result<std::optional<std::filesystem::path>> set_aside();

 private:
  HeadFolder(std::filesystem::path path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}

  std::filesystem::path path_;
  int lock_fd_;
};

/// Makes a folder that only its owner may use, and the folders above it. An existing one keeps its
/// mode.
Result<void> make_private_folder(const std::filesystem::path& path);
/// What to say of a folder in which other users may write, and so replace checkpoints that trials
/// load; empty if they may not.
[[nodiscard]] std::string writable_by_others(const std::filesystem::path& folder);
/// Writes a file atomically and durably: a temporary file, fsync, rename.
Result<void> write_file(const std::string& path, const std::string& text);
/// Reads a whole file.
Result<std::string> read_file(const std::string& path);

/// Listens at the address `listen`. If its port is `*` or 0, tries the port of the earlier head of
/// this folder first, so that nodes which search for that head find this one.
Result<std::string> listen_again(runtime::Node& node, const std::string& listen,
                                 const HeadFolder& folder);

/// Address at which the head of a study's folder listens, or listened last.
Result<std::string> address_in(const std::filesystem::path& folder);

}  // namespace troupe::actors
