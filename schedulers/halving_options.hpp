#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"

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

/// What becomes of a trial whose program ends well before its milestone.
enum class EarlyExit {
  hold,  ///< Its last metric holds for every rung up to the maximum resource.
  drop,  ///< It enters no further rung.
};
constexpr std::array<std::string_view, 2> enum_names(EarlyExit) {
  return {"hold", "drop"};
}

/// Asynchronous successive halving in all its forms: the rule, the ceiling and the hurdle are
/// chosen independently of each other.
struct HalvingOptions {
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
  /// Progressive: the percentile of the differences of noisy pairs that epsilon is; 0 to 100.
  double epsilon_percentile = 90;
  /// RUSH: the trials that set the hurdles for all others. Empty: no hurdle.
  std::vector<TrialId> incumbents;
};

/// What is wrong with one option, for a person.
struct OptionProblem {
  std::string_view option;  ///< The member's name.
  std::string what;         ///< A sentence with what was found and what was expected.
};

/// Every problem at once; empty if the options make sense.
[[nodiscard]] std::vector<OptionProblem> problems(const HalvingOptions& options);

/// The rungs, lowest first; all are below R, and there is at least one. The options make sense.
[[nodiscard]] std::vector<Resource> rung_levels(const HalvingOptions& options);

/// For each rung the fraction of its trials that goes on: r_k / r_{k+1}, and r_last / R.
[[nodiscard]] std::vector<double> promotion_fractions(const HalvingOptions& options);

}  // namespace troupe::schedulers
