#pragma once

#include <vector>

#include "schedulers/ranking_options.hpp"

namespace troupe::schedulers {

// Measures of spread for epsilon (Bohdal et al. 2023, appendix C.1.2; README 4.4). `rising`: n
// finite losses in rising order. Results are in units of the metric; 0 for n < 2.

/// Population standard deviation. O(n).
[[nodiscard]] double standard_deviation(const std::vector<double>& rising);
/// Mean of |a - b| over all pairs. O(n).
[[nodiscard]] double mean_distance(const std::vector<double>& rising);
/// Median of |a - b| over all pairs; the mean of the middle two for an even number of pairs. O(64
/// n), by bisection over the distance instead of a list of all pairs.
[[nodiscard]] double median_distance(const std::vector<double>& rising);

/// The measure of `rule`, which is sigma, mean or median.
[[nodiscard]] double spread(EpsilonRule rule, const std::vector<double>& rising);

}  // namespace troupe::schedulers
