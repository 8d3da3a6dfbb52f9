#pragma once

#include <functional>
#include <span>
#include <vector>

namespace troupe::schedulers {

/// A function of n variables that writes its gradient to the second argument.
using Objective = std::function<double(std::span<const double>, std::span<double>)>;

/// A box, a start in it, and when to stop.
struct MinimizeOptions {
  std::vector<double> start;
  std::vector<double> lower, upper;  ///< May be infinite.
  int evaluations_max = 50;
  /// Stops when the value changes by less than this share in a step.
  double tolerance = 1e-6;
};

struct Minimum {
  std::vector<double> at;
  double value = 0;
};

/// The least value that L-BFGS (NLopt, after Luksan) sees on its way; at least one evaluation.
/// Values that are not finite count as very large. Never fails.
[[nodiscard]] Minimum minimize(const Objective& objective, const MinimizeOptions& options);

}  // namespace troupe::schedulers
