#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// The folder of a study or of a sequence, and its head's lock on it.
class HeadFolder {
 public:
  /// Makes the folder if need be, and takes the lock. Refused if a head is alive. Nodes that an
  /// earlier head started may be, too: see LivenessPipe.
  static Result<HeadFolder> open(const std::filesystem::path& path);

  HeadFolder(HeadFolder&& other) noexcept;
  HeadFolder& operator=(HeadFolder&&) = delete;
  ~HeadFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

  /// Moves an earlier study or sequence aside, to PATH.1, .2, ... Returns where it is now; none if
  /// there was none. No process of it must be left: wait_for_processes.
  Result<std::optional<std::filesystem::path>> set_aside();

 private:
  HeadFolder(std::filesystem::path path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}

  std::filesystem::path path_;
  int lock_fd_;
};

/// Whole or not at all: written beside it, synchronised, renamed.
Result<void> write_file(const std::string& path, const std::string& text);
Result<std::string> read_file(const std::string& path);

}  // namespace troupe::actors
