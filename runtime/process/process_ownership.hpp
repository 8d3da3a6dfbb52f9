#pragma once

#include <map>
#include <optional>
#include <set>

#include <sys/types.h>

#include "runtime/core/clock.hpp"
#include "runtime/process/process_table.hpp"
#include "runtime/process/reaped_process.hpp"

// Which program a child of the reaper belongs to. The reaper is a child subreaper: a process that
// loses its parent becomes its child. While a program runs, its tree descends from it and from its
// orphans; after the program was reaped, the rest of its tree descends from the reaper.

namespace troupe::runtime {

/// The programs that a reaper runs, and the children of the reaper that belong to each: the program
/// itself and its orphans.
class OwnedProcesses {
 public:
  using Map = std::map<ProcessId, ReapedProcess>;

  /// Adds a program that was started as `leader`.
  ReapedProcess& add(ProcessId process, const ProcessSpec& spec, pid_t leader,
                     std::optional<Cgroup> cgroup, bool kernel_limits_memory);
  [[nodiscard]] ReapedProcess* find(ProcessId process);
  /// Whether `child` is a program or an adopted orphan.
  [[nodiscard]] bool owns(pid_t child) const;

  /// The program to which an orphan belongs, by the first rule that applies:
  ///   1. the process that its environment cookie names, or none if that one has ended;
  ///   2. a program whose tree has used the session or process group of the orphan;
  ///   3. the only program, if just one runs.
  [[nodiscard]] ReapedProcess* owner_of(const ProcessStat& orphan, std::optional<ProcessId> cookie);
  void adopt(pid_t orphan, const ProcessStat& stat, ReapedProcess& owner);

  /// Called when waitpid has returned `child` with `status`.
  void reaped(pid_t child, int status);
  /// Removes a program that has finished; returns the one behind it.
  Map::iterator remove(Map::iterator finished);

  [[nodiscard]] bool empty() const { return processes_.empty(); }
  [[nodiscard]] std::size_t size() const { return processes_.size(); }
  [[nodiscard]] Map::iterator begin() { return processes_.begin(); }
  [[nodiscard]] Map::iterator end() { return processes_.end(); }

 private:
  Map processes_;
  std::map<pid_t, ProcessId> leaders_;
  std::map<pid_t, ProcessId> orphans_;
};

/// Children of the reaper that belong to no program as far as is known, and when to look at them
/// again.
///
/// A process that is dying, or is in the middle of an exec, has no readable environment for a
/// moment. So a new unattributed orphan delays the exit notices of programs by `settling_time`. One
/// that stays unattributed is looked at again after 1 ms, 2 ms, ..., 10 s.
class UnattributedOrphans {
 public:
  static constexpr Duration settling_time = std::chrono::milliseconds(50);
  static constexpr Duration retry_first = std::chrono::milliseconds(1);
  static constexpr Duration retry_last = std::chrono::seconds(10);

  /// Replaces the orphans by those that were found at `now`.
  void replace(const std::set<pid_t>& found, Instant now);
  /// Forgets the orphans after all of them were killed; `alive` of them were left to kill.
  void killed(std::size_t alive, Instant now);

  /// Whether an orphan may still turn out to belong to a program.
  [[nodiscard]] bool settling(Instant now) const;
  /// When to look again; never, if there is no orphan.
  [[nodiscard]] Instant next_look() const { return next_look_; }
  [[nodiscard]] std::size_t size() const { return since_.size(); }

 private:
  void schedule(std::size_t alive, Instant now);

  std::map<pid_t, Instant> since_;  ///< When each was found.
  Instant next_look_ = Instant::never();
  Duration retry_ = retry_first;
};

}  // namespace troupe::runtime
