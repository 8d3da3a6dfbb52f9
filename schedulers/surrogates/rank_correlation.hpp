#pragma once

#include <optional>
#include <vector>

namespace troupe::schedulers {

/// Spearman's rank correlation of pairs, with one-sided confidence bounds of 95 %.
struct RankCorrelation {
  double value = 0;
  double lower = -1;
  double upper = 1;  ///< The one-sided upper bound.
};

/// Equal values share their mean rank. The bounds are Fisher's transformation with the variance of
/// Fieller, Hartley and Pearson 1957 (1.06 / (n - 3)). None for fewer than four pairs, or if all
/// first or all second values are equal. `a` and `b` have the same length; values may be infinite,
/// not NaN.
[[nodiscard]] std::optional<RankCorrelation> rank_correlation(const std::vector<double>& a,
                                                              const std::vector<double>& b);

}  // namespace troupe::schedulers
