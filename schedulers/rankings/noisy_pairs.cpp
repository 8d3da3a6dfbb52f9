#include "schedulers/rankings/noisy_pairs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

constexpr double no_metric = std::numeric_limits<double>::quiet_NaN();

}  // namespace

NoisyPairs::NoisyPairs(Resource low, Resource high, double percent, std::size_t compared_max)
    : low_(low), high_(high), compared_max_(compared_max), differences_(percent) {
  check(low < high, "the window has a resource");
  check(compared_max >= 2, "a pair is two trials");
}

void NoisyPairs::report(TrialId trial, Resource resource, const std::vector<Curve>& curves,
                        double lower_loss) {
  const double metric = *curves[trial].at(resource);
  if (!std::isfinite(metric) || resource > high_) return;
  if (resource <= low_) {  // A late report below the window changes the past of its pairs.
    if (const auto slot = slots_.find(trial); slot != slots_.end()) {
      clear_row(slot->second);
      set_metric(slot->second, resource, metric);
      rebuild_row(slot->second);
    }
    return;
  }
  const std::optional<Slot> slot = admit(trial, lower_loss, curves[trial]);
  if (!slot) return;
  const bool late = resource < last_[*slot];
  if (late) clear_row(*slot);  // Before set_metric(), which changes the latest common resources.
  set_metric(*slot, resource, metric);
  if (late) return rebuild_row(*slot);
  load_row(*slot);
  advance_in_window(*slot, resource);
  store_row(*slot);
}

std::optional<double> NoisyPairs::percentile() {
  return differences_.value([this](const auto& visit) {
    const auto slots = static_cast<Slot>(trials_.size());
    for (Slot slot = 1; slot < slots; ++slot)
      for (Slot other = 0; other < slot; ++other)
        if ((flags_.at(slot, other) & pair_is_counted) != 0)
          visit(latest_difference(slot, other, high_ + 1));
  });
}

/// The slot of a trial that reported in the window; none if the trial is not compared. A new trial
/// takes the slot of the worst one if all slots are taken and it is better.
std::optional<NoisyPairs::Slot> NoisyPairs::admit(TrialId trial, double lower_loss,
                                                  const Curve& curve) {
  if (const auto known = slots_.find(trial); known != slots_.end()) return known->second;
  if (trial >= left_out_.size()) left_out_.resize(trial + 1);
  if (left_out_[trial]) return std::nullopt;
  Rank rank{lower_loss, admissions_++, 0};
  if (slots_.size() == compared_max_) {
    capped_ = true;
    if (!(rank < *ranks_.rbegin())) {
      left_out_[trial] = true;
      return std::nullopt;
    }
  }
  rank.slot = free_slot();
  trials_[rank.slot] = trial;
  last_[rank.slot] = 0;
  slots_.emplace(trial, rank.slot);
  ranks_.insert(rank);
  check(ranks_.size() == slots_.size(), "each compared trial has a slot and a rank");
  curve.for_each_up_to(low_, [&](Resource resource, double metric) {
    if (std::isfinite(metric)) set_metric(rank.slot, resource, metric);
  });
  rebuild_row(rank.slot);
  return rank.slot;
}

/// A new slot; or the slot of the worst trial, which is evicted, if all are taken.
NoisyPairs::Slot NoisyPairs::free_slot() {
  if (slots_.size() == compared_max_) {
    const Rank worst = *ranks_.rbegin();
    evict(worst);
    return worst.slot;
  }
  trials_.push_back(0);
  last_.push_back(0);
  flags_.grow(trials_.size());
  return static_cast<Slot>(trials_.size() - 1);
}

void NoisyPairs::evict(const Rank& rank) {
  clear_row(rank.slot);
  for (auto& [resource, column] : columns_)
    if (rank.slot < column.size()) column[rank.slot] = no_metric;
  left_out_[trials_[rank.slot]] = true;
  slots_.erase(trials_[rank.slot]);
  ranks_.erase(rank);
}

void NoisyPairs::set_metric(Slot slot, Resource resource, double metric) {
  check(std::isfinite(metric), "only finite metrics are compared");
  Column& column = columns_[resource];
  if (slot >= column.size()) column.resize(trials_.size(), no_metric);
  column[slot] = metric;
  last_[slot] = std::max(last_[slot], resource);
}

void NoisyPairs::load_row(Slot slot) {
  row_.resize(trials_.size());
  flags_.read_row(slot, row_);
}

void NoisyPairs::store_row(Slot slot) {
  flags_.write_row(slot, row_);
}

/// Sets the masks of the pairs of `slot` at the resource of `column`.
void NoisyPairs::compare(Slot slot, const Column& column) {
  const std::size_t slots = column.size();
  order_masks_.resize(slots);
  common_masks_.resize(slots);
  const TrialId trial = trials_[slot];
  const double metric = column[slot];
  const double* metrics = column.data();
  const TrialId* trials = trials_.data();
  std::uint8_t* order = order_masks_.data();
  std::uint8_t* common = common_masks_.data();
  for (std::size_t other = 0; other < slots; ++other) {
    const bool above = metric > metrics[other];
    const bool below = metric < metrics[other];
    order[other] = (trial < trials[other] ? above : below) ? 0xff : 0;
  }
  for (std::size_t other = 0; other < slots; ++other)
    common[other] = metrics[other] == metrics[other] ? 0xff : 0;  // NaN does not equal itself.
  common[slot] = 0;
}

