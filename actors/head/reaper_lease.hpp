#pragma once

#include <functional>
#include <memory>

#include "actors/trial/node_agent.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/node.hpp"

namespace troupe::actors {

/// Hands a node's lease on to its reaper, as its head confirms it: so programs end in time also
/// when the node is frozen, and cannot end them itself.
class ReaperLease {
 public:
  /// As ReaperProcesses::keep. Called on the reactor's thread.
  using Keep = std::function<void(Instant until, Duration grace)>;

  /// `lease`: of the node's links. The node outlives this.
  ReaperLease(runtime::Node& node, Keep keep, Duration lease);
  ~ReaperLease() = default;
  ReaperLease(const ReaperLease&) = delete;
  ReaperLease& operator=(const ReaperLease&) = delete;

  /// An agent with these options says when the study took the node in, which tells the grace that
  /// programs get between SIGTERM and SIGKILL, and when it is about to start a program: the reaper
  /// is to know of a lease that was confirmed just now. The agent may outlive this.
  void serve(AgentOptions& options) const;

 private:
  struct State;
  static void pass_on(State& state);
  static void renew(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;  ///< Of the reactor's thread, but for what is atomic.
};

}  // namespace troupe::actors
