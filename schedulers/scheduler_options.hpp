#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/core/result.hpp"
#include "schedulers/async_successive_halving_options.hpp"
#include "schedulers/fifo.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/scheduler_method.hpp"
#include "schedulers/sync_rush_options.hpp"
#include "schedulers/sync_successive_halving_options.hpp"

namespace troupe::schedulers {

/// The options of one scheduler. This list registers the schedulers; see scheduler_method.hpp for
/// what each of them provides.
using SchedulerOptions = std::variant<AsyncSuccessiveHalvingOptions, SyncSuccessiveHalvingOptions,
                                      SyncRushOptions, FifoOptions>;

using SchedulerMethod = Method<SchedulerOptions>;

/// All methods, in the order of SchedulerOptions.
[[nodiscard]] const std::vector<SchedulerMethod>& scheduler_methods();

/// The method with that name or synonym; null if there is none.
[[nodiscard]] const SchedulerMethod* scheduler_method(std::string_view name);

/// The descriptions of the options of all schedulers, each key once.
[[nodiscard]] const std::vector<Option>& scheduler_option_list();

/// The descriptions for one scheduler's struct of options.
[[nodiscard]] std::span<const Option> described(const SchedulerOptions& options);

/// The names of the methods that take the option with that key.
[[nodiscard]] std::vector<std::string_view> methods_with(std::string_view key);

/// Every problem with the options; empty if they are valid.
[[nodiscard]] std::vector<OptionProblem> problems(const SchedulerOptions& options);

/// The scheduler, or the first problem with the options.
[[nodiscard]] Result<std::unique_ptr<Scheduler>> make_scheduler(const SchedulerOptions& options);

/// The rungs of each bracket if at most `trials_max` trials start (none: no bound). The options
/// have no problem. Asynchronous rungs are counted as if each were full before it is judged; of
/// several brackets each is counted as if all trials were in it.
[[nodiscard]] std::vector<BracketOutline> outline(const SchedulerOptions& options,
                                                  std::optional<std::uint64_t> trials_max);

/// What the rest of a study needs to know of the scheduler.
[[nodiscard]] SchedulerTraits traits(const SchedulerOptions& options);

/// Sets the options that the study decides.
void apply_study(const StudyTerms& study, SchedulerOptions& options);

/// Problems between the keys of a study file. Sets defaults that depend on other keys; an option
/// with a problem gets its default.
[[nodiscard]] std::vector<OptionProblem> resolve(SchedulerOptions& options,
                                                 const GivenOptions& given);

/// Problems of the options with the rest of the study.
[[nodiscard]] std::vector<OptionProblem> problems(const SchedulerOptions& options,
                                                  const StudyTerms& study);

}  // namespace troupe::schedulers
