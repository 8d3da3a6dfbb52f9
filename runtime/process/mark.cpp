#include "runtime/process/mark.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include <signal.h>

#include "runtime/process/descriptor.hpp"
#include "runtime/process/pidfd.hpp"
#include "runtime/process/process_table.hpp"

namespace troupe::runtime {

namespace {

constexpr std::string_view variable = "TROUPE_WARD";

/// Sends `signal` to each that bears the mark while a pidfd holds it; returns who.
std::map<pid_t, Descriptor> signal_marked(std::string_view marker, int signal) {
  std::map<pid_t, Descriptor> found;
  for (const pid_t pid : all_processes()) {
    if (!mark_of(pid, marker)) continue;
    Descriptor process = open_process(pid);
    if (!process || !mark_of(pid, marker)) continue;
    send_signal(process, signal);
    found.emplace(pid, std::move(process));
  }
  return found;
}

}  // namespace

std::vector<std::string> marked(std::vector<std::string> env, std::string_view marker,
                                ProcessId process) {
  const std::string mark = std::string(marker) + ":" + std::to_string(process);
  const std::string assignment = std::string(variable) + "=";
  const auto found = std::find_if(env.begin(), env.end(), [&](const std::string& entry) {
    return entry.starts_with(assignment);
  });
  if (found != env.end())
    *found += " " + mark;
  else
    env.push_back(assignment + mark);
  return env;
}

std::optional<ProcessId> mark_of(pid_t pid, std::string_view marker) {
  const auto value = environment_of(pid, variable);
  if (!value) return std::nullopt;
  std::string_view rest = *value;
  while (!rest.empty()) {
    const auto mark = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), mark.size() + 1));
    if (mark.size() <= marker.size() || !mark.starts_with(marker) || mark[marker.size()] != ':')
      continue;
    ProcessId process = 0;
    const auto* const end = mark.data() + mark.size();
    const auto [stop, error] = std::from_chars(mark.data() + marker.size() + 1, end, process);
    if (error == std::errc{} && stop == end) return process;
  }
  return std::nullopt;
}

std::size_t kill_marked(std::string_view marker) {
  // Stopped first, again until nobody new turns up, so that they cannot fork away.
  auto stopped = signal_marked(marker, SIGSTOP);
  for (std::size_t known = 0; known != stopped.size();) {
    known = stopped.size();
    stopped.merge(signal_marked(marker, SIGSTOP));
  }
  for (const auto& [pid, process] : stopped) send_signal(process, SIGKILL);
  return stopped.size();
}

}  // namespace troupe::runtime
