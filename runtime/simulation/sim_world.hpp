#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/dispatch/step_dispatcher.hpp"
#include "runtime/node.hpp"
#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/virtual_clock.hpp"

namespace troupe::runtime::simulation {

/// A node without a network in the caller's thread, on a virtual clock. Its actors run inside
/// `node().wait` and `node().ask`. At each time all messages are handled before the next timer
/// fires, so each actor has handled the effects of a timer before the next one.
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
  StepDispatcher* dispatcher_ = nullptr;  ///< Of the node.
  std::unique_ptr<Node> node_;
};

}  // namespace troupe::runtime::simulation
