#pragma once

#include <chrono>

#include "actors/head/process.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/reactor.hpp"
#include "runtime/process/warden_processes.hpp"

namespace troupe::actors {

/// Hands a node's lease on to its warden, as its head confirms it: so programs end in time also
/// when the node is frozen, and cannot end them itself.
class WardenLease {
 public:
  /// `lease`: of the node's links.
  WardenLease(Process& process, runtime::WardenProcesses& processes, Duration lease);
  ~WardenLease();
  WardenLease(const WardenLease&) = delete;
  WardenLease& operator=(const WardenLease&) = delete;

  /// What programs get between SIGTERM and SIGKILL. Any thread.
  void set_grace(Duration grace);

 private:
  void renew();

  Process& process_;
  runtime::WardenProcesses& processes_;
  const Duration lease_;
  Duration grace_ = std::chrono::seconds(10);  ///< On the reactor's thread, as what follows.
  Reactor::TimerId timer_ = Reactor::TimerId::none;
};

}  // namespace troupe::actors
