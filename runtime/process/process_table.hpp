#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "runtime/process/descriptor.hpp"

// Processes as /proc shows them, and signals to them. Everything read from /proc may be out of date
// at once, and a pid may be reused. Code that must not mistake one process for another holds a
// pidfd, or is the parent of a child that it has not reaped.

namespace troupe::runtime {

/// A pidfd of the process that is `pid` now; it never refers to another process. Empty if there is
/// none.
Descriptor open_process(pid_t pid);

/// Sends a signal through a pidfd. False if the process is gone or may not be signalled.
bool send_signal(const Descriptor& process, int signal);

/// Fields of /proc/PID/stat.
struct ProcessStat {
  char state = '?';  ///< 'Z' is a zombie.
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  std::uint64_t start_time = 0;  ///< In clock ticks since boot.
};
/// None if there is no such process.
std::optional<ProcessStat> read_stat(pid_t pid);

/// A process for as long as the system runs: a pid may be reused, a pid with its start time is not.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_time = 0;
  friend auto operator<=>(const ProcessIdentity&, const ProcessIdentity&) = default;
};

/// The children of all threads of `pid`. A child that exits meanwhile may hide another one, so call
/// it until nothing changes. Needs /proc/PID/task/TID/children (CONFIG_PROC_CHILDREN).
std::vector<pid_t> children_of(pid_t pid);

/// All processes that are visible to this one.
std::vector<pid_t> all_processes();

/// The value of the variable `name` in the environment that `pid` was started with. None if it is
/// not set, `pid` is a zombie, or the environment may not be read.
std::optional<std::string> environment_of(pid_t pid, std::string_view name);

/// Resident memory with shared pages counted in full: an upper bound that is cheap to read.
std::uint64_t resident_bytes(pid_t pid);
/// Resident memory with each shared page divided by its users: exact, but the kernel walks all
/// pages. The same as resident_bytes where the kernel does not offer it.
std::uint64_t proportional_bytes(pid_t pid);

/// Sends `signal` (0: none) to `roots`, which are children of this process, and to their
/// descendants, parents first; returns the pids of those that were alive. A process is signalled
/// before its children are listed, so a process stopped by it can neither fork nor reap meanwhile.
/// A pidfd is held while the parent is compared, so that a reused pid is never signalled.
/// `signalled`, if given: those in it get no second signal, and those that get it are added.
std::set<pid_t> signal_trees(const std::set<pid_t>& roots, int signal,
                             std::set<ProcessIdentity>* signalled = nullptr);

/// Stops all processes of the trees, until a pass finds no new one, and kills them. Returns those
/// that were alive. They are not reaped and new ones may appear, so call it until none is left.
std::set<pid_t> kill_trees(const std::set<pid_t>& roots);

}  // namespace troupe::runtime
