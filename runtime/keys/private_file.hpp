#pragma once

#include <string>
#include <utility>

#include "runtime/core/result.hpp"

// Files that only their owner may read or write, and the folder that contains them.

namespace troupe::runtime {

/// Checks that a folder belongs to this user and that others have no access.
Result<void> check_private_folder(const std::string& path);
/// Reads a file that belongs to this user and to which others have no access; else an error.
Result<std::string> read_private_file(const std::string& path);
/// Writes a file atomically: a new file with mode 0600 is written, synchronised and renamed.
Result<void> write_private_file(const std::string& path, const std::string& text);

/// An exclusive lock on a folder, against writers in this process and in others.
class FolderLock {
 public:
  /// Waits for the lock.
  static Result<FolderLock> take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace troupe::runtime
