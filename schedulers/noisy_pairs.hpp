#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
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
/// O(1). A trial that is new to the window touches its pairs once for each resource below it.
///
/// A pair takes a byte; where it was met last, and so its difference, follows from the metrics. A
/// trial's pairs are worked on side by side, without branches that nobody could predict.
class NoisyPairs {
 public:
  /// More trials than this in the window, and only the best of the rung below it are compared: the
  /// pairs then take 2 MB.
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
  /// Of a pair, over the resources that both reported, in their order: which truths there were of
  /// "the trial with the smaller id has the greater metric", and in which order.
  using Flags = std::uint8_t;

  /// The flags of all pairs of slots, in square tiles of a cache line each: what belongs to one
  /// slot lies in an eighth of as many lines as there are other slots, wherever they stand in the
  /// order.
  class Tiles {
   public:
    /// Makes place for slots below `slots`; new pairs have no flags.
    void grow(std::size_t slots);
    [[nodiscard]] Flags& at(Slot a, Slot b);
    /// Of a slot with each one below `row.size()`; its own entry means nothing.
    void read(Slot slot, std::vector<Flags>& row) const;
    void write(Slot slot, const std::vector<Flags>& row);

   private:
    template <typename Visit>
    void visit(Slot slot, std::size_t slots, Visit visit) const;

    std::vector<Flags> flags_;
  };

  /// The metric at one resource of each trial that is compared, by slot; NaN where there is none.
  using Column = std::vector<double>;

  struct Rank {
    double loss = 0;
    std::uint32_t order = 0;  ///< Of admission to the window.
    Slot slot = 0;
    friend bool operator<(const Rank& a, const Rank& b) {
      return a.loss != b.loss ? a.loss < b.loss : a.order < b.order;
    }
  };

  [[nodiscard]] std::optional<Slot> admit(TrialId trial, double loss_below, const Curve& curve);
  void evict(const Rank& rank);
  void set(Slot slot, Resource resource, double metric);
  void gather(Slot slot);
  void scatter(Slot slot);
  void look(Slot slot, const Column& column);
  void meet_below(Slot slot, const Column& column);
  void meet_inside(Slot slot, Resource resource);
  void forget_all(Slot slot);
  void compare_anew(Slot slot);
  [[nodiscard]] double last_difference(Slot a, Slot b, Resource below) const;

  Resource low_;
  Resource high_;
  std::size_t compared_max_;
  std::vector<TrialId> trials_;    ///< By slot.
  std::vector<Resource> last_;     ///< By slot: its highest resource.
  std::map<TrialId, Slot> slots_;  ///< Of the trials that are compared.
  std::vector<bool> left_out_;     ///< By trial: in the window, but not compared.
  std::uint32_t admissions_ = 0;
  std::set<Rank> ranks_;  ///< Of the trials that are compared, best first.
  Tiles flags_;
  // Of the slot that is worked on, with each other one.
  std::vector<Flags> gathered_;
  std::vector<std::uint8_t> truths_;  ///< At the resource that is being met, as masks.
  std::vector<std::uint8_t> mets_;    ///< Masks: who has reported it.
  std::map<Resource, Column> columns_;
  TrackedPercentile differences_;  ///< Of the noisy pairs, where last judged.
  bool capped_ = false;
};

}  // namespace troupe::schedulers
