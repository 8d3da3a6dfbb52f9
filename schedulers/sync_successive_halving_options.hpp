#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/option_problem.hpp"

namespace troupe::schedulers {

/// Synchronous successive halving (Jamieson and Talwalkar 2016) and Hyperband (Li et al. 2018) as
/// Syne Tune 0.13 has them (README 7).
struct SyncSuccessiveHalvingOptions {
  Mode mode = Mode::min;
  Resource max_resource = 0;    ///< R: where each bracket ends. More than `grace_period`.
  Resource grace_period = 1;    ///< The lowest rung of the first bracket; at least 1.
  double reduction_factor = 3;  ///< Each rung is so many times the one below; at least 2.
  /// 1: successive halving. None: all brackets that there are, which is Hyperband.
  std::optional<std::uint32_t> brackets;
  EarlyExit on_early_exit = EarlyExit::hold;
};

/// A rung of a bracket: how many trials run to which resource.
struct RungSize {
  Resource resource = 0;
  std::uint64_t places = 0;
  friend bool operator==(const RungSize&, const RungSize&) = default;
};

/// Every problem at once; empty if the options make sense.
[[nodiscard]] std::vector<OptionProblem> problems(const SyncSuccessiveHalvingOptions& options);

/// The brackets, which are run one after another, again and again; the rungs of each, lowest first.
/// The options make sense.
[[nodiscard]] std::vector<std::vector<RungSize>> bracket_rungs(
    const SyncSuccessiveHalvingOptions& options);

}  // namespace troupe::schedulers
