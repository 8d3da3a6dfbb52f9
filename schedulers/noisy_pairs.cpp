#include "schedulers/noisy_pairs.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

NoisyPairs::NoisyPairs(Resource low, Resource high, std::size_t compared_max)
    : low_(low), high_(high), compared_max_(compared_max) {
  check(low < high, "a window is not empty");
  check(compared_max >= 2, "a pair is two trials");
}

void NoisyPairs::report(TrialId trial, Resource resource, const std::vector<Curve>& curves,
                        double loss_below) {
  const double metric = *curves[trial].at(resource);
  if (!std::isfinite(metric) || resource > high_) return;
  if (resource <= low_) {  // A late report, below the window: its pairs' histories have changed.
    if (const auto slot = slots_.find(trial); slot != slots_.end())
      for (Slot other = 0; other < trials_.size(); ++other)
        if (other != slot->second) compare_anew(slot->second, other, curves);
    return;
  }
  const std::optional<Slot> slot = admit(trial, loss_below, curves);
  if (!slot) return;
  Column& here = column(resource);
  for (const Reported& other : here.reported)
    meet({*slot, metric}, other, resource, here.number, curves);
  here.reported.push_back({*slot, metric});
}

std::optional<double> NoisyPairs::percentile(double percent) const {
  const std::size_t n = differences_.size();
  if (n == 0) return std::nullopt;
  // numpy's linear interpolation, in its order of operations.
  const double v = static_cast<double>(n - 1) * (percent / 100);
  const auto low = static_cast<std::size_t>(std::floor(v));
  const double t = v - static_cast<double>(low);
  const double a = differences_.at(low);
  const double b = differences_.at(std::min(low + 1, n - 1));
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

/// The slot of a trial that is compared. A trial that is new to the window takes the place of the
/// worst one if there are too many.
std::optional<NoisyPairs::Slot> NoisyPairs::admit(TrialId trial, double loss_below,
                                                  const std::vector<Curve>& curves) {
  if (const auto known = slots_.find(trial); known != slots_.end()) return known->second;
  if (trial >= left_out_.size()) left_out_.resize(trial + 1);
  if (left_out_[trial]) return std::nullopt;
  Rank rank{loss_below, admissions_++, 0};
  if (slots_.size() < compared_max_) {
    rank.slot = static_cast<Slot>(trials_.size());
    pairs_.emplace_back(rank.slot);
    trials_.push_back(trial);
  } else {
    capped_ = true;
    const Rank worst = *ranks_.rbegin();
    if (!(rank < worst)) {
      left_out_[trial] = true;
      return std::nullopt;
    }
    evict(worst, curves);
    rank.slot = worst.slot;
    trials_[rank.slot] = trial;
  }
  slots_.emplace(trial, rank.slot);
  ranks_.insert(rank);
  return rank.slot;
}

void NoisyPairs::evict(const Rank& rank, const std::vector<Curve>& curves) {
  for (Slot other = 0; other < trials_.size(); ++other)
    if (other != rank.slot) forget(rank.slot, other, curves);
  for (auto& [resource, column] : columns_)
    std::erase_if(column.reported, [&](const Reported& r) { return r.slot == rank.slot; });
  left_out_[trials_[rank.slot]] = true;
  slots_.erase(trials_[rank.slot]);
  ranks_.erase(rank);
}

NoisyPairs::Pair& NoisyPairs::pair(Slot a, Slot b) {
  return a > b ? pairs_[a][b] : pairs_[b][a];
}

NoisyPairs::Column& NoisyPairs::column(Resource resource) {
  Column& column = columns_[resource];
  if (column.number == 0) {
    resources_.push_back(resource);
    check(resources_.size() < (1U << 27), "a window has fewer than 2^27 resources");
    column.number = static_cast<std::uint32_t>(resources_.size());
  }
  return column;
}

/// Two trials have reported the same resource inside the window, one of them just now.
void NoisyPairs::meet(const Reported& a, const Reported& b, Resource resource, std::uint32_t column,
                      const std::vector<Curve>& curves) {
  Pair& both = pair(a.slot, b.slot);
  if (both.column == 0 || resources_[both.column - 1] >= resource) {
    compare_anew(a.slot, b.slot, curves);
    return;
  }
  if (both.noisy) {
    const Resource before = resources_[both.column - 1];
    differences_.erase(
        std::abs(*curves[trials_[a.slot]].at(before) - *curves[trials_[b.slot]].at(before)));
  }
  const bool a_is_first = trials_[a.slot] < trials_[b.slot];
  advance(both, a_is_first ? a.metric > b.metric : b.metric > a.metric);
  both.column = column & 0x7ffffffU;
  if (both.noisy) differences_.insert(std::abs(a.metric - b.metric));
}

/// Judges a pair from the beginning of its two curves.
void NoisyPairs::compare_anew(Slot a, Slot b, const std::vector<Curve>& curves) {
  forget(a, b, curves);
  if (trials_[a] > trials_[b]) std::swap(a, b);
  const Curve& other = curves[trials_[b]];
  Pair anew;
  double difference = 0;
  curves[trials_[a]].for_each_up_to(high_, [&](Resource resource, double metric) {
    const std::optional<double> theirs = other.at(resource);
    if (!theirs || !std::isfinite(*theirs) || !std::isfinite(metric)) return;
    advance(anew, metric > *theirs);
    if (resource <= low_) return;
    anew.column = columns_.at(resource).number & 0x7ffffffU;
    difference = std::abs(metric - *theirs);
  });
  if (anew.column == 0) return;
  if (anew.noisy) differences_.insert(difference);
  pair(a, b) = anew;
}

void NoisyPairs::forget(Slot a, Slot b, const std::vector<Curve>& curves) {
  Pair& both = pair(a, b);
  if (both.noisy) {
    const Resource resource = resources_[both.column - 1];
    differences_.erase(
        std::abs(*curves[trials_[a]].at(resource) - *curves[trials_[b]].at(resource)));
  }
  both = Pair{};
}

/// The pair is noisy at a resource iff some lower one has the opposite truth, and one lower still
/// has the same truth again.
void NoisyPairs::advance(Pair& pair, bool truth) {
  if (truth) {
    pair.noisy = pair.has_true_false;
    pair.has_false_true |= pair.has_false;
    pair.has_true = 1;
  } else {
    pair.noisy = pair.has_false_true;
    pair.has_true_false |= pair.has_true;
    pair.has_false = 1;
  }
}

}  // namespace troupe::schedulers
