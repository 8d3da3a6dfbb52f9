#include "schedulers/scheduler_options.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/core/check.hpp"
#include "runtime/core/overloaded.hpp"
#include "schedulers/async_successive_halving.hpp"
#include "schedulers/sync_rush.hpp"
#include "schedulers/sync_successive_halving.hpp"

namespace troupe::schedulers {
namespace {

using Count = std::optional<std::uint64_t>;

/// How many of `trials` pass a rung where all of them have reported (README 2.4): those up to
/// an interpolated quantile, which is one more than the fraction at most.
std::uint64_t passing(std::uint64_t trials, double fraction) {
  if (trials < 2) return trials;  // The first trial of a rung never waits under `stopping`.
  return static_cast<std::uint64_t>(std::floor(static_cast<double>(trials - 1) * fraction)) + 1;
}

Count lesser(const Count& a, const Count& b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

std::vector<BracketOutline> outline_of(const AsyncSuccessiveHalvingOptions& options,
                                       const Count& trials_max) {
  const auto levels = rung_levels(options);
  const auto fractions = promotion_fractions(options);
  std::vector<BracketOutline> brackets;
  for (const double share : bracket_distribution(options)) {
    const std::size_t lowest = brackets.size();
    BracketOutline& bracket = brackets.emplace_back(BracketOutline{.share = share, .rungs = {}});
    Count trials = trials_max;
    for (std::size_t k = lowest; k < levels.size(); ++k) {
      bracket.rungs.push_back({levels[k], fractions[k], trials});
      if (trials) trials = passing(*trials, fractions[k]);
    }
    bracket.rungs.push_back({options.max_resource, std::nullopt, trials});
  }
  return brackets;
}

BracketOutline outline_of(const std::vector<RungSize>& sizes, double share) {
  BracketOutline bracket{.share = share, .rungs = {}};
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    std::optional<double> fraction;
    if (k + 1 < sizes.size())
      fraction = static_cast<double>(sizes[k + 1].places) / static_cast<double>(sizes[k].places);
    bracket.rungs.push_back({sizes[k].resource, fraction, sizes[k].places});
  }
  return bracket;
}

std::vector<BracketOutline> outline_of(const SyncSuccessiveHalvingOptions& options, const Count&) {
  std::vector<BracketOutline> brackets;
  const auto kinds = bracket_rungs(options);
  for (const auto& sizes : kinds)
    brackets.push_back(outline_of(sizes, 1 / static_cast<double>(kinds.size())));
  return brackets;
}

std::vector<BracketOutline> outline_of(const SyncRushOptions& options, const Count&) {
  return {outline_of(round_sizes(options), 1)};
}

std::vector<BracketOutline> outline_of(const FifoOptions& options, const Count& trials_max) {
  const Count trials = lesser(trials_max, options.trials_max);
  return {BracketOutline{.share = 1, .rungs = {{options.length, std::nullopt, trials}}}};
}

}  // namespace

std::vector<OptionProblem> problems(const SchedulerOptions& options) {
  return std::visit([](const auto& one) { return problems(one); }, options);
}

Result<std::unique_ptr<Scheduler>> make_scheduler(const SchedulerOptions& options) {
  using Made = std::unique_ptr<Scheduler>;
  if (const auto found = problems(options); !found.empty())
    return Error{ErrorKind::bad_input, found.front().what};
  return std::visit(
      Overloaded{
          [](const AsyncSuccessiveHalvingOptions& one) -> Made {
            return std::make_unique<AsyncSuccessiveHalving>(one);
          },
          [](const SyncSuccessiveHalvingOptions& one) -> Made {
            return std::make_unique<SyncSuccessiveHalving>(one);
          },
          [](const SyncRushOptions& one) -> Made { return std::make_unique<SyncRush>(one); },
          [](const FifoOptions& one) -> Made { return std::make_unique<Fifo>(one); },
      },
      options);
}

std::vector<BracketOutline> outline(const SchedulerOptions& options,
                                    std::optional<std::uint64_t> trials_max) {
  check(problems(options).empty(), "rungs are asked for once the options were found to make sense");
  return std::visit([&](const auto& one) { return outline_of(one, trials_max); }, options);
}

}  // namespace troupe::schedulers
