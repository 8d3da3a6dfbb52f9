#pragma once

#include <chrono>

#include "runtime/core/clock.hpp"

namespace troupe::runtime {

/// The system's clock. `now` has the epoch of std::chrono::steady_clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override {
    return {std::chrono::steady_clock::now().time_since_epoch()};
  }
  [[nodiscard]] std::chrono::microseconds wall() const override {
    return std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now().time_since_epoch());
  }
};

}  // namespace troupe::runtime
