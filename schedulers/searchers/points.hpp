#pragma once

#include <vector>

#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// The configurations to suggest first: completed by the midpoint, repetitions dropped.
[[nodiscard]] std::vector<Config> points_in_order(const Space& space,
                                                  const std::vector<Config>& points);

}  // namespace troupe::schedulers
