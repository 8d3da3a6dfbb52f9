#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/core/field.hpp"
#include "schedulers/scheduler_method.hpp"

namespace troupe::schedulers {

/// The criterion of PASHA for equal rankings of the top two rungs (Bohdal et al. 2023, section 4
/// and appendix C; README 4).
enum class RankingCriterion {
  soft,    ///< Each trial of the upper rung is within epsilon of its peer in the lower one.
  direct,  ///< The orders are the same.
  rbo,     ///< Rank-biased overlap of the two orders is at least t.
  rrr,     ///< The mean relative regret of the lower rung's order is at most t.
  arrr,    ///< The mean absolute relative regret of the lower rung's order is at most t.
};
constexpr std::array<std::string_view, 5> enum_names(RankingCriterion) {
  return {"soft", "direct", "rbo", "rrr", "arrr"};
}

/// The rule for epsilon of the soft criterion, in the units of the metric.
enum class EpsilonRule {
  automatic,  ///< The percentile of the differences of pairs whose curves criss-cross.
  fixed,      ///< `epsilon`.
  sigma,      ///< m standard deviations of the metrics in the lower rung.
  mean,       ///< m times the mean distance of two metrics in the lower rung.
  median,     ///< m times the median distance of two metrics in the lower rung.
};
constexpr std::array<std::string_view, 5> enum_names(EpsilonRule) {
  return {"automatic", "fixed", "sigma", "mean", "median"};
}

/// Whose formula is taken where the paper and Syne Tune 0.13 differ (README 4.4, 4.5).
enum class RankingForm {
  paper,      ///< RBO is extrapolated; sigma, mean and median are over all of the lower rung.
  reference,  ///< RBO is not extrapolated; they are over the trials in both rungs.
};
constexpr std::array<std::string_view, 2> enum_names(RankingForm) {
  return {"paper", "reference"};
}

/// Options of the comparison of the top two rungs under a progressive ceiling.
struct RankingOptions {
  static constexpr std::string_view wire_name = "RankingOptions";
  RankingCriterion criterion = RankingCriterion::soft;
  EpsilonRule epsilon_rule = EpsilonRule::automatic;
  double percentile = 90;  ///< N of `automatic`: 0 to 100.
  double epsilon = 0;      ///< Epsilon of `fixed`: 0 or more, in the units of the metric.
  double m = 1;            ///< Factor of `sigma`, `mean` and `median`: 0 or more.
  double p = 1;            ///< RBO, RRR, ARRR: weight of each next rank; above 0, 1 at most.
  std::optional<double>
      t{};  ///< RBO, RRR, ARRR: threshold; 0 to 1 for RBO (0.5), 0 or more else (0.05).
  /// None: `reference` for `sigma`, `mean` and `median`, whose paper's form finds worse
  /// configurations on 27 of 30 recorded tables; otherwise `paper`.
  std::optional<RankingForm> form{};
  static auto fields(auto& m) {
    return std::tuple{field("criterion", m.criterion),
                      field("epsilon_rule", m.epsilon_rule),
                      field("percentile", m.percentile),
                      field("epsilon", m.epsilon),
                      field("m", m.m),
                      field("p", m.p),
                      field("t", m.t),
                      field("form", m.form)};
  }
  friend bool operator==(const RankingOptions&, const RankingOptions&) = default;
};

/// The options under the key `ranking`.
extern const OptionSection ranking_section;

/// `form`, or its default for the criterion and epsilon.
[[nodiscard]] RankingForm form_of(const RankingOptions& options);

/// `t`, or its default for the criterion.
[[nodiscard]] double threshold(const RankingOptions& options);

/// Every problem with the options; empty if they are valid. Keys are named "ranking.epsilon", ...
[[nodiscard]] std::vector<OptionProblem> problems(const RankingOptions& options);

/// Refuses keys of the section that the criterion does not use.
[[nodiscard]] std::vector<OptionProblem> resolve(const RankingOptions& options,
                                                 const GivenOptions& given);

}  // namespace troupe::schedulers
