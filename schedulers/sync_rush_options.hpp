#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/option_problem.hpp"
#include "schedulers/sync_successive_halving_options.hpp"

namespace troupe::schedulers {

/// What a round divides the budget by.
enum class RushBudget {
  kept,        ///< By the arms that are left, so that all rounds together spend the budget.
  as_printed,  ///< By the arms that will be left: the poster's formula, about eta times the budget.
};
constexpr std::array<std::string_view, 2> enum_names(RushBudget) {
  return {"kept", "as_printed"};
}

/// RUSH as the poster has it (Zappella et al. 2021; README 8): synchronous, with a budget.
/// Without incumbents it is successive halving with a fixed budget (Karnin et al. 2013; Jamieson
/// and Talwalkar 2016).
struct SyncRushOptions {
  Mode mode = Mode::min;
  std::int64_t budget = 0;  ///< B: units of resource, over all arms; one a round for each at least.
  std::uint64_t arms = 0;   ///< n: trials, the incumbents among them; at least 2.
  double reduction_factor = 3;  ///< eta; at least 2.
  Resource max_resource = 0;    ///< R: no arm gets more in all; at least 1.
  /// Trials, below n. An arm that ranks behind the best of them is dropped.
  std::vector<TrialId> incumbents;
  RushBudget budget_rule = RushBudget::kept;
  EarlyExit on_early_exit = EarlyExit::hold;
};

/// Every problem at once; empty if the options make sense.
[[nodiscard]] std::vector<OptionProblem> problems(const SyncRushOptions& options);

/// ceil(log_eta n): how many rounds there are.
[[nodiscard]] int rounds(const SyncRushOptions& options);

/// The units of resource that each of `left` arms gets in round `k`, 0 for the first.
[[nodiscard]] Resource units(const SyncRushOptions& options, int k, std::uint64_t left);

/// floor(n / eta^(k+1)), and 1 at least: how many arms survive round `k` at most.
[[nodiscard]] std::uint64_t survivors_max(const SyncRushOptions& options, int k);

/// The rounds as long as nobody fails and no incumbent drops arms: how many run how far.
[[nodiscard]] std::vector<RungSize> round_sizes(const SyncRushOptions& options);

}  // namespace troupe::schedulers
