#include "actors/head/head_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/journal/journal.hpp"
#include "actors/results/files.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;

namespace {

Error io_error(const std::string& what, const fs::path& path) {
  return Error{ErrorKind::io, what + " " + path.string() + ": " + std::strerror(errno)};
}

/// Start time of a process in clock ticks since boot, which tells it from a later process with the
/// same id. Empty if the process does not run (a zombie does not).
std::string start_time(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(stat)), {});
  const auto name_end = text.rfind(')');  // The name may contain spaces.
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  std::string state;
  rest >> state;
  if (state == "Z" || state == "X") return {};
  std::string field;
  for (int i = 4; i <= 22; ++i) rest >> field;
  return field;
}

/// "PID START" of the head that holds the lock, if that head is alive.
std::optional<pid_t> living_head(int fd) {
  char text[64] = {};
  if (pread(fd, text, sizeof text - 1, 0) <= 0) return std::nullopt;
  std::istringstream in(text);
  pid_t pid = 0;
  std::string started;
  in >> pid >> started;
  if (pid <= 0 || started.empty() || start_time(pid) != started) return std::nullopt;
  return pid;
}

Result<void> record_head(int fd, const fs::path& path) {
  const std::string text = std::to_string(getpid()) + " " + start_time(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 ||
      pwrite(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return io_error("cannot write", path);
  return {};
}

/// Refuses a folder in which a file or folder that troupe writes is a symbolic link.
Result<void> refuse_links(const fs::path& folder) {
  for (const char* name :
       {"lock",         "journal.db",  "journal.db-wal", "journal.db-shm", "journal.db-journal",
        "study.yaml",   "results.csv", "trials.csv",     "best.json",      "nodes.json",
        "address",      "node.log",    ".gitignore",     ".token",         ".keys",
        "trials",       "tasks",       "sequence.yaml",  "memory.db",      "memory.db-wal",
        "memory.db-shm"}) {
    std::error_code ignored;
    if (fs::is_symlink(folder / name, ignored))
      return Error{ErrorKind::refused,
                   (folder / name).string() +
                       " is a symbolic link. Links inside a study's folder are not followed: "
                       "remove it. To keep a study elsewhere, make its whole folder a link, or "
                       "use --dir"};
  }
  return {};
}

}  // namespace

Result<void> make_private_folder(const fs::path& path) {
  const fs::path absolute = fs::absolute(path / ".").lexically_normal().parent_path();
  std::error_code failed;
  fs::create_directories(absolute.parent_path(), failed);
  if (failed)
    return Error{ErrorKind::io, "cannot make the folder " + absolute.parent_path().string() + ": " +
                                    failed.message()};
  if (mkdir(absolute.c_str(), S_IRWXU) == 0 || (errno == EEXIST && fs::is_directory(absolute)))
    return {};
  return io_error("cannot make the folder", path);
}

Result<HeadFolder> HeadFolder::open(const fs::path& path) {
  if (auto made = make_private_folder(path); !made) return made.error();
  if (auto refused = refuse_links(path); !refused) return refused.error();
  hide_from_git(path);
  const fs::path lock = path / "lock";
  const int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return io_error("cannot open", lock);
  HeadFolder folder(fs::absolute(path).lexically_normal(), fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (const auto pid = living_head(fd))
      return Error{ErrorKind::refused, "the study in " + path.string() +
                                           " is being run by process " + std::to_string(*pid) +
                                           "; stop that one, or use another --dir"};
    while (flock(fd, LOCK_EX) != 0)  // The holder of the lock is ending.
      if (errno != EINTR) return io_error("cannot lock", lock);
  }
  if (auto recorded = record_head(fd, lock); !recorded) return recorded.error();
  return folder;
}

Result<void> HeadFolder::open_to_group() const {
  std::error_code failed;
  fs::permissions(path_, fs::perms::group_read | fs::perms::group_exec, fs::perm_options::add,
                  failed);
  if (!failed) return {};
  return Error{ErrorKind::io,
               "group_readable: cannot open " + path_.string() + ": " + failed.message()};
}

std::string writable_by_others(const fs::path& folder) {
  struct stat status{};
  if (stat(folder.c_str(), &status) != 0) return {};
  const std::string who = (status.st_mode & S_IWOTH) != 0   ? "every user of this machine"
                          : (status.st_mode & S_IWGRP) != 0 ? "your group"
                                                            : "";
  if (who.empty()) return {};
  return who + " may write in " + folder.string() +
         ", and so replace checkpoints that your programs load; `chmod go-w " + folder.string() +
         "` closes it";
}

HeadFolder::HeadFolder(HeadFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_fd_(std::exchange(other.lock_fd_, -1)) {}

HeadFolder::~HeadFolder() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

bool HeadFolder::has_head(const fs::path& path) {
  const int fd = ::open((path / "lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(fd);
  return held;
}

Result<std::optional<fs::path>> HeadFolder::set_aside() {
  if (!fs::exists(path_ / "journal.db") && !fs::exists(path_ / "sequence.yaml"))
    return std::optional<fs::path>();
  fs::path aside;
  for (int n = 1; aside.empty() || fs::exists(aside); ++n)
    aside = path_.string() + "." + std::to_string(n);
  // Writes the rows in the journal's log to the journal, so that one file holds all of them.
  (void)Journal::open((path_ / "journal.db").string());
  std::error_code failed;
  fs::create_directory(aside, failed);
  std::vector<fs::path> names;
  for (const auto& entry : fs::directory_iterator(path_, failed))
    if (entry.path().filename() != "lock") names.push_back(entry.path().filename());  // It stays.
  // The journal last: until then the folder holds a study.
  std::ranges::stable_partition(names, [](const fs::path& name) { return name != "journal.db"; });
  for (const fs::path& name : names) {
    if (failed) break;
    fs::rename(path_ / name, aside / name, failed);
  }
  if (failed)
    return Error{ErrorKind::io, "cannot move " + path_.string() + " to " + aside.string() + ": " +
                                    failed.message()};
  hide_from_git(path_);
  return std::optional<fs::path>(aside);
}

Result<void> write_file(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  (void)::unlink(draft.c_str());  // It may be a link.
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) return io_error("cannot write", draft);
  const bool written =
      ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  close(fd);
  if (!written || rename(draft.c_str(), path.c_str()) != 0) return io_error("cannot write", path);
  return {};
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return io_error("cannot read", path);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

namespace {

/// "40123" of "tcp://127.0.0.1:40123/KEY"; empty if there is none.
std::string_view port_in(std::string_view address) {
  const auto host = address.find("//");
  const auto end = address.find('/', host == address.npos ? 0 : host + 2);
  address = address.substr(0, end);
  const auto colon = address.rfind(':');
  return colon == address.npos ? std::string_view() : address.substr(colon + 1);
}

}  // namespace

Result<std::string> address_in(const std::filesystem::path& folder) {
  auto text = read_file((folder / "address").string());
  while (text && !text->empty() && text->back() == '\n') text->pop_back();
  return text;
}

Result<std::string> listen_again(runtime::Node& node, const std::string& listen,
                                 const HeadFolder& folder) {
  const std::string_view wanted = port_in(listen);
  if (wanted != "*" && wanted != "0") return node.listen(listen);
  const auto before = address_in(folder.path());
  if (!before) return node.listen(listen);
  const std::string_view port = port_in(*before);
  if (port.empty()) return node.listen(listen);
  auto again = node.listen(listen.substr(0, listen.size() - wanted.size()) + std::string(port));
  return again ? again : node.listen(listen);
}

}  // namespace troupe::actors
