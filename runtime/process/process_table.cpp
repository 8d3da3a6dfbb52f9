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
#include <unistd.h>

#include "runtime/process/descriptor.hpp"
#include "runtime/process/pidfd.hpp"

namespace troupe::runtime {

namespace {

/// Much more than an environment may hold on Linux.
constexpr std::size_t file_max = std::size_t{16} << 20;

/// Empty if it cannot be read.
std::string read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> chunk{};
  while (file && text.size() < file_max) {
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

/// The numbers in `text`, up to the first thing that is none.
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

/// The names in a folder that are numbers, as folders of processes and threads are.
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

/// A process whose first thread has ended looks like a zombie while the others run.
bool is_dead(pid_t pid, const ProcessStat& stat) {
  return stat.state == 'Z' && numbered_entries(proc_path(pid, "task")).size() <= 1;
}

/// Signals the process that is `pid` now if it is still a child of `parent`, alive. False if it is
/// not.
bool signal_child(pid_t pid, pid_t parent, int signal) {
  const Descriptor process = open_process(pid);
  if (!process) return false;
  const auto stat = read_stat(pid);
  if (!stat || stat->parent != parent || is_dead(pid, *stat)) return false;
  return signal == 0 || send_signal(process, signal);
}

}  // namespace

std::optional<ProcessStat> read_stat(pid_t pid) {
  const std::string text = read_file(proc_path(pid, "stat"));
  // "PID (NAME) STATE PPID PGRP SESSION ...", where NAME may hold anything, parentheses included.
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos || text.size() < name_end + 4) return std::nullopt;
  const auto fields = numbers(std::string_view(text).substr(name_end + 3));
  if (fields.size() < 3) return std::nullopt;
  return ProcessStat{text[name_end + 2], static_cast<pid_t>(fields[0]),
                     static_cast<pid_t>(fields[1]), static_cast<pid_t>(fields[2])};
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  for (const pid_t thread : numbered_entries(proc_path(pid, "task")))
    for (const auto child :
         numbers(read_file(proc_path(pid, "task/" + std::to_string(thread) + "/children"))))
      children.push_back(static_cast<pid_t>(child));
  return children;
}

std::vector<pid_t> all_processes() {
  return numbered_entries("/proc");
}

std::optional<std::string> environment_of(pid_t pid, std::string_view name) {
  const std::string all = read_file(proc_path(pid, "environ"));
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
  const auto pages = numbers(read_file(proc_path(pid, "statm")));
  if (pages.size() < 2) return 0;
  return static_cast<std::uint64_t>(pages[1]) * static_cast<std::uint64_t>(::getpagesize());
}

std::uint64_t proportional_bytes(pid_t pid) {
  const std::string text = read_file(proc_path(pid, "smaps_rollup"));
  constexpr std::string_view label = "\nPss:";
  const auto at = text.find(label);
  if (at == std::string::npos) return resident_bytes(pid);
  const auto kib = numbers(std::string_view(text).substr(at + label.size()));
  return kib.empty() ? 0 : static_cast<std::uint64_t>(kib.front()) * 1024;
}

std::set<pid_t> signal_trees(const std::set<pid_t>& roots, int signal) {
  std::set<pid_t> seen;
  std::vector<std::pair<pid_t, pid_t>> open;  // Process and parent.
  for (const pid_t root : roots) open.emplace_back(root, ::getpid());
  while (!open.empty()) {
    const auto [pid, parent] = open.back();
    open.pop_back();
    if (seen.contains(pid) || !signal_child(pid, parent, signal)) continue;
    seen.insert(pid);
    for (const pid_t child : children_of(pid)) open.emplace_back(child, pid);
  }
  return seen;
}

std::set<pid_t> kill_trees(const std::set<pid_t>& roots) {
  std::set<pid_t> seen = signal_trees(roots, SIGSTOP);
  // A process that forked while it was being stopped shows its child in the next pass; each pass
  // stops at least one generation, and a stopped tree does not grow.
  for (std::size_t known = 0; known != seen.size();) {
    known = seen.size();
    seen.merge(signal_trees(roots, SIGSTOP));
  }
  seen.merge(signal_trees(roots, SIGKILL));
  return seen;
}

}  // namespace troupe::runtime
