#include "schedulers/hurdle.hpp"

namespace troupe::schedulers {

Hurdle::Hurdle(const std::vector<TrialId>& incumbents)
    : incumbents_(incumbents.begin(), incumbents.end()) {}

bool Hurdle::clears(TrialId trial, Resource level, double loss) {
  if (incumbents_.contains(trial)) {
    const auto [hurdle, first] = losses_.emplace(level, loss);
    if (first || loss < hurdle->second) {
      hurdle->second = loss;
      raised_.push_back({trial, level, loss});
    }
    return true;
  }
  const auto hurdle = losses_.find(level);
  return hurdle == losses_.end() || loss <= hurdle->second;
}

}  // namespace troupe::schedulers
