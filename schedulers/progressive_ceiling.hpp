#pragma once

#include <optional>
#include <vector>

#include "schedulers/curve.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/noisy_pairs.hpp"
#include "schedulers/order_ranking.hpp"
#include "schedulers/ranking_options.hpp"
#include "schedulers/rung.hpp"
#include "schedulers/soft_ranking.hpp"

namespace troupe::schedulers {

/// How far trials may go under PASHA (Bohdal et al. 2023, Algorithm 1; ALGORITHMS.md B5): to the
/// top rung of today. Whenever the top rung and the one below it rank their trials differently, the
/// next rung becomes the top; above the last one, the maximum resource becomes the ceiling.
///
/// Where this departs from the reference: it works with two rungs, which then are the top two; the
/// two rungs are compared, and epsilon is kept, incrementally; more than NoisyPairs::trials_max
/// trials in the window are not all compared.
///
/// What a report costs: automatic epsilon, see NoisyPairs. A trial that enters one of the top two
/// rungs costs O(n log n) in the size of the upper one for criteria other than `soft`; epsilon of
/// sigma, mean and median O(n log n) in the size of the lower one.
class ProgressiveCeiling {
 public:
  /// `rungs`: two at least, lowest first, all empty.
  ProgressiveCeiling(const std::vector<Rung>& rungs, Resource max_resource, Mode mode,
                     const RankingOptions& options);

  [[nodiscard]] Resource limit() const { return limit_; }
  /// Of soft ranking; 0 with other criteria.
  [[nodiscard]] double epsilon() const { return epsilon_; }
  /// What the last comparison computed: the overlap or regret of orders, or epsilon of a spread;
  /// none if there was nothing to compute, or the criterion does not.
  [[nodiscard]] std::optional<double> score() const { return score_; }
  [[nodiscard]] bool epsilon_capped() const { return pairs_ && pairs_->capped(); }
  /// The top rung, counted from 1.
  [[nodiscard]] std::size_t top() const { return top_; }
  /// Whether the last comparison found that the top two rungs disagree.
  [[nodiscard]] bool disagreed() const { return disagreed_; }

  /// A trial entered `rungs[rung]`.
  void entered(std::size_t rung, const RungEntry& entry);
  /// This entry of `rungs[rung]` moved behind its equals.
  void reordered(std::size_t rung, const RungEntry& entry);
  /// A trial reported a resource below the maximum for the first time; its curve has it.
  void reported(TrialId trial, Resource resource, const std::vector<Curve>& curves);
  /// Compares the top two rungs. True: the ceiling has risen.
  [[nodiscard]] bool compare(const std::vector<Rung>& rungs, const std::vector<Curve>& curves);

 private:
  [[nodiscard]] bool soft() const { return options_.criterion == RankingCriterion::soft; }
  [[nodiscard]] double loss_below(TrialId trial) const;
  [[nodiscard]] bool agrees(const std::vector<Rung>& rungs);
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
  std::vector<RungEntry> below_;  ///< In the rung below the top, by trial; infinite if not in it.
  SoftRanking ranking_;
  bool reordered_ = false;           ///< The upper rung, since the last comparison.
  bool changed_ = false;             ///< What the comparison is made of, since the last one.
  bool opened_ = false;              ///< The window, since the last comparison.
  std::optional<NoisyPairs> pairs_;  ///< With automatic epsilon.
};

}  // namespace troupe::schedulers
