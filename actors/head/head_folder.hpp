#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// The folder of a study or of a sequence, and the lock on it. The lock belongs to an open file,
/// which the nodes that the head starts and their wardens inherit: it is free exactly when no
/// process of the study is left, however the earlier ones ended.
class HeadFolder {
 public:
  /// Makes the folder if need be, and takes the lock. While processes of an earlier head are still
  /// ending, waits for them, after `on_wait` was told what it waits for. Refused if a head is
  /// alive.
  static Result<HeadFolder> open(const std::filesystem::path& path,
                                 void (*on_wait)(const std::string& sentence));

  HeadFolder(HeadFolder&& other) noexcept;
  HeadFolder& operator=(HeadFolder&&) = delete;
  ~HeadFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  /// To be inherited by whatever may run trials.
  [[nodiscard]] int lock_fd() const { return lock_fd_; }

  /// Moves an earlier study or sequence aside, to PATH.1, .2, ... Returns where it is now; none if
  /// there was none.
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
