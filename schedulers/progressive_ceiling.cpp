#include "schedulers/progressive_ceiling.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "schedulers/spread.hpp"

namespace troupe::schedulers {
namespace {

constexpr RungEntry absent{std::numeric_limits<double>::infinity()};

}  // namespace

ProgressiveCeiling::ProgressiveCeiling(const std::vector<Rung>& rungs, Resource max_resource,
                                       Mode mode, const RankingOptions& options)
    : max_resource_(max_resource), mode_(mode), options_(options), limit_(rungs.at(1).level()) {
  if (!soft()) return;
  if (options.epsilon_rule == EpsilonRule::automatic)
    pairs_.emplace(rungs.at(0).level(), limit_, options.percentile);
  if (options.epsilon_rule == EpsilonRule::fixed) epsilon_ = options.epsilon;
}

void ProgressiveCeiling::entered(std::size_t rung, const RungEntry& entry) {
  if (entry.trial >= below_.size()) below_.resize(entry.trial + 1, absent);
  if (rung + 2 == top_) {
    below_[entry.trial] = entry;
    changed_ = changed_ || options_.form == RankingForm::paper;
  }
  if (rung + 1 != top_) return;
  changed_ = true;
  if (soft()) ranking_.enter(entry.loss, below_[entry.trial].loss);
}

void ProgressiveCeiling::reordered(std::size_t rung, const RungEntry& entry) {
  if (rung + 2 == top_) below_[entry.trial] = entry;
  if (rung + 1 == top_) reordered_ = true;
  if (!soft()) changed_ = true;
}

double ProgressiveCeiling::loss_below(TrialId trial) const {
  return trial < below_.size() ? below_[trial].loss : absent.loss;
}

void ProgressiveCeiling::reported(TrialId trial, Resource resource,
                                  const std::vector<Curve>& curves) {
  if (!pairs_) return;
  pairs_->report(trial, resource, curves, loss_below(trial));
  if (const auto percentile = pairs_->percentile()) epsilon_ = *percentile;
}

bool ProgressiveCeiling::compare(const std::vector<Rung>& rungs, const std::vector<Curve>& curves) {
  if (std::exchange(opened_, false)) score_.reset();
  disagreed_ = !agrees(rungs);
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

bool ProgressiveCeiling::agrees(const std::vector<Rung>& rungs) {
  const Rung& upper = rungs[top_ - 1];
  if (!soft()) {
    if (std::exchange(changed_, false)) disagreed_ = !compare_orders(upper);
    return !disagreed_;
  }
  if (std::exchange(reordered_, false)) ranking_.rank(upper, below_);
  if (std::exchange(changed_, false)) measure_spread(rungs[top_ - 2]);
  return ranking_.agrees(epsilon_);
}

/// Epsilon of sigma, mean and median; kept while there are fewer than two trials to measure.
void ProgressiveCeiling::measure_spread(const Rung& lower) {
  const EpsilonRule rule = options_.epsilon_rule;
  if (rule == EpsilonRule::automatic || rule == EpsilonRule::fixed) return;
  std::vector<double> losses;
  if (options_.form == RankingForm::reference)
    losses = ranking_.in_lower();
  else
    lower.entries().for_each([&](const RungEntry& entry) {
      if (std::isfinite(entry.loss)) losses.push_back(entry.loss);
    });
  if (losses.size() < 2) return;
  epsilon_ = options_.m * spread(rule, losses);
  score_ = epsilon_;
}

/// Whether the orders of the trials that are in both rungs agree. The lower one's is made of its
/// entries, which keep the order of ties.
bool ProgressiveCeiling::compare_orders(const Rung& upper) {
  std::vector<RankedTrial> above;
  upper.entries().for_each([&](const RungEntry& entry) {
    if (std::isfinite(entry.loss) && std::isfinite(below_[entry.trial].loss))
      above.push_back({entry.trial, metric_of(mode_, entry.loss)});
  });
  if (above.empty()) return true;
  std::vector<RankedTrial> under = above;
  std::ranges::sort(under, std::less<>{},
                    [this](const RankedTrial& one) { return below_[one.trial]; });
  double score = score_.value_or(0);
  const bool agree = orders_agree(options_, mode_, above, under, score);
  if (options_.criterion != RankingCriterion::direct) score_ = score;
  return agree;
}

/// Starts comparing the new top rung, which a few trials may have overshot into already.
void ProgressiveCeiling::open_window(const std::vector<Rung>& rungs,
                                     const std::vector<Curve>& curves) {
  const Rung& lower = rungs[top_ - 2];
  below_.assign(below_.size(), absent);
  lower.entries().for_each([&](const RungEntry& entry) { below_[entry.trial] = entry; });
  changed_ = true;
  opened_ = true;
  if (soft()) ranking_.rank(rungs[top_ - 1], below_);
  if (!pairs_) return;
  pairs_.emplace(lower.level(), limit_, options_.percentile);
  for (TrialId trial = 0; trial < curves.size(); ++trial)
    curves[trial].for_each_up_to(limit_, [&](Resource resource, double) {
      if (resource > lower.level()) pairs_->report(trial, resource, curves, loss_below(trial));
    });
}

}  // namespace troupe::schedulers
