#include "runtime/system_clock.hpp"

namespace troupe::runtime {

Instant SystemClock::now() const {
  return {std::chrono::steady_clock::now().time_since_epoch()};
}

std::chrono::microseconds SystemClock::wall() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace troupe::runtime
