#pragma once

#include <optional>
#include <set>

#include <sys/types.h>

#include "runtime/core/clock.hpp"
#include "runtime/process/cgroup.hpp"
#include "runtime/process/process_table.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::runtime {

/// One running program and its tree, as its reaper sees it: a state machine that is told what
/// happened and acts by signals.
///
///     running --end, or the program ended and left somebody--> terminating --grace--> killing
///
/// From each of them the ward is over as soon as the program was reaped and nobody of its tree is
/// left.
class ReapedProcess {
 public:
  ReapedProcess(ProcessId process, const ProcessSpec& spec, pid_t main,
                std::optional<Cgroup> cgroup, bool kernel_limits_memory);

  [[nodiscard]] ProcessId process() const { return process_; }

  /// The program itself was reaped; `status` is waitpid's.
  void main_reaped(int status);
  /// A child of the reaper turned out to belong here.
  void adopt(pid_t orphan, const ProcessStat& stat);
  void orphan_reaped(pid_t orphan) { orphans_.erase(orphan); }
  /// One of the tree is, or was, in this session or process group.
  [[nodiscard]] bool knows(const ProcessStat& stat) const;

  void end(Duration grace, Instant now);
  /// The same, for no fault of the program's: it is lost, if it runs and was not to end anyway.
  void let_go(Duration grace, Instant now);
  /// Kills the tree if it uses more than its limit, where the kernel does not see to that.
  void sample_memory(Instant now);
  [[nodiscard]] bool wants_samples() const { return samples_ && phase_ != Phase::killing; }

  /// Takes the next step if it is time. To be called after everything above.
  void proceed(Instant now);
  /// When to call `proceed` if nothing happens before.
  [[nodiscard]] Instant deadline() const { return deadline_; }
  [[nodiscard]] bool over() const;
  /// To be watched for POLLPRI while the program has ended and the ward is not over; -1 for none.
  [[nodiscard]] int events_fd() const;
  [[nodiscard]] bool has_cgroup() const { return cgroup_.has_value(); }

  [[nodiscard]] ProcessEnded ended() const;
  [[nodiscard]] std::optional<Cgroup> take_cgroup() { return std::move(cgroup_); }

 private:
  enum class Phase { running, terminating, killing };

  [[nodiscard]] std::set<pid_t> roots() const;
  void terminate(Duration grace, Instant now);
  void kill(Instant now);

  ProcessId process_;
  Duration leftover_grace_;
  std::uint64_t memory_limit_bytes_;  ///< 0: none.
  bool samples_;
  pid_t main_;  ///< 0 once reaped.
  std::optional<Cgroup> cgroup_;
  int status_ = 0;
  Phase phase_ = Phase::running;
  bool requested_ = false;
  bool lost_ = false;
  bool too_big_ = false;
  Instant deadline_ = Instant::never();
  Duration retry_{};          ///< Between rounds of killing; doubles.
  std::set<pid_t> orphans_;   ///< Children of the reaper.
  std::set<pid_t> sessions_;  ///< And process groups.
  std::set<pid_t> killed_;
};

}  // namespace troupe::runtime
