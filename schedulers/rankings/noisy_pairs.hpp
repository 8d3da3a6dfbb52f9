#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/rankings/pair_flags.hpp"
#include "schedulers/rankings/tracked_percentile.hpp"
#include "schedulers/rungs/curve.hpp"

namespace troupe::schedulers {

/// PASHA's estimate of the noise of the metric (Bohdal et al. 2023, section 4.2; README 4.3): a
/// percentile of the differences of noisy pairs. Two trials are a noisy pair if their curves cross
/// twice, so that one trial was better, then worse, then better again.
///
/// A pair is judged at the highest resource in the window that both trials reported, from all lower
/// resources that both reported. Only finite metrics count. A pair takes one byte; its difference
/// follows from the metrics of the two trials.
///
/// Cost of a report: O(1) for each pair of its trial with a trial that reported the same resource.
/// The first report of a trial in the window costs this once for each lower resource.
class NoisyPairs {
 public:
  /// If more trials are in the window, only the best of the lower rung are compared. Their pairs
  /// take 2 MB.
  static constexpr std::size_t trials_max = 2'000;

  /// The window is the resources above `low`, up to and including `high`: the levels of the top two
  /// rungs. `percent`: which percentile of the differences, 0 to 100.
  NoisyPairs(Resource low, Resource high, double percent, std::size_t compared_max = trials_max);

  /// `trial` reported `resource` for the first time; `curves` contains the report.
  /// `lower_loss`: loss of the trial in the rung at `low`, +infinity if it has none.
  void report(TrialId trial, Resource resource, const std::vector<Curve>& curves,
              double lower_loss);

  /// The percentile, linearly interpolated, in units of the metric; none without noisy pairs.
  [[nodiscard]] std::optional<double> percentile();

  /// Number of noisy pairs.
  [[nodiscard]] std::size_t noisy_pairs() const { return differences_.size(); }
  /// Whether more trials than `compared_max` were in the window.
  [[nodiscard]] bool capped() const { return capped_; }

  /// Throws CheckFailure unless slots and ranks agree and the counted pairs are those of the
  /// percentile. O(pairs).
  void check_invariants() const;

 private:
  /// Index of a compared trial, reused when the trial is evicted.
  using Slot = PairMatrix::Slot;
  /// The metrics at one resource, by slot; NaN where the trial has none.
  using Column = std::vector<double>;

  /// The rank of a compared trial in the lower rung, best first.
  struct Rank {
    double loss = 0;
    std::uint32_t order = 0;  ///< Of the trial's first report in the window; breaks ties.
    Slot slot = 0;
    friend bool operator<(const Rank& a, const Rank& b) {
      return a.loss != b.loss ? a.loss < b.loss : a.order < b.order;
    }
  };

  [[nodiscard]] std::optional<Slot> admit(TrialId trial, double lower_loss, const Curve& curve);
  [[nodiscard]] Slot free_slot();
  void evict(const Rank& rank);
  void set_metric(Slot slot, Resource resource, double metric);

  void load_row(Slot slot);
  void store_row(Slot slot);
  void compare(Slot slot, const Column& column);
  void advance_below_window(Slot slot, const Column& column);
  void advance_in_window(Slot slot, Resource resource);
  [[nodiscard]] const Column* previous_column(Slot slot, Resource resource) const;
  void clear_row(Slot slot);
  void rebuild_row(Slot slot);
  [[nodiscard]] double latest_difference(Slot a, Slot b, Resource below) const;

  Resource low_;
  Resource high_;
  std::size_t compared_max_;
  std::vector<TrialId> trials_;    ///< By slot.
  std::vector<Resource> last_;     ///< By slot: the highest resource that the trial reported.
  std::map<TrialId, Slot> slots_;  ///< Of the compared trials.
  std::vector<bool> left_out_;     ///< By trial: it reported in the window but is not compared.
  std::uint32_t admissions_ = 0;
  std::set<Rank> ranks_;  ///< Of the compared trials.
  std::map<Resource, Column> columns_;
  PairMatrix flags_;
  TrackedPercentile differences_;  ///< |y_a - y_b| of each counted pair at its latest resource.
  bool capped_ = false;
  // Scratch space of one slot with each other slot, by slot.
  std::vector<PairFlags> row_;
  std::vector<std::uint8_t> order_masks_;   ///< 0xff where the order of the pair is true.
  std::vector<std::uint8_t> common_masks_;  ///< 0xff where the other trial has a metric.
};

}  // namespace troupe::schedulers
