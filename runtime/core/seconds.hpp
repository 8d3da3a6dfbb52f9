#pragma once

#include <chrono>

#include "runtime/core/clock.hpp"

namespace troupe {

/// The duration of `count` seconds: 0.5 is half a second.
[[nodiscard]] constexpr Duration seconds(double count) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(count));
}

}  // namespace troupe
