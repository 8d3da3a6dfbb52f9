#include "actors/checkpoints/beneath.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/system_error.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

namespace {

using runtime::Descriptor;

Error cannot(const char* what, const std::string& path) {
  return {ErrorKind::io, std::string("cannot ") + what + " " + path + ": " + std::strerror(errno)};
}

/// The opened folder of a path, and the last part of the path.
struct Place {
  Descriptor folder;
  std::string name;
};

Result<Place> place_of(const Descriptor& root, const std::string& path) {
  Descriptor folder(::fcntl(root.get(), F_DUPFD_CLOEXEC, 0));
  std::size_t from = 0;
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', from)) {
    const std::string part = path.substr(from, slash - from);
    Descriptor next(
        ::openat(folder.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return cannot("open the folder of", path);
    folder = std::move(next);
    from = slash + 1;
  }
  if (!folder) return cannot("open the folder of", path);
  return Place{std::move(folder), path.substr(from)};
}

/// The error of a system call; names the link that was not followed, if there is one.
Error cannot_within(const char* what, const std::string& root, const std::string& path,
                    int error = errno) {
  Error failed = system_error(what, path, error);
  if (error != ELOOP && error != ENOTDIR && error != EEXIST) return failed;
  for (std::size_t end = path.find('/', root.size() + 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    struct stat stat{};
    if (::lstat(part.c_str(), &stat) == 0 && S_ISLNK(stat.st_mode))
      return {ErrorKind::bad_input, "cannot " + std::string(what) + " " + path + ": " + part +
                                        " is a symbolic link, and links inside a study's folder "
                                        "are not followed: remove it"};
    if (end == std::string::npos) return failed;
  }
}

/// The folder of `path`, which is below `root`.
Result<Place> place_within(const char* what, const std::string& root, const std::string& path) {
  check(path.size() > root.size() + 1 && path.starts_with(root) && path[root.size()] == '/',
        "the path is below its root");
  const Descriptor folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return system_error(what, path, errno);
  auto place = place_of(folder, path.substr(root.size() + 1));
  if (!place) return cannot_within(what, root, path);
  return place;
}

/// Removes an entry of a folder with what is in it. False with errno after an error.
bool remove_entry(int folder, const char* name) {
  if (::unlinkat(folder, name, 0) == 0 || errno == ENOENT) return true;
  if (errno != EISDIR && errno != EPERM) return false;
  const int inner = ::openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (inner < 0) return errno == ENOENT;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(inner), ::closedir);
  if (!entries) return false;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view one(entry->d_name);
    if (one != "." && one != ".." && !remove_entry(::dirfd(entries.get()), entry->d_name))
      return false;
  }
  return ::unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

}  // namespace

Result<Descriptor> open_within(const std::string& root, const std::string& path, int flags,
                               std::uint32_t mode) {
  auto place = place_within("write", root, path);
  if (!place) return place.error();
  Descriptor file(::openat(place->folder.get(), place->name.c_str(),
                           O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, mode));
  struct stat stat{};
  if (!file || ::fstat(file.get(), &stat) != 0) return cannot_within("write", root, path);
  if (!S_ISREG(stat.st_mode))
    return Error{ErrorKind::bad_input, "cannot write " + path + ": it is no file"};
  return file;
}

Result<void> make_folders_within(const std::string& root, const std::string& path) {
  Descriptor folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder && errno == ENOENT) {
    std::error_code error;
    std::filesystem::create_directories(root, error);
    if (error) return system_error("make", root, error.value());
    folder.reset(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  if (!folder) return system_error("make", path, errno);
  for (std::size_t from = root.size() + 1; from <= path.size();) {
    const std::size_t end = std::min(path.find('/', from), path.size());
    const std::string part = path.substr(from, end - from);
    const auto enter = [&] {
      return ::openat(folder.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    };
    Descriptor next(enter());
    if (!next && errno == ENOENT) {
      if (::mkdirat(folder.get(), part.c_str(), 0777) != 0 && errno != EEXIST)
        return cannot_within("make", root, path);
      next.reset(enter());
    }
    if (!next) return cannot_within("make", root, path);
    folder = std::move(next);
    from = end + 1;
  }
  return {};
}

Result<void> make_link_within(const std::string& root, const std::string& path,
                              const std::string& target) {
  const auto place = place_within("make", root, path);
  if (!place) return place.error();
  if (::symlinkat(target.c_str(), place->folder.get(), place->name.c_str()) != 0)
    return system_error("make", path, errno);
  return {};
}

Result<void> remove_within(const std::string& root, const std::string& path) {
  struct stat stat{};
  if (::lstat(path.c_str(), &stat) != 0 && errno == ENOENT) return {};
  const auto place = place_within("remove", root, path);
  if (!place) return place.error();
  if (!remove_entry(place->folder.get(), place->name.c_str()))
    return cannot_within("remove", root, path);
  return {};
}

Result<void> rename_within(const std::string& root, const std::string& from,
                           const std::string& to) {
  const auto source = place_within("rename", root, from);
  if (!source) return source.error();
  const auto target = place_within("make", root, to);
  if (!target) return target.error();
  if (::renameat(source->folder.get(), source->name.c_str(), target->folder.get(),
                 target->name.c_str()) != 0)
    return cannot_within("rename", root, from);
  return {};
}

Result<Descriptor> open_folder(const std::string& path) {
  Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return cannot("open", path);
  return folder;
}

Result<Descriptor> open_beneath(const Descriptor& root, const std::string& path) {
  auto place = place_of(root, path);
  if (!place) return place.error();
  // O_NONBLOCK: opening a pipe that was put there must not block.
  Descriptor file(::openat(place->folder.get(), place->name.c_str(),
                           O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat stat{};
  if (!file || ::fstat(file.get(), &stat) != 0) return cannot("read", path);
  if (!S_ISREG(stat.st_mode))
    return Error{ErrorKind::io, "cannot read " + path + ": it is no file"};
  return file;
}

Result<Descriptor> create_beneath(const Descriptor& root, const std::string& path,
                                  std::uint32_t mode) {
  auto place = place_of(root, path);
  if (!place) return place.error();
  Descriptor file(::openat(place->folder.get(), place->name.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode | S_IWUSR));
  if (!file) return cannot("write", path);
  return file;
}

Result<void> make_folder_beneath(const Descriptor& root, const std::string& path) {
  auto place = place_of(root, path);
  if (!place) return place.error();
  if (::mkdirat(place->folder.get(), place->name.c_str(), 0700) != 0) return cannot("make", path);
  return {};
}

Result<void> make_link_beneath(const Descriptor& root, const std::string& path,
                               const std::string& target) {
  auto place = place_of(root, path);
  if (!place) return place.error();
  if (::symlinkat(target.c_str(), place->folder.get(), place->name.c_str()) != 0)
    return cannot("make", path);
  return {};
}

Result<void> sync_folder_beneath(const Descriptor& root, const std::string& path,
                                 std::uint32_t mode) {
  auto place = place_of(root, path);
  if (!place) return place.error();
  const Descriptor folder(::openat(place->folder.get(), place->name.c_str(),
                                   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) return cannot("write", path);
  if (::fchmod(folder.get(), mode | S_IRWXU) != 0) return cannot("write", path);
  return {};
}

}  // namespace troupe::actors
