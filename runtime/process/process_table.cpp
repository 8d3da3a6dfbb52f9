#include "runtime/process/process_table.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/core/check.hpp"

namespace troupe::runtime {

namespace {

/// Bytes that are read of one file: more than the largest environment on Linux (6 MiB).
constexpr std::size_t proc_file_max = std::size_t{16} << 20;

/// The text of a file in /proc; empty if it cannot be read.
std::string read_proc_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> chunk{};
  while (file && text.size() < proc_file_max) {
    const auto got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::string proc_path(pid_t pid, std::string_view file) {
  return "/proc/" + std::to_string(pid) + "/" + std::string(file);
}

/// The numbers in `text`, up to the first word that is no number.
std::vector<std::int64_t> numbers(std::string_view text) {
  std::vector<std::int64_t> out;
  while (!text.empty()) {
    if (text.front() == ' ' || text.front() == '\n') {
      text.remove_prefix(1);
      continue;
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) break;
    out.push_back(value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return out;
}

/// The entries of a folder whose names are numbers, such as those of processes and threads.
std::vector<pid_t> numbered_entries(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  std::vector<pid_t> out;
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr) {
    const std::string_view name(entry->d_name);
    pid_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && end == name.data() + name.size()) out.push_back(number);
  }
  return out;
}

/// Whether all threads have ended. A process whose first thread has ended has the state of a zombie
/// while its other threads run.
bool is_dead(pid_t pid, const ProcessStat& stat) {
  return stat.state == 'Z' && numbered_entries(proc_path(pid, "task")).size() <= 1;
}

/// Whether `pid` is a living child of `parent`; if so, `signal` (0: none) was sent to it, unless it
/// is in `signalled`.
bool signal_child(pid_t pid, pid_t parent, int signal, std::set<ProcessIdentity>* signalled) {
  const Descriptor process = open_process(pid);
  if (!process) return false;
  const auto stat = read_stat(pid);
  if (!stat || stat->parent != parent || is_dead(pid, *stat)) return false;
  if (signal == 0) return true;
  if (signalled != nullptr && !signalled->insert({pid, stat->start_time}).second) return true;
  return send_signal(process, signal);
}

}  // namespace

// The system calls are made by number: glibc 2.36 declares their functions without extern "C", so
// C++ cannot link them.

Descriptor open_process(pid_t pid) {
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

bool send_signal(const Descriptor& process, int signal) {
  return ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0;
}

std::optional<ProcessStat> read_stat(pid_t pid) {
  const std::string text = read_proc_file(proc_path(pid, "stat"));
  // "PID (NAME) STATE PPID PGRP SESSION ...", where NAME may hold anything, parentheses included.
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos || text.size() < name_end + 4) return std::nullopt;
  const auto fields = numbers(std::string_view(text).substr(name_end + 3));
  constexpr std::size_t start_time_at = 18;  // Field 22 of proc(5); fields[0] is field 4.
  if (fields.size() <= start_time_at) return std::nullopt;
  return ProcessStat{text[name_end + 2], static_cast<pid_t>(fields[0]),
                     static_cast<pid_t>(fields[1]), static_cast<pid_t>(fields[2]),
                     static_cast<std::uint64_t>(fields[start_time_at])};
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  for (const pid_t thread : numbered_entries(proc_path(pid, "task")))
    for (const auto child :
         numbers(read_proc_file(proc_path(pid, "task/" + std::to_string(thread) + "/children"))))
      children.push_back(static_cast<pid_t>(child));
  return children;
}

std::vector<pid_t> all_processes() {
  return numbered_entries("/proc");
}

std::optional<std::string> environment_of(pid_t pid, std::string_view name) {
  const std::string all = read_proc_file(proc_path(pid, "environ"));
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto entry = rest.substr(0, rest.find('\0'));
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
      return std::string(entry.substr(name.size() + 1));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
  }
  return std::nullopt;
}

std::uint64_t resident_bytes(pid_t pid) {
  const auto pages = numbers(read_proc_file(proc_path(pid, "statm")));
  if (pages.size() < 2) return 0;
  return static_cast<std::uint64_t>(pages[1]) * static_cast<std::uint64_t>(::getpagesize());
}

std::uint64_t proportional_bytes(pid_t pid) {
  const std::string text = read_proc_file(proc_path(pid, "smaps_rollup"));
  constexpr std::string_view label = "\nPss:";
  const auto at = text.find(label);
  if (at == std::string::npos) return resident_bytes(pid);
  const auto kib = numbers(std::string_view(text).substr(at + label.size()));
  return kib.empty() ? 0 : static_cast<std::uint64_t>(kib.front()) * 1024;
}

std::set<pid_t> signal_trees(const std::set<pid_t>& roots, int signal,
                             std::set<ProcessIdentity>* signalled) {
  struct Visit {
    pid_t pid;
    pid_t parent;
  };
  std::set<pid_t> alive;
  std::vector<Visit> open;
  for (const pid_t root : roots) open.push_back({root, ::getpid()});
  while (!open.empty()) {
    const Visit visit = open.back();
    open.pop_back();
    check(visit.pid > 1, "neither init nor a process group is signalled");
    if (alive.contains(visit.pid) || !signal_child(visit.pid, visit.parent, signal, signalled))
      continue;
    alive.insert(visit.pid);
    for (const pid_t child : children_of(visit.pid)) open.push_back({child, visit.pid});
  }
  return alive;
}

std::set<pid_t> kill_trees(const std::set<pid_t>& roots) {
  std::set<pid_t> alive = signal_trees(roots, SIGSTOP);
  // The child of a process that forked while it was being stopped is found by the next pass. Each
  // pass stops at least one generation, and a stopped tree does not grow.
  for (std::size_t known = 0; known != alive.size();) {
    known = alive.size();
    alive.merge(signal_trees(roots, SIGSTOP));
  }
  alive.merge(signal_trees(roots, SIGKILL));
  return alive;
}

}  // namespace troupe::runtime
