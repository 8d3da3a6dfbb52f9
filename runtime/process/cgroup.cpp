#include "runtime/process/cgroup.hpp"

#include <array>
#include <charconv>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/core/check.hpp"

namespace troupe::runtime {

namespace {

constexpr std::string_view pool_prefix = "troupe-";

Descriptor open_at(const std::string& path, int flags) {
  return Descriptor(::open(path.c_str(), flags | O_CLOEXEC));
}

bool write_all(int fd, std::string_view text) {
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool write_cgroup_file(const std::string& path, std::string_view text) {
  const Descriptor file = open_at(path, O_WRONLY);
  return file && write_all(file.get(), text);
}

std::string read_from_start(int fd) {
  std::string text;
  std::array<char, 4096> chunk{};
  for (ssize_t got = 0;
       (got = ::pread(fd, chunk.data(), chunk.size(), static_cast<off_t>(text.size()))) > 0;)
    text.append(chunk.data(), static_cast<std::size_t>(got));
  return text;
}

std::string read_cgroup_file(const std::string& path) {
  const Descriptor file = open_at(path, O_RDONLY);
  return file ? read_from_start(file.get()) : std::string{};
}

std::vector<std::string> subfolders(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  std::vector<std::string> names;
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr)
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  return names;
}

/// The folder of the cgroup (version 2) of this process; empty if there is none.
std::string own_cgroup() {
  std::string own;
  std::istringstream groups(read_cgroup_file("/proc/self/cgroup"));
  for (std::string line; std::getline(groups, line);)
    if (line.starts_with("0::")) own = line.substr(3);
  if (own.empty()) return {};
  // "36 35 98:0 ROOT MOUNT_POINT OPTIONS ... - cgroup2 ...": ROOT is the folder of the file system
  // that is mounted there.
  std::istringstream mounts(read_cgroup_file("/proc/self/mountinfo"));
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(" - cgroup2 ") == std::string::npos) continue;
    std::istringstream fields(line);
    std::string skipped, root, point;
    fields >> skipped >> skipped >> skipped >> root >> point;
    if (root == "/") root.clear();
    if (!own.starts_with(root)) continue;
    std::string path = point + own.substr(root.size());
    while (path.ends_with('/')) path.pop_back();
    return path;
  }
  return {};
}

/// Sweeps the pools in `folder` whose reapers have ended.
void sweep_leftovers(const std::string& folder) {
  for (const auto& name : subfolders(folder)) {
    if (!name.starts_with(pool_prefix)) continue;
    const std::string path = folder + "/" + name;
    const Descriptor lock = open_at(path, O_RDONLY | O_DIRECTORY);
    if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) CgroupPool::sweep(path);
  }
}

}  // namespace

std::optional<Cgroup> Cgroup::make(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return std::nullopt;
  Cgroup cgroup;
  cgroup.path_ = path;
  cgroup.procs_ = open_at(path + "/cgroup.procs", O_RDWR);
  cgroup.events_ = open_at(path + "/cgroup.events", O_RDONLY);
  cgroup.kill_ = open_at(path + "/cgroup.kill", O_WRONLY);
  if (!cgroup.procs_ || !cgroup.events_ || !cgroup.kill_) return std::nullopt;
  return cgroup;
}

bool Cgroup::populated() const {
  return read_from_start(events_.get()).find("populated 1") != std::string::npos;
}

std::set<pid_t> Cgroup::members() const {
  const std::string text = read_from_start(procs_.get());
  std::set<pid_t> pids;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (pid_t pid = 0; at < end; ++at) {
    const auto [next, error] = std::from_chars(at, end, pid);
    if (error != std::errc{}) break;
    pids.insert(pid);
    at = next;
  }
  return pids;
}

void Cgroup::signal_members(int signal, std::set<ProcessIdentity>* signalled) const {
  std::map<pid_t, Descriptor> held;
  for (const pid_t pid : members())
    if (Descriptor process = open_process(pid); process) held.emplace(pid, std::move(process));
  for (const pid_t pid : members()) {
    const auto found = held.find(pid);
    if (found == held.end()) continue;
    const auto stat = read_stat(pid);
    if (!stat) continue;
    if (signalled != nullptr && !signalled->insert({pid, stat->start_time}).second) continue;
    send_signal(found->second, signal);
  }
}

void Cgroup::kill() const {
  (void)write_all(kill_.get(), "1");
}

bool Cgroup::limit_memory(std::optional<std::uint64_t> bytes) {
  if (!bytes && !limited_) return true;
  if (!write_cgroup_file(path_ + "/memory.max", bytes ? std::to_string(*bytes) : "max"))
    return false;
  // Without these two files a tree would swap for hours, or lose only one of its processes.
  (void)write_cgroup_file(path_ + "/memory.swap.max", bytes ? "0" : "max");
  (void)write_cgroup_file(path_ + "/memory.oom.group", bytes ? "1" : "0");
  limited_ = bytes.has_value();
  oom_kills_before_ = oom_kills();
  return true;
}

bool Cgroup::was_out_of_memory() const {
  return limited_ && oom_kills() > oom_kills_before_;
}

std::uint64_t Cgroup::oom_kills() const {
  std::istringstream events(read_cgroup_file(path_ + "/memory.events"));
  std::string name;
  std::uint64_t count = 0;
  while (events >> name >> count)
    if (name == "oom_kill") return count;
  return 0;
}

std::unique_ptr<CgroupPool> CgroupPool::make(const std::string& name) {
  const std::string parent = own_cgroup();
  if (parent.empty()) return nullptr;
  sweep_leftovers(parent);
  const std::string path = parent + "/" + std::string(pool_prefix) + name;
  if (::mkdir(path.c_str(), 0755) != 0) return nullptr;
  Descriptor lock = open_at(path, O_RDONLY | O_DIRECTORY);
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return nullptr;
  if (read_cgroup_file(path + "/cgroup.controllers").find("memory") != std::string::npos)
    (void)write_cgroup_file(path + "/cgroup.subtree_control", "+memory");
  std::unique_ptr<CgroupPool> pool(new CgroupPool(path, std::move(lock)));
  auto probe = pool->acquire();
  if (!probe) return nullptr;
  pool->release(std::move(*probe));
  return pool;
}

CgroupPool::~CgroupPool() {
  sweep(path_);
}

std::optional<Cgroup> CgroupPool::acquire() {
  if (free_.empty()) return Cgroup::make(path_ + "/" + std::to_string(made_++));
  Cgroup cgroup = std::move(free_.back());
  free_.pop_back();
  return cgroup;
}

void CgroupPool::release(Cgroup cgroup) {
  check(free_.size() < made_, "a pool gets back no more cgroups than it has made");
  free_.push_back(std::move(cgroup));
}

void CgroupPool::sweep(const std::string& path) {
  (void)write_cgroup_file(path + "/cgroup.kill", "1");
  for (const auto& name : subfolders(path)) ::rmdir((path + "/" + name).c_str());
  ::rmdir(path.c_str());
}

}  // namespace troupe::runtime
