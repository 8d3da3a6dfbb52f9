#include "schedulers/rankings/order_ranking.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

double rank_biased_overlap(const std::vector<RankedTrial>& upper,
                           const std::vector<RankedTrial>& lower, double p, RankingForm form) {
  check(upper.size() == lower.size(), "both orders have the same trials");
  std::set<TrialId> unmatched;  // Among the first i + 1 of one order only.
  std::size_t common = 0;
  double sum = 0;
  double weight = 1;  // p^i
  double agreement = 1;
  for (std::size_t i = 0; i < upper.size(); ++i) {
    for (const TrialId trial : {upper[i].trial, lower[i].trial})
      if (!unmatched.insert(trial).second) {
        unmatched.erase(trial);
        ++common;
      }
    agreement = static_cast<double>(common) / static_cast<double>(i + 1);
    sum += weight * agreement;
    weight *= p;
  }
  if (p == 1) return sum / static_cast<double>(upper.size());
  const double extrapolated = form == RankingForm::paper ? agreement * weight : 0;
  return (1 - p) * sum + extrapolated;
}

double relative_regret(const std::vector<RankedTrial>& upper, const std::vector<RankedTrial>& lower,
                       double p, Mode mode, Regret regret) {
  check(upper.size() == lower.size(), "both orders have the same trials");
  double sum = 0;
  double weights = 0;
  double weight = 1;  // p^i
  for (std::size_t i = 0; i < upper.size(); ++i) {
    const double best = upper[i].metric;
    double worse = mode == Mode::max ? best - lower[i].metric : lower[i].metric - best;
    if (regret == Regret::absolute_relative) worse = std::abs(worse);
    if (worse != 0) sum += weight * (worse / best);  // 0 / 0 is no regret.
    weights += weight;
    weight *= p;
  }
  return sum / weights;
}

bool orders_agree(const RankingOptions& options, Mode mode, const std::vector<RankedTrial>& upper,
                  const std::vector<RankedTrial>& lower, double& score) {
  switch (options.criterion) {
    case RankingCriterion::direct:
      return std::ranges::equal(upper, lower, {}, &RankedTrial::trial, &RankedTrial::trial);
    case RankingCriterion::rbo:
      score = rank_biased_overlap(upper, lower, options.p, form_of(options));
      return !(score < threshold(options));
    case RankingCriterion::rrr:
      score = relative_regret(upper, lower, options.p, mode, Regret::relative);
      return !(score > threshold(options));
    case RankingCriterion::arrr:
      score = relative_regret(upper, lower, options.p, mode, Regret::absolute_relative);
      return !(score > threshold(options));
    case RankingCriterion::soft:
      break;
  }
  check(false, "the criterion compares orders");
  return false;
}

}  // namespace troupe::schedulers
