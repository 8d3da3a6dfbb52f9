#include "schedulers/surrogates/rank_correlation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

/// Ranks minus their mean; equal values share their mean rank.
std::vector<double> centered_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  const double middle = (static_cast<double>(values.size()) - 1) / 2;
  for (std::size_t from = 0, to = 0; from < order.size(); from = to) {
    while (to < order.size() && values[order[to]] == values[order[from]]) ++to;
    const double rank = static_cast<double>(from + to - 1) / 2 - middle;
    for (std::size_t i = from; i < to; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

}  // namespace

std::optional<RankCorrelation> rank_correlation(const std::vector<double>& a,
                                                const std::vector<double>& b) {
  check(a.size() == b.size(), "a rank correlation is that of pairs");
  if (a.size() < 4) return std::nullopt;
  const std::vector<double> first = centered_ranks(a);
  const std::vector<double> second = centered_ranks(b);
  const double spread = std::inner_product(first.begin(), first.end(), first.begin(), 0.0) *
                        std::inner_product(second.begin(), second.end(), second.begin(), 0.0);
  if (spread == 0) return std::nullopt;
  RankCorrelation result;
  result.value = std::clamp(
      std::inner_product(first.begin(), first.end(), second.begin(), 0.0) / std::sqrt(spread), -1.0,
      1.0);
  // A perfect order counts as one exchange of neighbours, or few pairs would have no uncertainty.
  const auto n = static_cast<double>(a.size());
  const double most = 1 - 12 / (n * (n * n - 1));
  const double inside = std::clamp(result.value, -most, most);
  constexpr double quantile = 1.6448536269514722;  // Of the normal distribution, at 95 %.
  const double deviation = std::sqrt(1.06 / (n - 3));
  result.lower = std::tanh(std::atanh(inside) - quantile * deviation);
  result.upper = std::tanh(std::atanh(inside) + quantile * deviation);
  return result;
}

}  // namespace troupe::schedulers
