#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "schedulers/option_problem.hpp"

namespace troupe::schedulers {

/// How PASHA tells whether the top two rungs rank their trials alike (Bohdal et al. 2023, section 4
/// and appendix C; README 4).
enum class RankingCriterion {
  soft,    ///< Each trial of the upper rung is within epsilon of its peer in the lower one.
  direct,  ///< The orders are the same.
  rbo,     ///< Rank-biased overlap of the two orders is at least t.
  rrr,     ///< The mean relative regret of the lower rung's order is at most t.
  arrr,    ///< The same, of absolute regrets.
};
constexpr std::array<std::string_view, 5> enum_names(RankingCriterion) {
  return {"soft", "direct", "rbo", "rrr", "arrr"};
}

/// Soft ranking: what epsilon is, in the units of the metric.
enum class EpsilonRule {
  automatic,  ///< The percentile of the differences of pairs whose curves criss-cross.
  fixed,      ///< `epsilon`.
  sigma,      ///< m standard deviations of the metrics in the lower rung.
  mean,       ///< m times the mean distance between two of them.
  median,     ///< m times the median distance between two of them.
};
constexpr std::array<std::string_view, 5> enum_names(EpsilonRule) {
  return {"automatic", "fixed", "sigma", "mean", "median"};
}

/// Whose formula is taken where the paper and Syne Tune 0.13 differ (README 4.4, 4.5).
enum class RankingForm {
  paper,      ///< RBO is extrapolated; sigma, mean and median are over all of the lower rung.
  reference,  ///< RBO is not; they are over those of its trials that are in the upper rung too.
};
constexpr std::array<std::string_view, 2> enum_names(RankingForm) {
  return {"paper", "reference"};
}

struct RankingOptions {
  RankingCriterion criterion = RankingCriterion::soft;
  EpsilonRule epsilon_rule = EpsilonRule::automatic;
  double percentile = 90;   ///< N of `automatic`: 0 to 100.
  double epsilon = 0;       ///< Of `fixed`: 0 or more, in the units of the metric.
  double m = 1;             ///< Of `sigma`, `mean` and `median`: 0 or more.
  double p = 1;             ///< Of RBO, RRR, ARRR: how much each next rank counts; above 0, to 1.
  std::optional<double> t;  ///< Their threshold: 0 to 1 for RBO (0.5), 0 or more else (0.05).
  RankingForm form = RankingForm::paper;
  friend bool operator==(const RankingOptions&, const RankingOptions&) = default;
};

/// `t`, or what it is by default.
[[nodiscard]] double threshold(const RankingOptions& options);

/// Every problem at once; empty if the options make sense. Options are named `ranking.epsilon`, ...
[[nodiscard]] std::vector<OptionProblem> problems(const RankingOptions& options);

}  // namespace troupe::schedulers
