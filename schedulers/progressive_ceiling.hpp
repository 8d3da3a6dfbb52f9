#pragma once

#include <optional>
#include <vector>

#include "schedulers/curve.hpp"
#include "schedulers/noisy_pairs.hpp"
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
class ProgressiveCeiling {
 public:
  /// `rungs`: two at least, lowest first, all empty.
  ProgressiveCeiling(const std::vector<Rung>& rungs, Resource max_resource, double percentile);

  [[nodiscard]] Resource limit() const { return limit_; }
  [[nodiscard]] double epsilon() const { return epsilon_; }
  [[nodiscard]] bool epsilon_capped() const { return pairs_.capped(); }
  /// The top rung, counted from 1.
  [[nodiscard]] std::size_t top() const { return top_; }
  /// Whether the last comparison found that the top two rungs disagree.
  [[nodiscard]] bool disagreed() const { return disagreed_; }

  /// A trial entered `rungs[rung]`.
  void entered(std::size_t rung, TrialId trial, double loss);
  /// Entries of equal loss changed places in `rungs[rung]`.
  void reordered(std::size_t rung);
  /// A trial reported a resource below the maximum for the first time; its curve has it.
  void reported(TrialId trial, Resource resource, const std::vector<Curve>& curves);
  /// Compares the top two rungs. True: the ceiling has risen.
  [[nodiscard]] bool compare(const std::vector<Rung>& rungs, const std::vector<Curve>& curves);

 private:
  void open_window(const std::vector<Rung>& rungs, const std::vector<Curve>& curves);

  Resource max_resource_;
  double percentile_;
  std::size_t top_ = 2;
  Resource limit_;
  double epsilon_ = 0;
  bool disagreed_ = false;
  std::vector<double>
      below_;  ///< Losses in the rung below the top, by trial; infinite if not in it.
  SoftRanking ranking_;
  bool reordered_ = false;
  NoisyPairs pairs_;
};

}  // namespace troupe::schedulers
