#pragma once

#include <vector>

#include "schedulers/ranking_options.hpp"

namespace troupe::schedulers {

// How far metrics lie apart, as soft ranking measures it (Bohdal et al. 2023, appendix C.1.2;
// ALGORITHMS.md B5b). All take finite numbers in rising order; 0 of fewer than two.

/// The population standard deviation. O(n).
[[nodiscard]] double standard_deviation(const std::vector<double>& rising);
/// The mean of |a - b| over all pairs. O(n).
[[nodiscard]] double mean_distance(const std::vector<double>& rising);
/// The median of |a - b| over all pairs; the mean of the middle two of an even number. O(n log n),
/// without listing the pairs.
[[nodiscard]] double median_distance(const std::vector<double>& rising);

/// The one that `rule` (sigma, mean or median) asks for.
[[nodiscard]] double spread(EpsilonRule rule, const std::vector<double>& rising);

}  // namespace troupe::schedulers
