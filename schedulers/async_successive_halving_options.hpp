#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/option_problem.hpp"
#include "schedulers/ranking_options.hpp"

namespace troupe::schedulers {

/// What happens to a trial at a rung.
enum class Rule {
  stopping,   ///< It stops there, or runs on without a pause.
  promotion,  ///< It pauses there, and is resumed once it is among the best.
};
constexpr std::array<std::string_view, 2> enum_names(Rule) {
  return {"stopping", "promotion"};
}

/// How far a trial may go today.
enum class Ceiling {
  fixed,        ///< To the maximum resource: ASHA.
  progressive,  ///< To a rung that rises while the two rungs below it rank trials differently:
                ///< PASHA.
};
constexpr std::array<std::string_view, 2> enum_names(Ceiling) {
  return {"fixed", "progressive"};
}

/// Asynchronous successive halving in all its forms: the rule, the ceiling and the hurdle are
/// chosen independently of each other.
struct AsyncSuccessiveHalvingOptions {
  Mode mode = Mode::min;
  Rule rule = Rule::stopping;
  Ceiling ceiling = Ceiling::fixed;
  Resource max_resource = 0;    ///< R: no trial goes further. More than `grace_period`.
  Resource grace_period = 1;    ///< The lowest rung; at least 1.
  double reduction_factor = 3;  ///< Each rung is so many times the one below; at least 2.
  /// If given, rungs lie `rung_increment` apart instead, from `grace_period` on; at least 1.
  std::optional<Resource> rung_increment;
  /// If not empty, exactly these rungs: two at least, rising, none above R (one at R is no rung).
  std::vector<Resource> rung_levels;
  EarlyExit on_early_exit = EarlyExit::hold;
  RankingOptions ranking;  ///< Progressive: when the ceiling rises.
  /// RUSH: the trials that set the hurdles for all others. Empty: no hurdle.
  std::vector<TrialId> incumbents;
  /// Asynchronous Hyperband: a new trial of bracket s, drawn at random, ignores the s lowest rungs.
  /// At least 1; more than there are rungs, and one, count as that many.
  std::uint32_t brackets = 1;
  bool own_rungs = false;  ///< Each bracket has rungs of its own; else they share one system.
  std::uint64_t seed = 0;  ///< Of the draws of brackets.
};

/// Every problem at once; empty if the options make sense.
[[nodiscard]] std::vector<OptionProblem> problems(const AsyncSuccessiveHalvingOptions& options);

/// The rungs, lowest first; all are below R, and there is at least one. The options make sense.
[[nodiscard]] std::vector<Resource> rung_levels(const AsyncSuccessiveHalvingOptions& options);

/// For each rung the fraction of its trials that goes on: r_k / r_{k+1}, and r_last / R.
[[nodiscard]] std::vector<double> promotion_fractions(const AsyncSuccessiveHalvingOptions& options);

/// For each bracket the probability that a new trial is in it; as many as there are brackets. With
/// K brackets at most, bracket s is drawn in proportion to K / ((K - s) r_s).
[[nodiscard]] std::vector<double> bracket_distribution(
    const AsyncSuccessiveHalvingOptions& options);

}  // namespace troupe::schedulers
