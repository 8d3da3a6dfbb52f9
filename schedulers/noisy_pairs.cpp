#include "schedulers/noisy_pairs.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

NoisyPairs::NoisyPairs(Resource low, Resource high, double percent, std::size_t compared_max)
    : low_(low), high_(high), compared_max_(compared_max), differences_(percent) {
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
  const std::optional<Slot> slot = admit(trial, loss_below);
  if (!slot) return;
  Column& here = column(resource);
  for (const Reported& other : here.reported)
    meet({*slot, metric}, other, resource, here.number, curves);
  here.reported.push_back({*slot, metric});
}

std::optional<double> NoisyPairs::percentile() {
  return differences_.value([this](const auto& visit) {
    for (const auto& row : pairs_)
      for (const Pair& pair : row)
        if (pair.noisy) visit(pair.difference());
  });
}

/// The slot of a trial that is compared. A trial that is new to the window takes the place of the
/// worst one if there are too many.
std::optional<NoisyPairs::Slot> NoisyPairs::admit(TrialId trial, double loss_below) {
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
    evict(worst);
    rank.slot = worst.slot;
    trials_[rank.slot] = trial;
  }
  slots_.emplace(trial, rank.slot);
  ranks_.insert(rank);
  return rank.slot;
}

void NoisyPairs::evict(const Rank& rank) {
  for (Slot other = 0; other < trials_.size(); ++other)
    if (other != rank.slot) forget(pair(rank.slot, other));
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
  if (both.noisy) differences_.erase(both.difference());
  const bool a_is_first = trials_[a.slot] < trials_[b.slot];
  advance(both, a_is_first ? a.metric > b.metric : b.metric > a.metric);
  judge(both, column, std::abs(a.metric - b.metric));
}

/// Judges a pair from the beginning of its two curves.
void NoisyPairs::compare_anew(Slot a, Slot b, const std::vector<Curve>& curves) {
  Pair& both = pair(a, b);
  forget(both);
  if (trials_[a] > trials_[b]) std::swap(a, b);
  Pair anew;
  Resource judged = low_;
  double difference = 0;
  Curve::for_each_common_up_to(high_, curves[trials_[a]], curves[trials_[b]],
                               [&](Resource resource, double metric, double other) {
                                 if (!std::isfinite(metric) || !std::isfinite(other)) return;
                                 advance(anew, metric > other);
                                 judged = resource;
                                 difference = std::abs(metric - other);
                               });
  if (judged <= low_) return;
  both = anew;
  judge(both, columns_.at(judged).number, difference);
}

/// Keeps what the pair's highest common resource in the window, whose truth it has, says.
void NoisyPairs::judge(Pair& pair, std::uint32_t column, double difference) {
  pair.column = column & 0x7ffffffU;
  pair.difference_bits = std::bit_cast<std::array<std::uint32_t, 2>>(difference);
  if (pair.noisy) differences_.insert(difference);
}

void NoisyPairs::forget(Pair& pair) {
  if (pair.noisy) differences_.erase(pair.difference());
  pair = Pair{};
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