/// Advances the loaded row by a resource below the window.
void NoisyPairs::advance_below_window(Slot slot, const Column& column) {
  compare(slot, column);
  PairFlags* row = row_.data();
  const std::uint8_t* order = order_masks_.data();
  const std::uint8_t* common = common_masks_.data();
  for (std::size_t other = 0; other < column.size(); ++other) {
    const PairFlags next = advanced(row[other], order[other]);
    row[other] = static_cast<PairFlags>((next & common[other]) | (row[other] & ~common[other]));
  }
}

/// Advances the loaded row by a resource in the window, which is above all resources that the row
/// was advanced by before. Replaces the differences of the pairs in the percentile.
void NoisyPairs::advance_in_window(Slot slot, Resource resource) {
  const Column& column = columns_.at(resource);
  const Column* earlier = previous_column(slot, resource);
  const double metric = column[slot];
  const double metric_earlier = earlier != nullptr ? (*earlier)[slot] : no_metric;
  const std::size_t earlier_size = earlier != nullptr ? earlier->size() : 0;
  compare(slot, column);
  constexpr std::size_t block = 32;  // Pairs; a block without counted pairs ends early.
  TrackedPercentile::Changes changes(differences_);
  for (std::size_t begin = 0; begin < column.size(); begin += block) {
    const std::size_t end = std::min(begin + block, column.size());
    std::array<PairFlags, block> old_flags{};
    unsigned any = 0;
    PairFlags* row = row_.data() + begin;
    const std::uint8_t* order = order_masks_.data() + begin;
    const std::uint8_t* common = common_masks_.data() + begin;
    for (std::size_t i = 0; i < end - begin; ++i) {
      const PairFlags old = row[i];
      const PairFlags next = advanced_in_window(old, order[i]);
      row[i] = static_cast<PairFlags>((next & common[i]) | (old & ~common[i]));
      old_flags[i] = static_cast<PairFlags>(old & common[i]);
      any |= old_flags[i] | (next & common[i]);
    }
    if ((any & pair_is_counted) == 0) continue;
    for (std::size_t other = begin; other < end; ++other) {
      const bool was_counted = (old_flags[other - begin] & pair_is_counted) != 0;
      const bool is_counted = (common_masks_[other] & row_[other] & pair_is_counted) != 0;
      double before =
          other < earlier_size ? std::abs(metric_earlier - (*earlier)[other]) : no_metric;
      if (was_counted & std::isnan(before)) [[unlikely]]
        before = latest_difference(slot, static_cast<Slot>(other), resource);
      changes.replace(was_counted, before, is_counted, std::abs(metric - column[other]));
    }
  }
}

/// The column of the highest resource below `resource`, in the window, that the trial of `slot`
/// reported; null if there is none. Most of its pairs have their latest common resource there.
const NoisyPairs::Column* NoisyPairs::previous_column(Slot slot, Resource resource) const {
  for (auto at = columns_.find(resource); at != columns_.begin();) {
    --at;
    if (at->first <= low_) return nullptr;
    const Column& column = at->second;
    if (slot < column.size() && !std::isnan(column[slot])) return &column;
  }
  return nullptr;
}

/// |y_a - y_b| of a counted pair at the highest resource below `below` that both trials reported.
double NoisyPairs::latest_difference(Slot a, Slot b, Resource below) const {
  auto at = columns_.upper_bound(std::min({below - 1, last_[a], last_[b]}));
  while (at != columns_.begin()) {
    --at;
    const Column& column = at->second;
    if (a >= column.size() || b >= column.size()) continue;
    const double difference = std::abs(column[a] - column[b]);
    if (!std::isnan(difference)) return difference;
  }
  check(false, "a counted pair has a common resource");
  return no_metric;
}

/// Clears the flags of all pairs of `slot`, and removes their differences from the percentile.
void NoisyPairs::clear_row(Slot slot) {
  load_row(slot);
  const auto slots = static_cast<Slot>(trials_.size());
  for (Slot other = 0; other < slots; ++other)
    if (other != slot && (row_[other] & pair_is_counted) != 0)
      differences_.erase(latest_difference(slot, other, high_ + 1));
  row_.assign(slots, 0);
  store_row(slot);
}

/// Computes the flags of all pairs of `slot` from its whole curve. The pairs have no flags.
void NoisyPairs::rebuild_row(Slot slot) {
  row_.assign(trials_.size(), 0);
  for (const auto& [resource, column] : columns_) {
    if (slot >= column.size() || std::isnan(column[slot])) continue;
    if (resource > low_)
      advance_in_window(slot, resource);
    else
      advance_below_window(slot, column);
  }
  store_row(slot);
}

void NoisyPairs::check_invariants() const {
  check(slots_.size() == trials_.size() && ranks_.size() == trials_.size(),
        "each slot has a trial and a rank");
  check(trials_.size() <= compared_max_, "at most `compared_max` trials are compared");
  for (const auto& [trial, slot] : slots_) check(trials_.at(slot) == trial, "a slot has one trial");
  std::size_t counted = 0;
  for (Slot slot = 1; slot < trials_.size(); ++slot)
    for (Slot other = 0; other < slot; ++other) {
      if ((flags_.at(slot, other) & pair_is_counted) == 0) continue;
      (void)latest_difference(slot, other, high_ + 1);
      ++counted;
    }
  check(counted == differences_.size(), "the percentile has one difference for each counted pair");
  differences_.check_invariants();
}

}  // namespace troupe::schedulers
