#pragma once

#include <memory>
#include <set>

#include "runtime/core/reactor.hpp"
#include "runtime/process/processes.hpp"
#include "runtime/simulation/scripted_processes.hpp"

namespace troupe::runtime::simulation {

/// The simulation of a reaper: runs the scripted programs of a simulated process on the clock of
/// the world. They run on while their node is frozen, and are killed soon after it has died. Their
/// events are delivered on the reactor of the node.
class SimReaper final : public Processes {
 public:
  SimReaper(Reactor& world, Reactor& node, ScriptedProcesses::Author author);

  ProcessId start(ProcessSpec spec, Sink sink) override;
  void more(ProcessId process, Stream stream) override { programs_.more(process, stream); }
  void end(ProcessId process, Duration grace) override;

  /// As ReaperProcesses::set_lease; `until` is on the clock of the node.
  void set_lease(Instant until, Duration grace);
  /// Called when the node has died: events are dropped, and the programs are killed after `after`.
  void orphan(Duration after);
  /// Ends everything in this instant, as the loss of the host does. No event is delivered.
  void lose_host();
  /// Simulates the death of the reaper with all programs; a new one replaces it at once.
  void lose_all() { programs_.lose_all(); }
  [[nodiscard]] bool runs_any() const { return !programs_.running().empty(); }

 private:
  void kill_programs();

  Reactor& world_;
  Reactor& node_;
  ScriptedProcesses programs_;
  Instant lease_end_ = Instant::never();  ///< On the clock of the world.
  Reactor::TimerId lease_timer_ = Reactor::TimerId::none;
  std::set<ProcessId> requested_;      ///< Programs that the node has ended.
  std::set<ProcessId> expired_;        ///< Programs that were ended by the lease.
  ProcessId refused_ = ~ProcessId{0};  ///< The id of the next program that is refused.
  std::shared_ptr<const bool> node_alive_ = std::make_shared<const bool>(true);
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace troupe::runtime::simulation
