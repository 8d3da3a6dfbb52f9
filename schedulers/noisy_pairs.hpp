#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "schedulers/curve.hpp"
#include "schedulers/events.hpp"
#include "schedulers/tracked_percentile.hpp"

namespace troupe::schedulers {

/// How noisy the metric is, as PASHA estimates it (Bohdal et al. 2023, section 4.2; ALGORITHMS.md
/// B5): two trials whose curves criss-cross, so that one was better, then worse, then better again,
/// are a noisy pair, and epsilon is a high percentile of the differences of all noisy pairs.
///
/// A pair is judged at the highest resource that both reported inside the window, from all
/// resources up to it that both reported; only finite metrics count. Everything is incremental: a
/// report touches the pairs of its trial with those that have reported the same resource, each in
/// O(1) but for the first time.
class NoisyPairs {
 public:
  /// More trials than this in the window, and only the best of the rung below it are compared: the
  /// pairs then take 24 MB.
  static constexpr std::size_t trials_max = 2'000;

  /// The window: resources above `low` up to and including `high`.
  /// `percent` (0 to 100): which percentile of the differences epsilon is.
  NoisyPairs(Resource low, Resource high, double percent, std::size_t compared_max = trials_max);

  /// `trial` reported `resource` for the first time; its curve in `curves` has it.
  /// `loss_below`: its loss in the rung at `low`.
  void report(TrialId trial, Resource resource, const std::vector<Curve>& curves,
              double loss_below);

  /// The percentile, linearly interpolated, of the differences; none without noisy pairs.
  [[nodiscard]] std::optional<double> percentile();

  [[nodiscard]] std::size_t noisy_pairs() const { return differences_.size(); }
  /// Whether there were more trials than are compared.
  [[nodiscard]] bool capped() const { return capped_; }

 private:
  using Slot = std::uint32_t;

  /// The truth of "the trial with the smaller id has the greater metric", over the resources that
  /// both reported, in their order. 12 bytes, for there may be two million of them.
  struct Pair {
    std::uint32_t has_false : 1 = 0;
    std::uint32_t has_true : 1 = 0;
    std::uint32_t has_false_true : 1 = 0;  ///< False somewhere, true somewhere after it.
    std::uint32_t has_true_false : 1 = 0;
    std::uint32_t noisy : 1 = 0;    ///< Judged at the resource of `column`.
    std::uint32_t column : 27 = 0;  ///< Of the highest common resource in the window; 0: none.
    std::array<std::uint32_t, 2> difference_bits{};

    [[nodiscard]] double difference() const { return std::bit_cast<double>(difference_bits); }
  };

  struct Reported {
    Slot slot = 0;
    double metric = 0;
  };

  /// All who reported one resource inside the window.
  struct Column {
    std::uint32_t number = 0;  ///< From 1, in the order of first appearance.
    std::vector<Reported> reported;
  };

  struct Rank {
    double loss = 0;
    std::uint32_t order = 0;  ///< Of admission to the window.
    Slot slot = 0;
    friend bool operator<(const Rank& a, const Rank& b) {
      return a.loss != b.loss ? a.loss < b.loss : a.order < b.order;
    }
  };

  [[nodiscard]] std::optional<Slot> admit(TrialId trial, double loss_below);
  void evict(const Rank& rank);
  [[nodiscard]] Pair& pair(Slot a, Slot b);
  [[nodiscard]] Column& column(Resource resource);
  void meet(const Reported& a, const Reported& b, Resource resource, std::uint32_t column,
            const std::vector<Curve>& curves);
  void compare_anew(Slot a, Slot b, const std::vector<Curve>& curves);
  void judge(Pair& pair, std::uint32_t column, double difference);
  void forget(Pair& pair);
  static void advance(Pair& pair, bool truth);

  Resource low_;
  Resource high_;
  std::size_t compared_max_;
  std::vector<TrialId> trials_;    ///< By slot.
  std::map<TrialId, Slot> slots_;  ///< Of the trials that are compared.
  std::vector<bool> left_out_;     ///< By trial: in the window, but not compared.
  std::uint32_t admissions_ = 0;
  std::set<Rank> ranks_;                  ///< Of the trials that are compared, best first.
  std::vector<std::vector<Pair>> pairs_;  ///< By the greater slot, then the smaller one.
  std::map<Resource, Column> columns_;
  std::vector<Resource> resources_;  ///< By a column's number - 1.
  TrackedPercentile differences_;    ///< Of the noisy pairs, at their columns.
  bool capped_ = false;
};

}  // namespace troupe::schedulers
