#pragma once

#include <chrono>

#include "runtime/core/clock.hpp"

namespace troupe {

/// A duration as people write it: 0.5 is half a second.
[[nodiscard]] constexpr Duration seconds(double count) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(count));
}

}  // namespace troupe
