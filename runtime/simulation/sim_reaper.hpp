#pragma once

#include <memory>
#include <set>

#include "runtime/core/reactor.hpp"
#include "runtime/process/processes.hpp"
#include "runtime/simulation/scripted_processes.hpp"

namespace troupe::runtime::simulation {

/// The programs of a simulated process, run by scripts as a reaper would run them: on the world's
/// time, also while their node stands still, and not much longer than it lives. What happens to
/// them is told on the node's reactor.
class SimReaper final : public Processes {
 public:
  SimReaper(Reactor& world, Reactor& node, ScriptedProcesses::Author author);

  ProcessId start(ProcessSpec spec, Sink sink) override;
  void more(ProcessId process, Stream stream) override { programs_.more(process, stream); }
  void end(ProcessId process, Duration grace) override;

  /// As ReaperProcesses::keep; `until` is on the node's clock.
  void keep(Instant until, Duration grace);
  /// The node is gone: nobody is told any more, and every program is killed so long after.
  void orphan(Duration after);
  /// The reaper dies, and every program with it; another takes its place at once.
  void lose_all() { programs_.lose_all(); }
  [[nodiscard]] bool runs_any() const { return !programs_.running().empty(); }

 private:
  Reactor& world_;
  Reactor& node_;
  ScriptedProcesses programs_;
  Instant kept_until_ = Instant::never();  ///< On the world's clock.
  Reactor::TimerId lease_ = Reactor::TimerId::none;
  std::set<ProcessId> requested_;      ///< To end, by the node.
  std::set<ProcessId> let_go_;         ///< Ended because the lease was over.
  ProcessId refused_ = ~ProcessId{0};  ///< The next id of a program that is not started.
  std::shared_ptr<const bool> node_alive_ = std::make_shared<const bool>(true);
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace troupe::runtime::simulation
