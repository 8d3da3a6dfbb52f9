#pragma once

#include <cstdint>

#include "runtime/core/clock.hpp"

namespace troupe::runtime {

/// How often a supervised child is made anew before its failure is final.
struct RestartPolicy {
  std::uint32_t restarts_max = 3;
  Duration within = std::chrono::seconds(60);
};

}  // namespace troupe::runtime
