#include "actors/study_file/spec_options.hpp"

#include <limits>
#include <utility>

#include "schedulers/searchers/suggested.hpp"

namespace troupe::actors {
namespace {

using namespace schedulers;
using Name = SchedulerSpec::Name;

/// Trials are numbered as they start, and the incumbents start first.
std::vector<TrialId> incumbent_trials(const StudySpec& spec) {
  std::vector<TrialId> trials;
  const auto first = points_in_order(spec.config_space, spec.incumbents);
  for (TrialId trial = 0; trial < first.size(); ++trial) trials.push_back(trial);
  return trials;
}

AsyncSuccessiveHalvingOptions halving(const StudySpec& spec, std::uint64_t seed) {
  const SchedulerSpec& said = spec.scheduler;
  AsyncSuccessiveHalvingOptions options;
  options.mode = spec.mode;
  options.rule = said.type;
  options.ceiling = said.ceiling;
  options.max_resource = spec.max_t;
  options.grace_period = said.grace_period;
  options.reduction_factor = said.reduction_factor;
  options.rung_increment = said.rung_increment;
  options.rung_levels = said.rung_levels;
  options.on_early_exit = spec.on_early_exit;
  options.ranking = said.ranking;
  if (said.hurdle == SchedulerSpec::Hurdle::incumbents) options.incumbents = incumbent_trials(spec);
  if (said.name == Name::hyperband) {
    options.brackets = said.brackets.value_or(std::numeric_limits<std::uint32_t>::max());
    options.own_rungs = said.own_rungs;
  }
  options.seed = seed;
  return options;
}

SyncSuccessiveHalvingOptions sync_halving(const StudySpec& spec) {
  const SchedulerSpec& said = spec.scheduler;
  SyncSuccessiveHalvingOptions options;
  options.mode = spec.mode;
  options.max_resource = spec.max_t;
  options.grace_period = said.grace_period;
  options.reduction_factor = said.reduction_factor;
  options.brackets = said.name == Name::successive_halving ? std::optional(1U) : said.brackets;
  options.on_early_exit = spec.on_early_exit;
  return options;
}

SyncRushOptions sync_rush(const StudySpec& spec) {
  const SchedulerSpec& said = spec.scheduler;
  SyncRushOptions options;
  options.mode = spec.mode;
  options.budget = said.budget;
  options.arms = said.arms;
  options.reduction_factor = said.reduction_factor;
  options.max_resource = spec.max_t;
  options.incumbents = incumbent_trials(spec);
  options.budget_rule = said.budget_rule;
  options.on_early_exit = spec.on_early_exit;
  return options;
}

}  // namespace

SchedulerOptions scheduler_options(const StudySpec& spec, std::uint64_t seed) {
  switch (spec.scheduler.name) {
    case Name::successive_halving:
    case Name::synchronous_hyperband:
      return sync_halving(spec);
    case Name::synchronous_rush:
      return sync_rush(spec);
    case Name::k_epoch:
      return FifoOptions{.length = spec.scheduler.k, .trials_max = std::nullopt};
    case Name::random_search:
      return FifoOptions{.length = spec.max_t, .trials_max = std::nullopt};
    case Name::random_choice:
      return FifoOptions{.length = spec.max_t, .trials_max = 1};
    default:
      return halving(spec, seed);
  }
}

SearcherOptions searcher_options(const StudySpec& spec, std::uint64_t seed) {
  std::vector<Config> points = spec.incumbents;
  points.insert(points.end(), spec.points_to_evaluate.begin(), spec.points_to_evaluate.end());
  return {.name = spec.searcher.name,
          .space = spec.config_space,
          .seed = seed,
          .points_to_evaluate = std::move(points),
          .num_samples = spec.searcher.num_samples};
}

SchedulerOptions scheduler_options(const StudySpec& spec) {
  return scheduler_options(spec, spec.seed);
}

SearcherOptions searcher_options(const StudySpec& spec) {
  return searcher_options(spec, spec.seed);
}

std::vector<Resource> rungs_of(const StudySpec& spec) {
  const auto brackets = outline(scheduler_options(spec), std::nullopt);
  std::vector<Resource> levels;
  for (const RungOutline& rung : brackets.front().rungs) levels.push_back(rung.resource);
  return levels;
}

}  // namespace troupe::actors
