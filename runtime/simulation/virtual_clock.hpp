#pragma once

#include "runtime/core/check.hpp"
#include "runtime/core/clock.hpp"

namespace troupe::runtime::simulation {

/// Time that stands still until a test or the simulation moves it.
class VirtualClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return now_; }
  /// Starts at 2026-01-01 00:00:00 UTC and moves with `now`.
  [[nodiscard]] std::chrono::microseconds wall() const override {
    return std::chrono::seconds(1'767'225'600) +
           std::chrono::duration_cast<std::chrono::microseconds>(now_.since_zero);
  }

  void set(Instant now) {
    check(now >= now_, "virtual time does not run backwards");
    now_ = now;
  }

 private:
  Instant now_;
};

}  // namespace troupe::runtime::simulation
