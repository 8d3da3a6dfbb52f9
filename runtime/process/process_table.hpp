#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace troupe::runtime {

// What /proc says about processes, and signals to those found there. Everything read is old at
// once: who must not be wrong about an identity holds a pidfd or is the unreaped child's parent.

struct ProcessStat {
  char state = '?';  ///< 'Z' is a zombie.
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
};
std::optional<ProcessStat> read_stat(pid_t pid);

/// The children of all threads of `pid`. One that exits meanwhile may hide another, so ask again
/// until nothing changes. Needs the kernel's /proc/PID/task/TID/children, as Debian's has.
std::vector<pid_t> children_of(pid_t pid);

/// Every process that this one may see.
std::vector<pid_t> all_processes();

/// The value of `name` in the environment that `pid` was started with; nothing if it has none, is a
/// zombie, or may not be read.
std::optional<std::string> environment_of(pid_t pid, std::string_view name);

/// Resident memory, shared pages counted in full: cheap, and never too small.
std::uint64_t resident_bytes(pid_t pid);
/// Resident memory, each shared page divided by its users: exact, but the kernel walks the pages.
/// Where it is not to be had, resident_bytes.
std::uint64_t proportional_bytes(pid_t pid);

/// Visits `roots`, which are children of this process, and then their descendants, parents first.
/// Each is signalled, if `signal` is not 0, before its children are looked up: one that is stopped
/// so can neither fork nor reap any more. A descendant is held by a pidfd and its parent compared
/// before it is signalled, so that a pid that was used again is never hit. Returns who was seen
/// alive.
std::set<pid_t> signal_trees(const std::set<pid_t>& roots, int signal);

/// Stops everybody in the trees, again until nobody new turns up, and kills them all. Returns who
/// was alive. They are not reaped, and later ones may still turn up: to be called until nobody is
/// left.
std::set<pid_t> kill_trees(const std::set<pid_t>& roots);

}  // namespace troupe::runtime
