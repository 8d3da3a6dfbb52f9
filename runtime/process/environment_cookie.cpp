#include "runtime/process/environment_cookie.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include <signal.h>

#include "runtime/core/check.hpp"
#include "runtime/process/descriptor.hpp"
#include "runtime/process/process_table.hpp"

namespace troupe::runtime {

namespace {

constexpr std::string_view cookie_variable = "TROUPE_WARD";

/// Sends `signal` to each process with a cookie of `reaper`; returns these processes. The cookie is
/// compared again while a pidfd holds the process, so that a reused pid is never signalled.
std::map<pid_t, Descriptor> signal_cookie_bearers(std::string_view reaper, int signal) {
  std::map<pid_t, Descriptor> found;
  for (const pid_t pid : all_processes()) {
    if (!process_of_cookie(pid, reaper)) continue;
    Descriptor process = open_process(pid);
    if (!process || !process_of_cookie(pid, reaper)) continue;
    send_signal(process, signal);
    found.emplace(pid, std::move(process));
  }
  return found;
}

}  // namespace

std::vector<std::string> with_cookie(std::vector<std::string> env, std::string_view reaper,
                                     ProcessId process) {
  check(reaper.find_first_of(": ") == reaper.npos,
        "the name of a reaper contains no separator of the cookie");
  const std::string cookie = std::string(reaper) + ":" + std::to_string(process);
  const std::string assignment = std::string(cookie_variable) + "=";
  const auto found = std::ranges::find_if(
      env, [&](const std::string& entry) { return entry.starts_with(assignment); });
  if (found != env.end())
    *found += " " + cookie;
  else
    env.push_back(assignment + cookie);
  return env;
}

std::optional<ProcessId> process_of_cookie(pid_t pid, std::string_view reaper) {
  const auto value = environment_of(pid, cookie_variable);
  if (!value) return std::nullopt;
  std::string_view rest = *value;
  while (!rest.empty()) {
    const auto cookie = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), cookie.size() + 1));
    if (cookie.size() <= reaper.size() || !cookie.starts_with(reaper) ||
        cookie[reaper.size()] != ':')
      continue;
    ProcessId process = 0;
    const auto* const end = cookie.data() + cookie.size();
    const auto [stop, error] = std::from_chars(cookie.data() + reaper.size() + 1, end, process);
    if (error == std::errc{} && stop == end) return process;
  }
  return std::nullopt;
}

std::size_t kill_cookie_bearers(std::string_view reaper) {
  check(!reaper.empty(), "a reaper has a name before its programs are killed");
  // All are stopped before the first is killed, until a pass finds no new one: a stopped process
  // cannot fork.
  auto stopped = signal_cookie_bearers(reaper, SIGSTOP);
  for (std::size_t known = 0; known != stopped.size();) {
    known = stopped.size();
    stopped.merge(signal_cookie_bearers(reaper, SIGSTOP));
  }
  for (const auto& [pid, process] : stopped) send_signal(process, SIGKILL);
  return stopped.size();
}

}  // namespace troupe::runtime
