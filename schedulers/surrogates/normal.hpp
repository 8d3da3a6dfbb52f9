#pragma once

#include "runtime/core/rng.hpp"

namespace troupe::schedulers {

/// A standard normal draw (Box and Muller 1958): two uniform draws.
[[nodiscard]] double standard_normal(Rng& rng);
/// Density of the standard normal distribution.
[[nodiscard]] double normal_density(double x);
/// Its distribution function.
[[nodiscard]] double normal_probability(double x);

}  // namespace troupe::schedulers
