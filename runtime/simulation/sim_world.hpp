#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/dispatch/step_dispatcher.hpp"
#include "runtime/node.hpp"
#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/virtual_clock.hpp"

namespace troupe::runtime::simulation {

/// A node without a network in the caller's own thread, under a virtual clock. Its actors run while
/// somebody waits for them (`node().wait`, `node().ask`): at each instant every message first, then
/// the next timer; so nothing happens twice at one time before all have heard of the first.
class SimWorld {
 public:
  explicit SimWorld(const std::string& name, std::uint64_t seed = 1);
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  [[nodiscard]] Node& node() { return *node_; }
  [[nodiscard]] SimReactor& reactor() { return reactor_; }
  [[nodiscard]] const VirtualClock& clock() const { return clock_; }

 private:
  void drive(const std::function<bool()>& done, Instant until);

  VirtualClock clock_;
  SimReactor reactor_{clock_};
  StepDispatcher* dispatcher_ = nullptr;  ///< The node's.
  std::unique_ptr<Node> node_;
};

}  // namespace troupe::runtime::simulation
