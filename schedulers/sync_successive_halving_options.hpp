#pragma once

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

/// Options of synchronous successive halving (Jamieson and Talwalkar 2016) and Hyperband (Li et al.
/// 2018) as in Syne Tune 0.13 (README 7).
struct SyncSuccessiveHalvingOptions {
  static constexpr std::string_view wire_name = "SyncSuccessiveHalvingOptions";
  Mode mode = Mode::min;
  Resource max_resource = 0;  ///< R: where each bracket ends. More than `grace_period`.
  Resource grace_period = grace_period_default;  ///< Lowest rung of the first bracket; 1 or more.
  double reduction_factor = reduction_factor_default;  ///< Ratio of neighbouring rungs; 2 or more.
  /// 1: successive halving. None: as many as there are rungs, which is Hyperband.
  std::optional<std::uint32_t> brackets{};
  EarlyExit on_early_exit = EarlyExit::hold;

  static std::span<const Option> described();
  static std::vector<Method<SyncSuccessiveHalvingOptions>> methods();
  static auto fields(auto& m) {
    return std::tuple{field("grace_period", m.grace_period),
                      field("reduction_factor", m.reduction_factor), field("brackets", m.brackets)};
  }
  friend bool operator==(const SyncSuccessiveHalvingOptions&,
                         const SyncSuccessiveHalvingOptions&) = default;
};

/// Every problem with the options; empty if they are valid.
[[nodiscard]] std::vector<OptionProblem> problems(const SyncSuccessiveHalvingOptions& options);

// The other functions of scheduler_method.hpp.
[[nodiscard]] std::unique_ptr<Scheduler> make(const SyncSuccessiveHalvingOptions& options);
[[nodiscard]] std::vector<BracketOutline> outline(const SyncSuccessiveHalvingOptions& options,
                                                  std::optional<std::uint64_t> trials_max);
[[nodiscard]] SchedulerTraits traits(const SyncSuccessiveHalvingOptions& options);
void apply_study(const StudyTerms& study, SyncSuccessiveHalvingOptions& options);
[[nodiscard]] std::vector<OptionProblem> resolve(SyncSuccessiveHalvingOptions& options,
                                                 const GivenOptions& given);
[[nodiscard]] std::vector<OptionProblem> problems(const SyncSuccessiveHalvingOptions& options,
                                                  const StudyTerms& study);

/// The brackets, which run one after another and again from the first one; the rungs of each,
/// lowest first. The options have no problem.
[[nodiscard]] std::vector<std::vector<RungSize>> bracket_rungs(
    const SyncSuccessiveHalvingOptions& options);

}  // namespace troupe::schedulers
