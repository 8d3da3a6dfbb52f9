#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/virtual_clock.hpp"
#include "transport/memory_wire.hpp"

namespace troupe::transport::test {

/// The reactor and the wires that a test of endpoints runs on: in memory or on ZeroMQ.
class World {
 public:
  virtual ~World() = default;
  virtual Reactor& reactor() = 0;
  virtual std::unique_ptr<Wire> wire(PeerId id) = 0;
  /// An address to listen at, where the wire chooses what is free.
  virtual std::string new_address() = 0;
  /// Runs until `done` returns true, at most for `limit`. Returns the last result of `done`.
  virtual bool run_until(const std::function<bool()>& done, Duration limit) = 0;

  bool run_until(const std::function<bool()>& done) {
    return run_until(done, std::chrono::seconds(20));
  }
  void run_for(Duration time) {
    (void)run_until([] { return false; }, time);
  }
};

class MemoryWorld final : public World {
 public:
  explicit MemoryWorld(std::uint64_t seed = 1) : reactor_(clock_), network_(reactor_, seed) {}

  Reactor& reactor() override { return reactor_; }
  std::unique_ptr<Wire> wire(PeerId id) override {
    return network_.wire(id, "host" + std::to_string(id));
  }
  using World::run_until;
  std::string new_address() override { return "*"; }
  bool run_until(const std::function<bool()>& done, Duration limit) override {
    const Instant end = clock_.now() + limit;
    while (!done()) {
      if (reactor_.run_one()) continue;
      const auto next = reactor_.next_timer();
      if (!next || *next > end) {
        clock_.set(std::max(end, clock_.now()));
        return done();
      }
      clock_.set(std::max(*next, clock_.now()));
    }
    return true;
  }

  MemoryNetwork& network() { return network_; }

 private:
  runtime::simulation::VirtualClock clock_;
  runtime::simulation::SimReactor reactor_;
  MemoryNetwork network_;
};

}  // namespace troupe::transport::test
