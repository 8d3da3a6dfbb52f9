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

/// A virtual clock, a reactor and a network in memory, on which any number of nodes run in the
/// test's own thread: nothing happens but what the test steps. Outlives its nodes.
class TestWorld {
 public:
  explicit TestWorld(std::uint64_t seed = 1);

  [[nodiscard]] runtime::simulation::SimReactor& reactor() { return reactor_; }
  [[nodiscard]] runtime::simulation::VirtualClock& clock() { return clock_; }
  /// Without faults and delay, unless told otherwise.
  [[nodiscard]] transport::MemoryNetwork& network() { return network_; }

  /// One callback of the reactor that is due, or one message of one node. False if there is
  /// neither.
  bool step();
  /// Steps until nothing happens any more at the present time.
  void run();
  /// Moves the time on; all that is due on the way happens at its time.
  void advance(Duration duration);
  /// Runs, and moves the time on if it must, until `done()` or until then.
  void drive(const std::function<bool()>& done, Instant until);

  /// What a node of this world is made with; `dispatcher` is the one in it. The node's host on the
  /// network is `name`.
  [[nodiscard]] runtime::Environment environment(const std::string& name, std::uint64_t seed,
                                                 runtime::StepDispatcher*& dispatcher,
                                                 runtime::StepDispatcher::Choose choose = {});
  /// The node of this dispatcher is gone.
  void forget(runtime::StepDispatcher* dispatcher);

 private:
  runtime::simulation::VirtualClock clock_;
  runtime::simulation::SimReactor reactor_{clock_};
  transport::MemoryNetwork network_;
  std::vector<runtime::StepDispatcher*> dispatchers_;
};

}  // namespace troupe::test
