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

/// The flags after one more resource; `truth` is a mask. The pair is noisy there iff some lower one
/// has the opposite truth, and one lower still has the same truth again. Of shifts and masks only,
/// for many pairs at once: bit by bit, has_false leads to has_false_true, and so on.
constexpr std::uint8_t advanced(std::uint8_t flags, std::uint8_t truth) {
  const unsigned kept = flags & (has_false | has_true | has_false_true | has_true_false | counted);
  const unsigned if_true = has_true | (flags & has_false) << 2 | (flags & has_true_false) << 1;
  const unsigned if_false = has_false | (flags & has_true) << 2 | (flags & has_false_true) << 2;
  return static_cast<std::uint8_t>(kept | (if_true & truth) | (if_false & ~unsigned{truth}));
}
static_assert(advanced(has_false, 0xff) == (has_false | has_true | has_false_true));
static_assert(advanced(has_true, 0) == (has_false | has_true | has_true_false));
static_assert((advanced(has_true_false, 0xff) & noisy) != 0);
static_assert((advanced(has_true_false, 0) & noisy) == 0);
static_assert((advanced(has_false_true, 0) & noisy) != 0);

/// The same inside the window, where a pair is counted iff it is noisy now.
constexpr std::uint8_t advanced_inside(std::uint8_t flags, std::uint8_t truth) {
  const unsigned next = advanced(flags, truth);
  return static_cast<std::uint8_t>((next & ~counted) | (next & noisy) << 1);
}
static_assert(noisy << 1 == counted);

constexpr std::uint32_t side = 8;  ///< Of a tile.

/// Where the tiles begin whose higher slots are in this tile's row.
constexpr std::size_t first_of_row(std::size_t row) {
  return row * (row + 1) / 2 * side * side;
}

}  // namespace

void NoisyPairs::Tiles::grow(std::size_t slots) {
  flags_.resize(first_of_row((slots + side - 1) / side));
}

NoisyPairs::Flags& NoisyPairs::Tiles::at(Slot a, Slot b) {
  const auto [low, high] = std::minmax(a, b);
  return flags_[first_of_row(high / side) + std::size_t{low / side} * side * side +
                high % side * side + low % side];
}

/// Calls visit(other, place in flags_) for each pair of the slot.
template <typename Visit>
void NoisyPairs::Tiles::visit(Slot slot, std::size_t slots, Visit visit) const {
  const std::size_t own = slot / side;
  const std::size_t inside = slot % side;
  const std::size_t row = first_of_row(own) + inside * side;
  for (std::size_t other = 0; other < std::min<std::size_t>(slot, slots); ++other)
    visit(other, row + other / side * side * side + other % side);
  for (std::size_t other = slot + 1; other < slots && other < (own + 1) * side; ++other)
    visit(other, first_of_row(own) + own * side * side + other % side * side + inside);
  for (std::size_t tile = own + 1; tile * side < slots; ++tile) {
    const std::size_t column = first_of_row(tile) + own * side * side + inside;
    const std::size_t end = std::min<std::size_t>((tile + 1) * side, slots);
    for (std::size_t other = tile * side; other < end; ++other)
      visit(other, column + other % side * side);
  }
}

void NoisyPairs::Tiles::read(Slot slot, std::vector<Flags>& row) const {
  const Flags* flags = flags_.data();
  Flags* out = row.data();
  visit(slot, row.size(), [=](std::size_t other, std::size_t at) { out[other] = flags[at]; });
}

void NoisyPairs::Tiles::write(Slot slot, const std::vector<Flags>& row) {
  Flags* flags = flags_.data();
  const Flags* in = row.data();
  visit(slot, row.size(), [=](std::size_t other, std::size_t at) { flags[at] = in[other]; });
}

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
      forget_all(slot->second);
      set(slot->second, resource, metric);
      compare_anew(slot->second);
    }
    return;
  }
  const std::optional<Slot> slot = admit(trial, loss_below, curves[trial]);
  if (!slot) return;
  const bool late = resource < last_[*slot];
  if (late) forget_all(*slot);  // As long as it is known where each pair was met last.
  set(*slot, resource, metric);
  if (late) return compare_anew(*slot);
  gather(*slot);
  meet_inside(*slot, resource);
  scatter(*slot);
}

