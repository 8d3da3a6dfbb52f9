#include "schedulers/rungs/rung_agreement.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace troupe::schedulers {

RungAgreement::RungAgreement(const std::vector<Resource>& levels) {
  for (const Resource level : levels) levels_.push_back({level, {}});
}

void RungAgreement::report(TrialId trial, Resource resource, double metric) {
  if (trial >= next_.size()) next_.resize(trial + 1, 0);
  for (std::size_t& next = next_[trial];
       next < levels_.size() && levels_[next].resource <= resource; ++next)
    if (std::isfinite(metric)) levels_[next].metrics.emplace(trial, metric);
}

RungAgreement::Pair RungAgreement::compare(const Level& lower, const Level& upper) {
  std::vector<double> below;
  std::vector<double> above;
  for (const auto& [trial, metric] : upper.metrics)
    if (const auto at = lower.metrics.find(trial); at != lower.metrics.end()) {
      below.push_back(at->second);
      above.push_back(metric);
    }
  return {lower.resource, upper.resource, below.size(), rank_correlation(below, above)};
}

std::optional<RungAgreement::Pair> RungAgreement::lowest_pair() const {
  if (levels_.size() < 2) return std::nullopt;
  return compare(levels_[0], levels_[1]);
}

std::vector<RungAgreement::Pair> RungAgreement::pairs() const {
  std::vector<Pair> pairs;
  for (std::size_t i = 1; i < levels_.size() && !levels_[i].metrics.empty(); ++i)
    pairs.push_back(compare(levels_[i - 1], levels_[i]));
  return pairs;
}

std::string text_of(const RankCorrelation& correlation) {
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "%.2f", correlation.value);
  return text.data();
}

}  // namespace troupe::schedulers
