#include "schedulers/progressive_ceiling.hpp"

#include <limits>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

ProgressiveCeiling::ProgressiveCeiling(const std::vector<Rung>& rungs, Resource max_resource,
                                       double percentile)
    : max_resource_(max_resource),
      percentile_(percentile),
      limit_(rungs.at(1).level()),
      pairs_(rungs.at(0).level(), rungs.at(1).level(), percentile) {}

void ProgressiveCeiling::entered(std::size_t rung, TrialId trial, double loss) {
  if (trial >= below_.size()) below_.resize(trial + 1, std::numeric_limits<double>::infinity());
  if (rung + 2 == top_) below_[trial] = loss;
  if (rung + 1 == top_) ranking_.enter(loss, below_[trial]);
}

void ProgressiveCeiling::reordered(std::size_t rung) {
  if (rung + 1 == top_) reordered_ = true;
}

void ProgressiveCeiling::reported(TrialId trial, Resource resource,
                                  const std::vector<Curve>& curves) {
  const double loss_below =
      trial < below_.size() ? below_[trial] : std::numeric_limits<double>::infinity();
  pairs_.report(trial, resource, curves, loss_below);
  if (const auto percentile = pairs_.percentile()) epsilon_ = *percentile;
}

bool ProgressiveCeiling::compare(const std::vector<Rung>& rungs, const std::vector<Curve>& curves) {
  if (reordered_) ranking_.rank(rungs[top_ - 1], below_);
  reordered_ = false;
  disagreed_ = !ranking_.agrees(epsilon_);
  if (!disagreed_ || limit_ == max_resource_) return false;
  if (top_ == rungs.size()) {
    limit_ = max_resource_;
    return true;
  }
  ++top_;
  limit_ = rungs[top_ - 1].level();
  open_window(rungs, curves);
  return true;
}

/// Starts comparing the new top rung, which a few trials may have overshot into already.
void ProgressiveCeiling::open_window(const std::vector<Rung>& rungs,
                                     const std::vector<Curve>& curves) {
  const Rung& lower = rungs[top_ - 2];
  below_.assign(below_.size(), std::numeric_limits<double>::infinity());
  lower.entries().for_each([&](const RungEntry& entry) { below_[entry.trial] = entry.loss; });
  ranking_.rank(rungs[top_ - 1], below_);
  pairs_ = NoisyPairs(lower.level(), limit_, percentile_);
  for (TrialId trial = 0; trial < curves.size(); ++trial)
    curves[trial].for_each_up_to(limit_, [&](Resource resource, double) {
      if (resource > lower.level()) pairs_.report(trial, resource, curves, below_[trial]);
    });
}

}  // namespace troupe::schedulers
