#pragma once

#include <optional>
#include <set>
#include <utility>

#include <sys/types.h>

#include "runtime/core/clock.hpp"
#include "runtime/process/cgroup.hpp"
#include "runtime/process/process_table.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::runtime {

/// A program that a reaper runs, with its process tree: a state machine that is told what happened
/// and acts by signals.
///
///     running -> terminating    `end` was called, or the program ended and left descendants
///     running -> killing        the tree uses more memory than its limit
///     terminating -> killing    the grace has passed
///
/// In each state it is finished once the program was reaped and no process of its tree is left.
class ReapedProcess {
 public:
  /// `leader` is the pid of the program, which leads its session.
  ReapedProcess(ProcessId process, const ProcessSpec& spec, pid_t leader,
                std::optional<Cgroup> cgroup, bool kernel_limits_memory);

  [[nodiscard]] ProcessId process() const { return process_; }

  /// Called when the program itself was reaped; `status` is that of waitpid.
  void leader_reaped(int status);
  /// Adds a child of the reaper to the tree.
  void adopt(pid_t orphan, const ProcessStat& stat);
  void orphan_reaped(pid_t orphan);
  /// Whether a process of the tree has been in the session or process group of `stat`.
  [[nodiscard]] bool has_used_session_of(const ProcessStat& stat) const;

  /// Sends SIGTERM to the tree, and SIGKILL after `grace`. A second call may shorten the grace.
  void end(Duration grace, Instant now);
  /// Ends a program whose lease has expired. It counts as lost if it runs and had not to end
  /// anyway.
  void end_of_lease(Duration grace, Instant now);
  /// Kills the tree if it uses more memory than its limit.
  void sample_memory(Instant now);
  /// Whether the memory has to be sampled, because the kernel does not limit it.
  [[nodiscard]] bool needs_sampling() const { return samples_ && state_ != State::killing; }

  /// Takes the step that is due. Call it after each of the calls above.
  void advance(Instant now);
  /// When to call `advance` if nothing happens before.
  [[nodiscard]] Instant deadline() const { return deadline_; }
  [[nodiscard]] bool finished() const;
  /// A descriptor to poll for POLLPRI, which tells that the tree is empty; -1 for none.
  [[nodiscard]] int cgroup_events_fd() const;
  [[nodiscard]] bool has_cgroup() const { return cgroup_.has_value(); }

  [[nodiscard]] ProcessEnded ended() const;
  [[nodiscard]] std::optional<Cgroup> take_cgroup() { return std::exchange(cgroup_, std::nullopt); }

 private:
  enum class State { running, terminating, killing };

  [[nodiscard]] std::set<pid_t> roots() const;
  void terminate(Duration grace, Instant now);
  void kill(Instant now);

  ProcessId process_;
  Duration leftover_grace_;
  std::uint64_t memory_limit_bytes_;  ///< 0: none.
  bool samples_;
  pid_t leader_;  ///< 0 once reaped.
  std::optional<Cgroup> cgroup_;
  int status_ = 0;  ///< Of waitpid, once the leader was reaped.
  State state_ = State::running;
  bool requested_ = false;
  bool lost_ = false;
  bool memory_exceeded_ = false;
  Instant deadline_ = Instant::never();
  Duration kill_interval_{};              ///< Between rounds of SIGKILL; doubles.
  std::set<pid_t> orphans_;               ///< Children of the reaper.
  std::set<pid_t> sessions_;              ///< Sessions and process groups of the tree.
  std::set<ProcessIdentity> terminated_;  ///< Those that got SIGTERM: each gets it once.
  std::set<pid_t> killed_;
};

}  // namespace troupe::runtime
