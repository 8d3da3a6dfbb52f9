#include "actors/head/liveness_pipe.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/head/local_node.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;

namespace {

Error failed(const char* what, const fs::path& path) {
  return {ErrorKind::io,
          std::string("cannot ") + what + " " + path.string() + ": " + std::strerror(errno)};
}

int open_reader(const fs::path& path) {
  return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
}

/// Node and process id in a file name: ".own-1-4711" is node own-1 of process 4711. ".own-1" is a
/// node whose head ended before it recorded the process id.
struct Label {
  std::string node;
  pid_t pid = 0;
};
std::optional<Label> label_of(std::string_view file) {
  const std::string prefix = std::string(".") + LocalNode::name_prefix;
  if (!file.starts_with(prefix)) return std::nullopt;
  const auto dash = file.find('-', prefix.size());
  Label label{std::string(file.substr(1, dash == file.npos ? file.npos : dash - 1))};
  if (dash == file.npos) return label;
  const std::string_view number = file.substr(dash + 1);
  const auto read = std::from_chars(number.data(), number.data() + number.size(), label.pid);
  if (read.ec != std::errc{} || label.pid <= 0) return std::nullopt;
  return label;
}

}  // namespace

Result<LivenessPipe> LivenessPipe::make(const fs::path& folder, const std::string& name) {
  LivenessPipe pipe(folder / ("." + name), name, 0);
  const char* path = pipe.path_.c_str();
  (void)::unlink(path);
  if (::mkfifo(path, 0600) != 0) return failed("make the pipe", pipe.path_);
  pipe.read_.reset(open_reader(pipe.path_));
  pipe.write_.reset(::open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (!pipe.read_ || !pipe.write_) return failed("open the pipe", pipe.path_);
  return pipe;
}

Result<std::vector<LivenessPipe>> LivenessPipe::find_open(const fs::path& folder) {
  std::vector<LivenessPipe> open_pipes;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    auto label = label_of(entry.path().filename().string());
    if (!label || entry.symlink_status(error).type() != fs::file_type::fifo) continue;
    LivenessPipe pipe(entry.path(), std::move(label->node), label->pid);
    pipe.read_.reset(open_reader(entry.path()));
    if (!pipe.read_) return failed("open the pipe", entry.path());
    if (!pipe.is_closed()) open_pipes.push_back(std::move(pipe));
  }
  if (error) return Error{ErrorKind::io, "cannot read " + folder.string() + ": " + error.message()};
  return open_pipes;
}

Result<void> LivenessPipe::started(pid_t pid) {
  pid_ = pid;
  write_.reset();
  const fs::path known = path_.string() + "-" + std::to_string(pid);
  if (::rename(path_.c_str(), known.c_str()) != 0) return failed("rename the pipe", path_);
  path_ = known;
  return {};
}

bool LivenessPipe::is_closed() {
  char bytes[16];
  for (;;) {
    const auto count = ::read(read_.get(), bytes, sizeof bytes);
    if (count > 0) orderly_ = true;
    if (count < 0 && errno != EINTR) return false;
    if (count == 0) break;
  }
  (void)::unlink(path_.c_str());
  return true;
}

void LivenessPipe::kill() const {
  struct stat own{};
  if (pid_ <= 0 || ::fstat(read_.get(), &own) != 0) return;
  std::error_code error;
  const fs::path open_files = "/proc/" + std::to_string(pid_) + "/fd";
  for (const auto& file : fs::directory_iterator(open_files, error)) {
    struct stat held{};
    if (::stat(file.path().c_str(), &held) != 0) continue;
    if (held.st_dev != own.st_dev || held.st_ino != own.st_ino) continue;
    (void)::kill(pid_, SIGKILL);
    return;
  }
}

void LivenessPipe::announce_orderly_end(const std::vector<int>& kept_open) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // The head may have ended.
  for (const int fd : kept_open) (void)!::write(fd, "o", 1);
  std::signal(SIGPIPE, before);
}

void kill_local_node(const fs::path& folder, const std::string& node) {
  if (const auto open_pipes = LivenessPipe::find_open(folder))
    for (const LivenessPipe& pipe : *open_pipes)
      if (pipe.node() == node) pipe.kill();
}

Result<void> wait_for_processes(const fs::path& folder, void (*on_wait)(const std::string&)) {
  auto open_pipes = LivenessPipe::find_open(folder);
  if (!open_pipes) return open_pipes.error();
  if (open_pipes->empty()) return {};
  on_wait("an earlier run of this study was cut off; waiting for its last processes to end");
  for (LivenessPipe& pipe : *open_pipes) {
    while (!pipe.is_closed()) {
      pollfd readable{pipe.read_end(), POLLIN, 0};
      (void)::poll(&readable, 1, -1);
    }
  }
  return {};
}

}  // namespace troupe::actors
