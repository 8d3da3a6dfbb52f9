#pragma once

#include <functional>
#include <memory>

#include "actors/trial/node_agent.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/node.hpp"

namespace troupe::actors {

/// Forwards the lease of a node to its reaper, so that the programs of a frozen node end in time
/// too.
class ReaperLease {
 public:
  /// ReaperProcesses::set_lease, or a replacement in tests. Called on the reactor's thread.
  using Keep = std::function<void(Instant until, Duration grace)>;

  /// `lease`: of the node's links. The node outlives this object.
  ReaperLease(runtime::Node& node, Keep keep, Duration lease);
  ~ReaperLease() = default;
  ReaperLease(const ReaperLease&) = delete;
  ReaperLease& operator=(const ReaperLease&) = delete;

  /// Sets callbacks of an agent: on joining, the reaper learns the grace between SIGTERM and
  /// SIGKILL; before a program starts, it learns a recently confirmed lease. The agent may outlive
  /// this object.
  void attach_to(AgentOptions& options) const;

 private:
  struct State;
  static void forward_lease(State& state);
  static void renew(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;  ///< Used on the reactor's thread, but for atomics.
};

}  // namespace troupe::actors
