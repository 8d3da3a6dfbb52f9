#include "runtime/keys/private_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::runtime {

namespace {

/// The bits of a mode that give access to the group and to others.
constexpr mode_t access_of_others = 0077;

Error io_error(const std::string& what, const std::string& path) {
  return Error{ErrorKind::io, what + " " + path + ": " + std::strerror(errno)};
}

/// Checks owner and mode. `mode` is the mode that the error recommends for chmod.
Result<void> check_private(const struct stat& status, const std::string& path, const char* mode) {
  if (status.st_uid != geteuid())
    return Error{ErrorKind::refused, path + " belongs to user " + std::to_string(status.st_uid) +
                                         ", not to the one who runs this, " +
                                         std::to_string(geteuid())};
  if ((status.st_mode & access_of_others) == 0) return {};
  std::array<char, 8> found{};
  std::snprintf(found.data(), found.size(), "%04o", status.st_mode & 07777);
  return Error{ErrorKind::refused, path + " has mode " + found.data() +
                                       ": others may get at keys in it, so they are not used; "
                                       "`chmod " +
                                       mode + " " + path + "` closes it"};
}

}  // namespace

Result<void> check_private_folder(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return io_error("cannot look at", path);
  return check_private(status, path, "700");
}

Result<std::string> read_private_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return io_error("cannot read", path);
  struct stat status{};
  std::string text;
  std::array<char, 4096> part{};
  ssize_t got = fstat(fd, &status);
  if (got == 0) {
    if (auto checked = check_private(status, path, "600"); !checked) {
      close(fd);
      return checked.error();
    }
    while ((got = read(fd, part.data(), part.size())) > 0)
      text.append(part.data(), static_cast<std::size_t>(got));
  }
  const Error error = io_error("cannot read", path);
  close(fd);
  if (got < 0) return error;
  return text;
}

Result<void> write_private_file(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  (void)unlink(draft.c_str());
  const int fd = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return io_error("cannot write", draft);
  const bool written =
      write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  const Error error = io_error("cannot write", draft);
  close(fd);
  if (!written) return error;
  if (rename(draft.c_str(), path.c_str()) != 0) return io_error("cannot write", path);
  return {};
}

Result<FolderLock> FolderLock::take(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return io_error("cannot open", folder);
  FolderLock lock(fd);
  while (flock(fd, LOCK_EX) != 0)
    if (errno != EINTR) return io_error("cannot lock", folder);
  return lock;
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace troupe::runtime
