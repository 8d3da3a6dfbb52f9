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
#include "schedulers/rung_options.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/scheduler_method.hpp"

namespace troupe::schedulers {

/// The number of arms by which a round divides its share of the budget.
enum class RushBudget {
  kept,        ///< The arms at the start of the round: all rounds together spend the budget.
  as_printed,  ///< The arms after the round: the poster's formula; spends about eta times as much.
  planned,     ///< The arms that the round has without a hurdle: what dropped arms leave is saved.
};
constexpr std::array<std::string_view, 3> enum_names(RushBudget) {
  return {"kept", "as_printed", "planned"};
}

/// Options of RUSH as on the poster (Zappella et al. 2021; README 8): synchronous, with a
/// budget. Without incumbents it is successive halving with a fixed budget (Karnin et al. 2013;
/// Jamieson and Talwalkar 2016).
struct SyncRushOptions {
  static constexpr std::string_view wire_name = "SyncRushOptions";
  Mode mode = Mode::min;
  std::int64_t budget = 0;  ///< B: units of resource of all arms; one a round for each at least.
  std::uint64_t arms = 0;   ///< n: trials, the incumbents among them; at least 2.
  double reduction_factor = reduction_factor_default;  ///< eta; at least 2.
  Resource max_resource = 0;                           ///< R: no arm gets more in all; at least 1.
  /// Trials below n. An arm that ranks behind the best of them is dropped.
  std::vector<TrialId> incumbents{};
  RushBudget budget_rule = RushBudget::kept;
  EarlyExit on_early_exit = EarlyExit::hold;

  static std::span<const Option> described();
  static std::vector<Method<SyncRushOptions>> methods();
  static auto fields(auto& m) {
    return std::tuple{field("budget", m.budget), field("arms", m.arms),
                      field("reduction_factor", m.reduction_factor),
                      field("budget_rule", m.budget_rule)};
  }
  friend bool operator==(const SyncRushOptions&, const SyncRushOptions&) = default;
};

/// Every problem with the options; empty if they are valid.
[[nodiscard]] std::vector<OptionProblem> problems(const SyncRushOptions& options);

// The other functions of scheduler_method.hpp.
[[nodiscard]] std::unique_ptr<Scheduler> make(const SyncRushOptions& options);
[[nodiscard]] std::vector<BracketOutline> outline(const SyncRushOptions& options,
                                                  std::optional<std::uint64_t> trials_max);
[[nodiscard]] SchedulerTraits traits(const SyncRushOptions& options);
void apply_study(const StudyTerms& study, SyncRushOptions& options);
[[nodiscard]] std::vector<OptionProblem> resolve(SyncRushOptions& options,
                                                 const GivenOptions& given);
[[nodiscard]] std::vector<OptionProblem> problems(const SyncRushOptions& options,
                                                  const StudyTerms& study);

/// Number of rounds: ceil(log_eta n).
[[nodiscard]] int rounds(const SyncRushOptions& options);

/// The units of resource that each of `left` arms gets in round `k`, 0 for the first.
[[nodiscard]] Resource units(const SyncRushOptions& options, int k, std::uint64_t left);

/// The most arms that survive round `k`: floor(n / eta^(k+1)), at least 1.
[[nodiscard]] std::uint64_t survivors_max(const SyncRushOptions& options, int k);

/// The rounds if no trial fails and no incumbent drops arms: number of arms and resource of each.
[[nodiscard]] std::vector<RungSize> round_sizes(const SyncRushOptions& options);

}  // namespace troupe::schedulers
