#pragma once

#include "runtime/core/clock.hpp"

namespace troupe::runtime {

/// The system's time. `now` counts from the same zero as std::chrono::steady_clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] std::chrono::microseconds wall() const override;
};

}  // namespace troupe::runtime
