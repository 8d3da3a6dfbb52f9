#pragma once

#include <optional>
#include <vector>

#include "schedulers/mode.hpp"
#include "schedulers/ranking_options.hpp"
#include "schedulers/rankings/noisy_pairs.hpp"
#include "schedulers/rankings/order_ranking.hpp"
#include "schedulers/rankings/soft_ranking.hpp"
#include "schedulers/rungs/curve.hpp"
#include "schedulers/rungs/rung.hpp"

namespace troupe::schedulers {

/// PASHA's ceiling T (Bohdal et al. 2023, Algorithm 1; README 4): the highest resource that trials
/// may reach now. T is the level of the top rung, first of the second one. When the top rung and
/// the rung below it rank their trials differently, the next rung becomes the top; above the last
/// rung T becomes R.
///
/// Departures from the reference:
/// - With two rungs these are the top two rungs; the reference needs three.
/// - Rankings and epsilon are updated incrementally; the decisions are the same.
/// - Epsilon compares at most NoisyPairs::trials_max trials.
///
/// Cost of a report: see NoisyPairs for automatic epsilon. Criteria other than `soft` take
/// O(n log n) when a trial enters one of the top two rungs, n being the size of the upper one;
/// epsilon of `sigma`, `mean` and `median` takes O(n log n), n being the size of the lower one.
class ProgressiveCeiling {
 public:
  /// `rungs`: two at least, lowest first, all empty. `max_resource`: R.
  ProgressiveCeiling(const std::vector<Rung>& rungs, Resource max_resource, Mode mode,
                     const RankingOptions& options);

  /// T.
  [[nodiscard]] Resource limit() const { return limit_; }
  /// Epsilon of soft ranking, in units of the metric; 0 with other criteria.
  [[nodiscard]] double epsilon() const { return epsilon_; }
  /// The score of the latest comparison (README 4.5), or epsilon of `sigma`, `mean` and `median`.
  /// None if nothing was computed since the ceiling rose.
  [[nodiscard]] std::optional<double> score() const { return score_; }
  /// Whether epsilon leaves out trials (README 4.3).
  [[nodiscard]] bool epsilon_capped() const { return pairs_ && pairs_->capped(); }
  /// The 1-based index of the top rung.
  [[nodiscard]] std::size_t top() const { return top_; }
  /// Whether the top two rungs disagreed in the latest comparison.
  [[nodiscard]] bool disagreed() const { return disagreed_; }

  /// A trial entered `rungs[rung]`.
  void entered(std::size_t rung, const RungEntry& entry);
  /// An entry of `rungs[rung]` was promoted, which moved it behind those with the same loss.
  void reordered(std::size_t rung, const RungEntry& entry);
  /// A trial reported a resource below R for the first time; `curves` contains the report.
  void reported(TrialId trial, Resource resource, const std::vector<Curve>& curves);
  /// Compares the top two rungs. Returns whether the ceiling rose, which is one step at most.
  [[nodiscard]] bool compare(const std::vector<Rung>& rungs, const std::vector<Curve>& curves);
  /// The ceiling after the next rise; R if it is the last one, or the ceiling is R.
  [[nodiscard]] Resource next_limit(const std::vector<Rung>& rungs) const;
  /// Raises the ceiling, which is below R, by one step.
  void rise(const std::vector<Rung>& rungs, const std::vector<Curve>& curves);

  /// Throws CheckFailure unless the kept entries are those of the lower rung, and the ranking and
  /// the pairs are consistent. O(pairs).
  void check_invariants(const std::vector<Rung>& rungs) const;

 private:
  [[nodiscard]] bool soft() const { return options_.criterion == RankingCriterion::soft; }
  [[nodiscard]] double lower_loss(TrialId trial) const;
  [[nodiscard]] bool rungs_agree(const std::vector<Rung>& rungs);
  void measure_spread(const Rung& lower);
  [[nodiscard]] bool compare_orders(const Rung& upper);
  void open_window(const std::vector<Rung>& rungs, const std::vector<Curve>& curves);

  Resource max_resource_;
  Mode mode_;
  RankingOptions options_;
  std::size_t top_ = 2;
  Resource limit_;
  double epsilon_ = 0;
  std::optional<double> score_;
  bool disagreed_ = false;
  /// Entries of the lower rung, by trial; an infinite loss stands for no entry.
  std::vector<RungEntry> lower_entries_;
  SoftRanking ranking_;  ///< With criterion `soft`.
  // What happened since the latest comparison.
  bool reordered_ = false;           ///< The order of the upper rung changed.
  bool changed_ = false;             ///< The input of the score changed.
  bool opened_ = false;              ///< The ceiling rose.
  std::optional<NoisyPairs> pairs_;  ///< With automatic epsilon.
};

}  // namespace troupe::schedulers
