#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "runtime/core/result.hpp"
#include "schedulers/async_successive_halving_options.hpp"
#include "schedulers/fifo.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/sync_rush_options.hpp"
#include "schedulers/sync_successive_halving_options.hpp"

namespace troupe::schedulers {

/// Which scheduler, and how.
using SchedulerOptions = std::variant<AsyncSuccessiveHalvingOptions, SyncSuccessiveHalvingOptions,
                                      SyncRushOptions, FifoOptions>;

/// Every problem at once; empty if the options make sense.
[[nodiscard]] std::vector<OptionProblem> problems(const SchedulerOptions& options);

/// The scheduler, or the first problem with the options.
[[nodiscard]] Result<std::unique_ptr<Scheduler>> make_scheduler(const SchedulerOptions& options);

/// A rung as it is shown to a person before anything runs.
struct RungOutline {
  Resource resource = 0;
  std::optional<double> fraction;           ///< Of its trials that go on; none at the top.
  std::optional<std::uint64_t> trials_max;  ///< That reach it, if that is bounded.
};

struct BracketOutline {
  double share = 1;  ///< Of new trials that are in this bracket; for synchronous ones, of brackets.
  std::vector<RungOutline> rungs;  ///< Lowest first; the last one is where trials end.
};

/// The rungs of each bracket, where at most `trials_max` trials start (none: no bound). The options
/// make sense. Asynchronous rungs are counted as if each were full before it is judged; of several
/// brackets each as if all trials were in it.
[[nodiscard]] std::vector<BracketOutline> outline(const SchedulerOptions& options,
                                                  std::optional<std::uint64_t> trials_max);

}  // namespace troupe::schedulers