std::optional<double> NoisyPairs::percentile() {
  return differences_.value([this](const auto& visit) {
    const auto slots = static_cast<Slot>(trials_.size());
    for (Slot slot = 1; slot < slots; ++slot)
      for (Slot lower = 0; lower < slot; ++lower)
        if ((flags_.at(slot, lower) & counted) != 0) visit(last_difference(slot, lower, high_ + 1));
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
    trials_.push_back(trial);
    last_.push_back(0);
    flags_.grow(trials_.size());
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
    if (std::isfinite(metric)) set(rank.slot, resource, metric);
  });
  compare_anew(rank.slot);
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

void NoisyPairs::gather(Slot slot) {
  gathered_.resize(trials_.size());
  flags_.read(slot, gathered_);
}

void NoisyPairs::scatter(Slot slot) {
  flags_.write(slot, gathered_);
}

/// How the slot's metric in `column` compares with each other one there.
void NoisyPairs::look(Slot slot, const Column& column) {
  const std::size_t slots = column.size();
  truths_.resize(slots);
  mets_.resize(slots);
  const TrialId trial = trials_[slot];
  const double metric = column[slot];
  const double* metrics = column.data();
  const TrialId* trials = trials_.data();
  std::uint8_t* truths = truths_.data();
  std::uint8_t* mets = mets_.data();
  for (std::size_t other = 0; other < slots; ++other) {
    const bool above = metric > metrics[other];
    const bool below = metric < metrics[other];
    truths[other] = (trial < trials[other] ? above : below) ? 0xff : 0;
  }
  for (std::size_t other = 0; other < slots; ++other)
    mets[other] = metrics[other] == metrics[other] ? 0xff : 0;  // NaN is not itself.
  mets[slot] = 0;
}

/// The gathered pairs at a resource below the window; who has not reported it is not met.
void NoisyPairs::meet_below(Slot slot, const Column& column) {
  look(slot, column);
  Flags* gathered = gathered_.data();
  const std::uint8_t* truths = truths_.data();
  const std::uint8_t* mets = mets_.data();
  for (std::size_t other = 0; other < column.size(); ++other) {
    const Flags next = advanced(gathered[other], truths[other]);
    gathered[other] = static_cast<Flags>((next & mets[other]) | (gathered[other] & ~mets[other]));
  }
}

/// The gathered pairs at a resource inside the window, which is above all where they were met
/// before.
void NoisyPairs::meet_inside(Slot slot, Resource resource) {
  const auto at = columns_.find(resource);
  const Column& column = at->second;
  auto before = at;  // Where the slot's pairs may have been met last.
  while (before != columns_.begin()) {
    --before;
    if (slot < before->second.size() && !std::isnan(before->second[slot])) break;
  }
  const Column& earlier = before->second;
  const double metric = column[slot];
  const bool has_earlier =
      before != at && slot < earlier.size() && !std::isnan(earlier[slot]) && before->first > low_;
  const double metric_earlier = has_earlier ? earlier[slot] : none;
  look(slot, column);
  constexpr std::size_t block = 32;  ///< Pairs at a time: if none of them is counted, that is all.
  TrackedPercentile::Changes changes(differences_);
  for (std::size_t begin = 0; begin < column.size(); begin += block) {
    const std::size_t end = std::min(begin + block, column.size());
    std::array<Flags, block> old_flags{};
    unsigned any = 0;
    Flags* gathered = gathered_.data() + begin;
    const std::uint8_t* truths = truths_.data() + begin;
    const std::uint8_t* mets = mets_.data() + begin;
    for (std::size_t i = 0; i < end - begin; ++i) {
      const Flags old = gathered[i];
      const Flags next = advanced_inside(old, truths[i]);
      gathered[i] = static_cast<Flags>((next & mets[i]) | (old & ~mets[i]));
      old_flags[i] = static_cast<Flags>(old & mets[i]);
      any |= old_flags[i] | (next & mets[i]);
    }
    if ((any & counted) == 0) continue;
    for (std::size_t other = begin; other < end; ++other) {
      const bool was_in = (old_flags[other - begin] & counted) != 0;
      const bool is_in = (mets_[other] & gathered_[other] & counted) != 0;
      double before_difference =
          other < earlier.size() ? std::abs(metric_earlier - earlier[other]) : none;
      if (was_in & std::isnan(before_difference)) [[unlikely]]
        before_difference = last_difference(slot, static_cast<Slot>(other), resource);
      changes.replace(was_in, before_difference, is_in, std::abs(metric - column[other]));
    }
  }
}

/// Of a pair that is counted: where it was met last, at a resource less than `below`.
double NoisyPairs::last_difference(Slot a, Slot b, Resource below) const {
  auto at = columns_.upper_bound(std::min({below - 1, last_[a], last_[b]}));
  while (at != columns_.begin()) {
    --at;
    const Column& column = at->second;
    if (a >= column.size() || b >= column.size()) continue;
    const double difference = std::abs(column[a] - column[b]);
    if (!std::isnan(difference)) return difference;
  }
  check(false, "a pair that is counted was met");
  return none;
}

void NoisyPairs::forget_all(Slot slot) {
  gather(slot);
  const auto slots = static_cast<Slot>(trials_.size());
  for (Slot other = 0; other < slots; ++other)
    if (other != slot && (gathered_[other] & counted) != 0)
      differences_.erase(last_difference(slot, other, high_ + 1));
  gathered_.assign(slots, 0);
  scatter(slot);
}

/// Judges the pairs of a trial from the beginning of its curve; none of them has flags.
void NoisyPairs::compare_anew(Slot slot) {
  gathered_.assign(trials_.size(), 0);
  for (const auto& [resource, column] : columns_) {
    if (slot >= column.size() || std::isnan(column[slot])) continue;
    if (resource > low_)
      meet_inside(slot, resource);
    else
      meet_below(slot, column);
  }
  scatter(slot);
}

}  // namespace troupe::schedulers
