#pragma once

#include <string>
#include <utility>

#include "runtime/core/result.hpp"

// Files that nobody but their owner may read or write, and the folder that they lie in.

namespace troupe::runtime {

/// That it is ours, and that nobody else may look into it.
Result<void> check_private_folder(const std::string& path);
/// Of such a file only.
Result<std::string> read_private_file(const std::string& path);
/// Whole or not at all: written beside it with mode 0600, synchronised, renamed.
Result<void> write_private_file(const std::string& path, const std::string& text);

/// Excludes other writers of a folder, in this process and in others, while it lives.
class FolderLock {
 public:
  static Result<FolderLock> take(const std::string& folder);
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace troupe::runtime
