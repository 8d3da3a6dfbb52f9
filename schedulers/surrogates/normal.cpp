#include "schedulers/surrogates/normal.hpp"

#include <cmath>
#include <numbers>

namespace troupe::schedulers {

double standard_normal(Rng& rng) {
  const double radius = std::sqrt(-2 * std::log(1 - rng.uniform()));
  return radius * std::cos(2 * std::numbers::pi * rng.uniform());
}

double normal_density(double x) {
  return std::exp(-x * x / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

double normal_probability(double x) {
  return std::erfc(-x / std::numbers::sqrt2) / 2;
}

}  // namespace troupe::schedulers
