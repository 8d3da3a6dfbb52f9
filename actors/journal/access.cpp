#include "actors/journal/access.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace troupe::actors::journal {

namespace fs = std::filesystem;

namespace {

struct FileSystem {
  std::uint64_t type;
  const char* name;
};

/// statfs(2), linux/magic.h, and the sources of the file systems.
constexpr std::array network_file_systems{
    FileSystem{0x6969, "NFS"},          FileSystem{0x517b, "SMB"},
    FileSystem{0xff534d42, "CIFS"},     FileSystem{0xfe534d42, "SMB"},
    FileSystem{0x0bd00bd0, "Lustre"},   FileSystem{0x47504653, "GPFS"},
    FileSystem{0x19830326, "BeeGFS"},   FileSystem{0x00c36400, "Ceph"},
    FileSystem{0x65735546, "FUSE"},     FileSystem{0x01021997, "9p"},
    FileSystem{0x5346414f, "AFS"},      FileSystem{0x6b414653, "AFS"},
    FileSystem{0x73757245, "Coda"},     FileSystem{0x7461636f, "OCFS2"},
    FileSystem{0x01161970, "GFS2"},     FileSystem{0xaad7aaea, "PanFS"},
    FileSystem{0x20030528, "OrangeFS"}, FileSystem{0x786f4256, "vboxsf"},
    FileSystem{0x564c, "NCP"},
};

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool is_on_network(const std::string& path) {
  struct statfs found{};
  return ::statfs(folder_of(path).c_str(), &found) == 0 &&
         network_file_system(static_cast<std::uint64_t>(found.f_type) & 0xffffffffU) != nullptr;
}

/// Another connection has the database open. Offsets: SQLite's locks, "os.h".
bool is_in_use(const std::string& path) {
  constexpr off_t first_lock = 0x40000000;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = first_lock;
  lock.l_len = 512;
  const bool used = ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(fd);
  return used;
}

bool is_absent_or_empty(const std::string& path) {
  std::error_code failed;
  const auto bytes = fs::file_size(path, failed);
  return failed ? failed == std::errc::no_such_file_or_directory : bytes == 0;
}

/// The header of a log, which changes whenever the log is restarted.
std::string log_header(const std::string& path) {
  std::string header(32, '\0');
  std::ifstream in(path + "-wal", std::ios::binary);
  in.read(header.data(), static_cast<std::streamsize>(header.size()));
  header.resize(static_cast<std::size_t>(in.gcount()));
  return header;
}

/// A temporary folder, which is deleted at the end.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make() {
    std::error_code failed;
    std::string path = (fs::temp_directory_path(failed) / "troupe-journal-XXXXXX").string();
    if (failed || ::mkdtemp(path.data()) == nullptr)
      return Error{ErrorKind::io, path + " cannot be made: " + std::strerror(errno)};
    return TemporaryFolder(std::move(path));
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// Copies the database with its logs. False: the log was restarted meanwhile.
Result<bool> copy_journal(const std::string& path, const std::string& copy) {
  const std::string before = log_header(path);
  // The log last: it has every page that is copied into the database meanwhile.
  for (const char* suffix : {"", "-journal", "-wal"}) {
    (void)std::remove((copy + suffix).c_str());
    if (*suffix != 0 && is_absent_or_empty(path + suffix)) continue;
    std::error_code failed;
    fs::copy_file(path + suffix, copy + suffix, fs::copy_options::overwrite_existing, failed);
    if (failed) return Error{ErrorKind::io, path + suffix + " cannot be read: " + failed.message()};
    fs::permissions(copy + suffix, fs::perms::owner_read | fs::perms::owner_write, failed);
  }
  return log_header(copy) == before && log_header(path) == before;
}

Result<std::unique_ptr<Database>> open_copy(const std::string& path) {
  const auto folder = TemporaryFolder::make();
  if (!folder) return folder.error();
  const std::string copy = folder->path() + "/journal.db";
  constexpr int attempts = 50;
  for (int i = 0; i < attempts; ++i) {
    const auto copied = copy_journal(path, copy);
    if (!copied) return copied.error();
    if (*copied) {
      auto database = Database::connect(copy, Database::Mode::shared, path);
      if (!database) return database.error();
      // Opens all files of the copy. They are deleted at the return, and last until they are
      // closed.
      if (const auto opened = (*database)->number("PRAGMA application_id"); !opened)
        return opened.error();
      return database;
    }
  }
  return Error{ErrorKind::io, path + " cannot be read: it changes faster than it can be copied"};
}

}  // namespace

const char* network_file_system(std::uint64_t type) {
  const auto* found = std::ranges::find(network_file_systems, type, &FileSystem::type);
  return found == network_file_systems.end() ? nullptr : found->name;
}

Database::Mode writing_mode(const std::string& path) {
  return is_on_network(path) ? Database::Mode::exclusive : Database::Mode::shared;
}

Result<std::unique_ptr<Database>> open_for_reading(const std::string& path, Database::Mode writer) {
  const bool writable =
      ::access(folder_of(path).c_str(), W_OK) == 0 && ::access(path.c_str(), W_OK) == 0;
  if (writable && writer != Database::Mode::exclusive)
    return Database::connect(path, Database::Mode::shared);
  const bool complete = is_absent_or_empty(path + "-wal") && is_absent_or_empty(path + "-journal");
  if (complete && !is_in_use(path)) return Database::connect(path, Database::Mode::unchanging);
  return open_copy(path);
}

}  // namespace troupe::actors::journal
