#pragma once

#include "runtime/core/check.hpp"
#include "runtime/core/clock.hpp"

namespace troupe::runtime::simulation {

/// A clock that only a test or the simulation moves.
class VirtualClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  /// 2026-01-01 00:00:00 UTC plus the time since zero.
  [[nodiscard]] std::chrono::microseconds wall() const override {
    return std::chrono::seconds(1'767'225'600) +
           std::chrono::duration_cast<std::chrono::microseconds>(now_.since_zero);
  }

  void set(Instant now) {
    check(now >= now_, "virtual time does not move backwards");
    now_ = now;
  }

 private:
  Instant now_;
};

/// The clock of a simulated host: a monotonic clock whose zero differs from that of other hosts,
/// and a wall clock that can be set.
class HostClock final : public Clock {
 public:
  /// `ahead`: the constant difference to the clock of the world. It makes code fail that compares
  /// the monotonic times of two hosts.
  explicit HostClock(Duration ahead) : ahead_(ahead) { virtual_.set(Instant{} + ahead); }

  [[nodiscard]] Instant now() const override { return virtual_.now(); }
  [[nodiscard]] std::chrono::microseconds wall() const override {
    return virtual_.wall() +
           std::chrono::duration_cast<std::chrono::microseconds>(jumped_ - ahead_);
  }

  /// Changes the wall clock by `by`.
  void jump_wall(Duration by) { jumped_ += by; }

  // Called by the simulation.

  void set_world(Instant world) { virtual_.set(world + ahead_); }
  [[nodiscard]] Instant to_world(Instant here) const { return here - ahead_; }
  [[nodiscard]] VirtualClock& monotonic() { return virtual_; }

 private:
  Duration ahead_;
  Duration jumped_{};
  VirtualClock virtual_;
};

}  // namespace troupe::runtime::simulation
