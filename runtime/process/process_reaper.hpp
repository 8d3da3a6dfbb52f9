#pragma once

#include "runtime/core/clock.hpp"

namespace troupe::runtime {

enum class Cgroups {
  where_writable,
  never,  ///< For tests of what happens without cgroups.
};

/// The whole program of a process reaper (`troupe warden --fd FD`): serves the node at the other
/// end of the socket `fd`. It ends all programs that it has started when the socket closes, when
/// the node dies, or on SIGTERM. Returns the exit code of the process, which must have no other
/// thread.
int reaper_main(int fd, Cgroups cgroups = Cgroups::where_writable);

/// The time until which the programs of a reaper may run. A node that is frozen cannot end its
/// programs, so the reaper ends them when the node has not renewed the lease. Without a request
/// there is no limit.
class ProgramLease {
 public:
  void renew(Instant until, Duration grace) {
    until_ = until;
    grace_ = grace;
    enforced_ = false;
  }
  /// Whether no program may start.
  [[nodiscard]] bool expired(Instant now) const { return now >= until_; }
  /// True once for each lease that has expired: the caller then ends all programs.
  [[nodiscard]] bool enforce(Instant now) {
    if (enforced_ || !expired(now)) return false;
    enforced_ = true;
    return true;
  }
  /// Time between SIGTERM and SIGKILL for the programs that are ended.
  [[nodiscard]] Duration grace() const { return grace_; }
  /// When `enforce` has to be called at the latest.
  [[nodiscard]] Instant deadline() const { return enforced_ ? Instant::never() : until_; }

 private:
  Instant until_ = Instant::never();
  Duration grace_{};
  bool enforced_ = false;
};

}  // namespace troupe::runtime
