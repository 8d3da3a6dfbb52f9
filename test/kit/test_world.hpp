#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "runtime/dispatch/step_dispatcher.hpp"
#include "runtime/node.hpp"
#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/virtual_clock.hpp"
#include "transport/memory_wire.hpp"

namespace troupe::test {

/// A virtual clock, a reactor and a network in memory, for nodes in the thread of the test. Nothing
/// happens unless the test steps. Outlives its nodes.
class TestWorld {
 public:
  explicit TestWorld(std::uint64_t seed = 1);

  [[nodiscard]] runtime::simulation::SimReactor& reactor() { return reactor_; }
  [[nodiscard]] runtime::simulation::VirtualClock& clock() { return clock_; }
  /// Has neither faults nor delay unless the test sets them.
  [[nodiscard]] transport::MemoryNetwork& network() { return network_; }

  /// Runs one due callback of the reactor, or else one message of one node. False if there is
  /// neither.
  bool step();
  /// Steps until nothing is due at the present time.
  void run();
  /// Moves the clock by `duration`, and runs everything that becomes due at its time.
  void advance(Duration duration);
  /// Steps until `done()` or `until`; moves the clock if nothing else is due.
  void drive(const std::function<bool()>& done, Instant until);

  /// The environment for a node of this world, whose host on the network is `name`. Sets
  /// `dispatcher` to the dispatcher in it.
  [[nodiscard]] runtime::Environment environment(const std::string& name, std::uint64_t seed,
                                                 runtime::StepDispatcher*& dispatcher,
                                                 runtime::StepDispatcher::Choose choose = {});
  /// Stops stepping the dispatcher of a node that is destroyed.
  void forget(runtime::StepDispatcher* dispatcher);

 private:
  runtime::simulation::VirtualClock clock_;
  runtime::simulation::SimReactor reactor_{clock_};
  transport::MemoryNetwork network_;
  std::vector<runtime::StepDispatcher*> dispatchers_;
};

}  // namespace troupe::test
