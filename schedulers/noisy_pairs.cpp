#include "schedulers/noisy_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// The bits of a pair's flags.
constexpr unsigned has_false = 1;
constexpr unsigned has_true = 2;
constexpr unsigned has_false_true = 4;  // False somewhere, true somewhere after it.
constexpr unsigned has_true_false = 8;
constexpr unsigned noisy = 16;    // At the resource that was met last.
constexpr unsigned counted = 32;  // Its difference is among those of the noisy pairs.

/// The flags after one more resource. The pair is noisy there iff some lower one has the opposite
/// truth, and one lower still has the same truth again.
constexpr unsigned advanced(unsigned flags, bool truth) {
  const unsigned kept = flags & (has_false | has_true | has_false_true | has_true_false | counted);
  if (truth)
    return kept | has_true | ((flags & has_false) != 0 ? has_false_true : 0) |
           ((flags & has_true_false) != 0 ? noisy : 0);
  return kept | has_false | ((flags & has_true) != 0 ? has_true_false : 0) |
         ((flags & has_false_true) != 0 ? noisy : 0);
}

/// advanced(), by flags and truth.
constexpr auto next_flags = [] {
  std::array<std::array<std::uint8_t, 64>, 2> table{};
  for (unsigned flags = 0; flags < 64; ++flags)
    for (const bool truth : {false, true})
      table[truth ? 1 : 0][flags] = static_cast<std::uint8_t>(advanced(flags, truth));
  return table;
}();

}  // namespace

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
    if (const auto slot = slots_.find(trial); slot != slots_.end()) {
      set(slot->second, resource, metric);
      compare_anew(slot->second);
    }
    return;
  }
  const std::optional<Slot> slot = admit(trial, loss_below, curves[trial]);
  if (!slot) return;
  const bool late = resource < last_[*slot];
  set(*slot, resource, metric);
  if (late)
    compare_anew(*slot);
  else
    meet_all(*slot, metric, columns_.at(resource), true);
}

std::optional<double> NoisyPairs::percentile() {
  return differences_.value([this](const auto& visit) {
    for (const Row& row : rows_)
      for (std::size_t lower = 0; lower < row.differences.size(); ++lower)
        if ((row.flags[lower] & counted) != 0) visit(row.differences[lower]);
  });
}

/// The slot of a trial that is compared. A trial that is new to the window takes the place of the
/// worst one if there are too many, and meets all others below the window.
std::optional<NoisyPairs::Slot> NoisyPairs::admit(TrialId trial, double loss_below,
                                                  const Curve& curve) {
  if (const auto known = slots_.find(trial); known != slots_.end()) return known->second;
  if (trial >= left_out_.size()) left_out_.resize(trial + 1);
  if (left_out_[trial]) return std::nullopt;
  Rank rank{loss_below, admissions_++, 0};
  if (slots_.size() < compared_max_) {
    rank.slot = static_cast<Slot>(trials_.size());
    rows_.push_back({std::vector<Flags>(rank.slot), {}});
    trials_.push_back(trial);
    last_.push_back(0);
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
    last_[rank.slot] = 0;
  }
  slots_.emplace(trial, rank.slot);
  ranks_.insert(rank);
  curve.for_each_up_to(low_, [&](Resource resource, double metric) {
    if (!std::isfinite(metric)) return;
    set(rank.slot, resource, metric);
    meet_all(rank.slot, metric, columns_.at(resource), false);
  });
  return rank.slot;
}

void NoisyPairs::evict(const Rank& rank) {
  forget_all(rank.slot);
  for (auto& [resource, column] : columns_)
    if (rank.slot < column.size()) column[rank.slot] = none;
  left_out_[trials_[rank.slot]] = true;
  slots_.erase(trials_[rank.slot]);
  ranks_.erase(rank);
}

void NoisyPairs::set(Slot slot, Resource resource, double metric) {
  Column& column = columns_[resource];
  if (slot >= column.size()) column.resize(trials_.size(), none);
  column[slot] = metric;
  last_[slot] = std::max(last_[slot], resource);
}

/// A trial reported what the others of `column` have reported, if above all that it had before.
/// `inside`: the window. Pairs with smaller slots lie in one row, the others in a row each.
void NoisyPairs::meet_all(Slot slot, double metric, const Column& column, bool inside) {
  const TrialId trial = trials_[slot];
  const auto meet_one = [&](Row& row, Slot lower, Slot other) {
    const double metric_of_other = column[other];
    if (std::isnan(metric_of_other)) return;
    const bool first = trial < trials_[other];
    const bool truth = first ? metric > metric_of_other : metric_of_other > metric;
    meet(row, lower, truth, std::abs(metric - metric_of_other), inside);
  };
  const auto others = static_cast<Slot>(column.size());
  for (Slot other = 0; other < slot && other < others; ++other) meet_one(rows_[slot], other, other);
  for (Slot other = slot + 1; other < others; ++other) meet_one(rows_[other], slot, other);
}

inline void NoisyPairs::meet(Row& row, Slot lower, bool truth, double difference, bool inside) {
  Flags& flags = row.flags[lower];
  flags = next_flags[truth ? 1 : 0][flags];
  if (inside && (flags & (noisy | counted)) != 0) judge(row, lower, difference);
}

/// Keeps the difference where a pair was met last, inside the window, if it is noisy there.
void NoisyPairs::judge(Row& row, Slot lower, double difference) {
  Flags& flags = row.flags[lower];
  if ((flags & counted) != 0) differences_.erase(row.differences[lower]);
  if ((flags & noisy) == 0) {
    flags &= static_cast<Flags>(~counted);
    return;
  }
  flags |= counted;
  if (row.differences.empty()) row.differences.resize(row.flags.size());
  row.differences[lower] = difference;
  differences_.insert(difference);
}

void NoisyPairs::forget_all(Slot slot) {
  for (Slot other = 0; other < slot; ++other) forget(rows_[slot], other);
  for (std::size_t other = slot + 1; other < rows_.size(); ++other) forget(rows_[other], slot);
}

void NoisyPairs::forget(Row& row, Slot lower) {
  if ((row.flags[lower] & counted) != 0) differences_.erase(row.differences[lower]);
  row.flags[lower] = 0;
}

/// Judges the pairs of a trial from the beginning of its curve.
void NoisyPairs::compare_anew(Slot slot) {
  forget_all(slot);
  for (const auto& [resource, column] : columns_)
    if (slot < column.size() && !std::isnan(column[slot]))
      meet_all(slot, column[slot], column, resource > low_);
}

}  // namespace troupe::schedulers
