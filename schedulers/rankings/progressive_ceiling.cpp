#include "schedulers/rankings/progressive_ceiling.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "runtime/core/check.hpp"
#include "schedulers/rankings/spread.hpp"

namespace troupe::schedulers {
namespace {

constexpr RungEntry no_entry{std::numeric_limits<double>::infinity()};

}  // namespace

ProgressiveCeiling::ProgressiveCeiling(const std::vector<Rung>& rungs, Resource max_resource,
                                       Mode mode, const RankingOptions& options)
    : max_resource_(max_resource), mode_(mode), options_(options), limit_(rungs.at(1).level()) {
  check(limit_ < max_resource, "each rung is below R");
  if (!soft()) return;
  if (options.epsilon_rule == EpsilonRule::automatic)
    pairs_.emplace(rungs.at(0).level(), limit_, options.percentile);
  if (options.epsilon_rule == EpsilonRule::fixed) epsilon_ = options.epsilon;
}

// README 4.1, step 1.
void ProgressiveCeiling::entered(std::size_t rung, const RungEntry& entry) {
  if (entry.trial >= lower_entries_.size()) lower_entries_.resize(entry.trial + 1, no_entry);
  if (rung + 2 == top_) {
    lower_entries_[entry.trial] = entry;
    changed_ = changed_ || form_of(options_) == RankingForm::paper;
  }
  if (rung + 1 != top_) return;
  changed_ = true;
  if (soft()) ranking_.enter(entry.loss, lower_entries_[entry.trial].loss);
}

void ProgressiveCeiling::reordered(std::size_t rung, const RungEntry& entry) {
  check(entry.promoted, "only a promotion moves an entry");
  if (rung + 2 == top_) lower_entries_.at(entry.trial) = entry;
  if (rung + 1 == top_) reordered_ = true;
  if (!soft()) changed_ = true;
}

double ProgressiveCeiling::lower_loss(TrialId trial) const {
  return trial < lower_entries_.size() ? lower_entries_[trial].loss : no_entry.loss;
}

// README 4.1, step 2: epsilon keeps its value while there is no noisy pair.
void ProgressiveCeiling::reported(TrialId trial, Resource resource,
                                  const std::vector<Curve>& curves) {
  if (!pairs_) return;
  pairs_->report(trial, resource, curves, lower_loss(trial));
  if (const auto percentile = pairs_->percentile()) epsilon_ = *percentile;
}

// README 4.1, step 3.
bool ProgressiveCeiling::compare(const std::vector<Rung>& rungs, const std::vector<Curve>& curves) {
  check(top_ >= 2 && top_ <= rungs.size(), "the top rung has a rung below it");
  if (std::exchange(opened_, false)) score_.reset();
  disagreed_ = !rungs_agree(rungs);
  if (!disagreed_ || limit_ == max_resource_) return false;
  rise(rungs, curves);
  return true;
}

Resource ProgressiveCeiling::next_limit(const std::vector<Rung>& rungs) const {
  return top_ < rungs.size() ? rungs[top_].level() : max_resource_;
}

void ProgressiveCeiling::rise(const std::vector<Rung>& rungs, const std::vector<Curve>& curves) {
  const Resource next = next_limit(rungs);
  check(next > limit_, "the ceiling only rises");
  limit_ = next;
  if (top_ == rungs.size()) return;
  ++top_;
  open_window(rungs, curves);
}

bool ProgressiveCeiling::rungs_agree(const std::vector<Rung>& rungs) {
  const Rung& upper = rungs[top_ - 1];
  if (!soft()) {
    if (std::exchange(changed_, false)) disagreed_ = !compare_orders(upper);
    return !disagreed_;
  }
  if (std::exchange(reordered_, false)) ranking_.rank(upper, lower_entries_);
  if (std::exchange(changed_, false)) measure_spread(rungs[top_ - 2]);
  return ranking_.agrees(epsilon_);
}

/// README 4.4: epsilon of `sigma`, `mean` and `median`; it keeps its value while fewer than two
/// trials have a finite loss.
void ProgressiveCeiling::measure_spread(const Rung& lower) {
  const EpsilonRule rule = options_.epsilon_rule;
  if (rule == EpsilonRule::automatic || rule == EpsilonRule::fixed) return;
  std::vector<double> losses;
  if (form_of(options_) == RankingForm::reference)
    losses = ranking_.lower_losses();
  else
    lower.entries().for_each([&](const RungEntry& entry) {
      if (std::isfinite(entry.loss)) losses.push_back(entry.loss);
    });
  if (losses.size() < 2) return;
  epsilon_ = options_.m * spread(rule, losses);
  score_ = epsilon_;
}

/// README 4.5: whether the orders of the common trials agree. The lower order is sorted by entries,
/// so that ties have the order of the rung.
bool ProgressiveCeiling::compare_orders(const Rung& upper) {
  std::vector<RankedTrial> upper_order;
  upper.entries().for_each([&](const RungEntry& entry) {
    if (std::isfinite(entry.loss) && std::isfinite(lower_loss(entry.trial)))
      upper_order.push_back({entry.trial, metric_of(mode_, entry.loss)});
  });
  if (upper_order.empty()) return true;
  std::vector<RankedTrial> lower_order = upper_order;
  std::ranges::sort(lower_order, std::less<>{},
                    [this](const RankedTrial& one) { return lower_entries_[one.trial]; });
  double score = score_.value_or(0);
  const bool agree = orders_agree(options_, mode_, upper_order, lower_order, score);
  if (options_.criterion != RankingCriterion::direct) score_ = score;
  return agree;
}

/// Prepares the comparison of a new top rung. Trials that overshot may have entered it already.
void ProgressiveCeiling::open_window(const std::vector<Rung>& rungs,
                                     const std::vector<Curve>& curves) {
  const Rung& lower = rungs[top_ - 2];
  lower_entries_.assign(lower_entries_.size(), no_entry);
  lower.entries().for_each([&](const RungEntry& entry) { lower_entries_.at(entry.trial) = entry; });
  changed_ = true;
  opened_ = true;
  if (soft()) ranking_.rank(rungs[top_ - 1], lower_entries_);
  if (!pairs_) return;
  pairs_.emplace(lower.level(), limit_, options_.percentile);
  for (TrialId trial = 0; trial < curves.size(); ++trial)
    curves[trial].for_each_up_to(limit_, [&](Resource resource, double) {
      if (resource > lower.level()) pairs_->report(trial, resource, curves, lower_loss(trial));
    });
}

void ProgressiveCeiling::check_invariants(const std::vector<Rung>& rungs) const {
  check(top_ >= 2 && top_ <= rungs.size(), "the top rung has a rung below it");
  check(limit_ == rungs[top_ - 1].level() || (top_ == rungs.size() && limit_ == max_resource_),
        "the ceiling is the level of the top rung, or R above the last rung");
  check(std::isfinite(epsilon_) && epsilon_ >= 0, "epsilon is a finite distance");
  std::size_t kept = 0;
  for (const RungEntry& entry : lower_entries_) kept += std::isfinite(entry.loss) ? 1 : 0;
  std::size_t finite = 0;
  rungs[top_ - 2].entries().for_each([&](const RungEntry& entry) {
    const RungEntry& own = lower_entries_.at(entry.trial);
    check(own.loss == entry.loss, "the kept loss of a trial is that of the lower rung");
    finite += std::isfinite(entry.loss) ? 1 : 0;
    check(!std::isfinite(entry.loss) || own.order == entry.order,
          "the kept entry of a trial is that of the lower rung");
  });
  check(kept == finite, "only entries of the lower rung are kept");
  if (soft()) ranking_.check_invariants();
  if (pairs_) pairs_->check_invariants();
}

}  // namespace troupe::schedulers
