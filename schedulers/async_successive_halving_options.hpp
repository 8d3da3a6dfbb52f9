#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/core/field.hpp"
#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/option.hpp"
#include "schedulers/ranking_options.hpp"
#include "schedulers/rung_options.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/scheduler_method.hpp"

namespace troupe::schedulers {

/// What happens to a trial at a rung.
enum class Rule {
  stopping,   ///< The trial stops there, or runs on without a pause.
  promotion,  ///< The trial pauses there, and is resumed once it is among the best.
};
constexpr std::array<std::string_view, 2> enum_names(Rule) {
  return {"stopping", "promotion"};
}

/// The highest rung that a trial may reach at present.
enum class Ceiling {
  fixed,        ///< The maximum resource: ASHA.
  progressive,  ///< A rung that rises while the two rungs below it rank trials differently: PASHA.
};
constexpr std::array<std::string_view, 2> enum_names(Ceiling) {
  return {"fixed", "progressive"};
}

/// What a trial must reach at each rung besides being among the best.
enum class HurdleRule {
  none,
  incumbents,  ///< The metric of the best incumbent there: RUSH.
};
constexpr std::array<std::string_view, 2> enum_names(HurdleRule) {
  return {"none", "incumbents"};
}

/// Options of asynchronous successive halving in all its forms: the rule, the ceiling and the
/// hurdle are chosen independently of each other.
struct AsyncSuccessiveHalvingOptions {
  static constexpr std::string_view wire_name = "AsyncSuccessiveHalvingOptions";
  Mode mode = Mode::min;
  Rule rule = Rule::stopping;
  Ceiling ceiling = Ceiling::fixed;
  Resource max_resource = 0;  ///< R: no trial goes further. More than `grace_period`.
  Resource grace_period = grace_period_default;        ///< The lowest rung; at least 1.
  double reduction_factor = reduction_factor_default;  ///< Ratio of neighbouring rungs; 2 or more.
  /// If given, rungs lie `rung_increment` apart instead, from `grace_period` on; at least 1.
  std::optional<Resource> rung_increment{};
  /// If not empty, exactly these rungs: two at least, rising, none above R (one at R is no rung).
  std::vector<Resource> rung_levels{};
  EarlyExit on_early_exit = EarlyExit::hold;
  RankingOptions ranking{};  ///< Under a progressive ceiling: when the ceiling rises.
  /// Under a progressive ceiling, it also rises once `spend` * L units of resource were spent in
  /// all, L being the level to which it rises; above 0. None: only the ranking raises it.
  std::optional<double> spend{};
  /// Whether a study's incumbents become `incumbents`. None: they do if there are any.
  std::optional<HurdleRule> hurdle{};
  /// RUSH: the trials that set the hurdles for all others. Empty: no hurdle.
  std::vector<TrialId> incumbents{};
  /// RUSH with rule `stopping`: an incumbent that is among the `champions` best ones in a rung goes
  /// on from there, whatever cutoff and hurdle are.
  std::uint32_t champions = 0;
  /// RUSH: how much worse than the hurdle a metric may be, relative to the hurdle; 0 or more.
  double tolerance = 0;
  /// Asynchronous Hyperband: a new trial of bracket s, drawn at random, ignores the s lowest rungs.
  /// At least 1. The number of brackets is bounded by the number of rungs plus one.
  std::uint32_t brackets = 1;
  bool own_rungs = false;  ///< Each bracket has rungs of its own; else they share one system.
  std::uint64_t seed = 0;  ///< Seed of the draws of brackets.

  static std::span<const Option> described();
  static std::vector<Method<AsyncSuccessiveHalvingOptions>> methods();
  static auto fields(auto& m) {
    return std::tuple{field("type", m.rule),
                      field("ceiling", m.ceiling),
                      field("grace_period", m.grace_period),
                      field("reduction_factor", m.reduction_factor),
                      field("rung_increment", m.rung_increment),
                      field("rung_levels", m.rung_levels),
                      field("ranking", m.ranking),
                      field("hurdle", m.hurdle),
                      field("spend", m.spend),
                      field("champions", m.champions),
                      field("tolerance", m.tolerance),
                      field("brackets", m.brackets),
                      field("own_rungs", m.own_rungs)};
  }
  friend bool operator==(const AsyncSuccessiveHalvingOptions&,
                         const AsyncSuccessiveHalvingOptions&) = default;
};

/// Every problem with the options; empty if they are valid.
[[nodiscard]] std::vector<OptionProblem> problems(const AsyncSuccessiveHalvingOptions& options);

// The other functions of scheduler_method.hpp.
[[nodiscard]] std::unique_ptr<Scheduler> make(const AsyncSuccessiveHalvingOptions& options);
[[nodiscard]] std::vector<BracketOutline> outline(const AsyncSuccessiveHalvingOptions& options,
                                                  std::optional<std::uint64_t> trials_max);
[[nodiscard]] SchedulerTraits traits(const AsyncSuccessiveHalvingOptions& options);
void apply_study(const StudyTerms& study, AsyncSuccessiveHalvingOptions& options);
[[nodiscard]] std::vector<OptionProblem> resolve(AsyncSuccessiveHalvingOptions& options,
                                                 const GivenOptions& given);
[[nodiscard]] std::vector<OptionProblem> problems(const AsyncSuccessiveHalvingOptions& options,
                                                  const StudyTerms& study);

/// The rungs, lowest first; all are below R, and there is at least one. The options have no
/// problem.
[[nodiscard]] std::vector<Resource> rung_levels(const AsyncSuccessiveHalvingOptions& options);

/// For each rung the fraction of its trials that goes on: r_k / r_{k+1}, and r_last / R.
[[nodiscard]] std::vector<double> promotion_fractions(const AsyncSuccessiveHalvingOptions& options);

/// For each bracket the probability that a new trial is in it; as many as there are brackets. With
/// K brackets at most, bracket s is drawn in proportion to K / ((K - s) r_s).
[[nodiscard]] std::vector<double> bracket_distribution(
    const AsyncSuccessiveHalvingOptions& options);

}  // namespace troupe::schedulers
