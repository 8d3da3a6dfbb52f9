#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schedulers/async_successive_halving_options.hpp"
#include "schedulers/ranking_options.hpp"
#include "schedulers/sync_rush_options.hpp"

namespace troupe::actors {

/// What a study file says about how far trials go.
struct SchedulerSpec {
  enum class Name {
    asha,                   ///< Asynchronous successive halving.
    pasha,                  ///< The same under a progressive ceiling.
    hyperband,              ///< The same as asha, in several brackets.
    rush,                   ///< The same as asha, with the hurdle of earlier tasks.
    successive_halving,     ///< Synchronous.
    synchronous_hyperband,  ///< The same in several brackets.
    synchronous_rush,       ///< RUSH as the poster has it, with a budget.
    k_epoch,                ///< Every trial to k.
    random_search,          ///< Every trial to R.
    random_choice,          ///< One trial, to R.
  };
  enum class Hurdle {
    none,
    incumbents,  ///< At each rung a trial must be as good as the best incumbent.
  };
  using Type = schedulers::Rule;
  using Resource = schedulers::Resource;

  Name name = Name::asha;
  Type type = Type::stopping;  ///< Others than asynchronous ones pause: promotion.
  schedulers::Ceiling ceiling = schedulers::Ceiling::fixed;  ///< Asynchronous ones.
  Hurdle hurdle = Hurdle::none;                              ///< asha, pasha and rush.
  Resource grace_period = 1;
  double reduction_factor = 3;               ///< At least 2; need not be whole.
  std::optional<Resource> rung_increment{};  ///< Instead of reduction_factor.
  std::vector<Resource> rung_levels{};       ///< Empty: from those above.
  std::optional<std::uint32_t> brackets{};   ///< Of the hyperbands. None: as many as there are.
  bool own_rungs = false;                    ///< hyperband.
  schedulers::RankingOptions ranking{};      ///< Where the ceiling rises.
  std::int64_t budget = 0;                   ///< synchronous_rush.
  std::uint64_t arms = 0;                    ///< synchronous_rush.
  schedulers::RushBudget budget_rule = schedulers::RushBudget::kept;  ///< synchronous_rush.
  Resource k = 1;                                                     ///< k_epoch.
  std::string node{};   ///< Name of the node process that hosts it. Empty: the head.
  std::string actor{};  ///< Name of a user's own scheduler actor on that node. Empty: ours.
  friend bool operator==(const SchedulerSpec&, const SchedulerSpec&) = default;
};
constexpr std::array<std::string_view, 10> enum_names(SchedulerSpec::Name) {
  return {"asha",
          "pasha",
          "hyperband",
          "rush",
          "successive_halving",
          "synchronous_hyperband",
          "synchronous_rush",
          "k_epoch",
          "random_search",
          "random_choice"};
}
constexpr std::array<std::string_view, 2> enum_names(SchedulerSpec::Hurdle) {
  return {"none", "incumbents"};
}

/// Whether it judges rungs one report at a time: asha, pasha, hyperband, rush.
[[nodiscard]] constexpr bool is_asynchronous(SchedulerSpec::Name name) {
  return name <= SchedulerSpec::Name::rush;
}
/// Whether it judges a rung once that is complete.
[[nodiscard]] constexpr bool is_synchronous(SchedulerSpec::Name name) {
  using Name = SchedulerSpec::Name;
  return name >= Name::successive_halving && name <= Name::synchronous_rush;
}
/// Whether rungs lie between grace_period and R.
[[nodiscard]] constexpr bool has_ladder(SchedulerSpec::Name name) {
  return name <= SchedulerSpec::Name::synchronous_hyperband;
}

}  // namespace troupe::actors
