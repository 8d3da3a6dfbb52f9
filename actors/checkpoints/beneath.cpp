#include "actors/checkpoints/beneath.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

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

}  // namespace

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
