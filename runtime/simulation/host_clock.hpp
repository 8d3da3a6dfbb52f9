#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/simulation/virtual_clock.hpp"

namespace troupe::runtime::simulation {

/// What a simulated host believes the time to be: a monotonic clock with a zero of its own, and a
/// wall clock that somebody may set.
class HostClock final : public Clock {
 public:
  /// `ahead`: of the world's clock, from the first moment on. Clocks of two hosts are comparable
  /// only if a bug makes them so.
  explicit HostClock(Duration ahead) : ahead_(ahead) { virtual_.set(Instant{} + ahead); }

  [[nodiscard]] Instant now() const override { return virtual_.now(); }
  [[nodiscard]] std::chrono::microseconds wall() const override {
    return virtual_.wall() +
           std::chrono::duration_cast<std::chrono::microseconds>(jumped_ - ahead_);
  }

  void jump_wall(Duration by) { jumped_ += by; }

  /// For the simulation.
  void set_world(Instant world) { virtual_.set(world + ahead_); }
  [[nodiscard]] Instant to_world(Instant here) const { return here - ahead_; }
  [[nodiscard]] VirtualClock& monotonic() { return virtual_; }

 private:
  Duration ahead_;
  Duration jumped_{};
  VirtualClock virtual_;
};

}  // namespace troupe::runtime::simulation
