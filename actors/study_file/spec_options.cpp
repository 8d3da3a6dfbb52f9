#include "actors/study_file/spec_options.hpp"

#include <utility>

#include "schedulers/searchers/points.hpp"

namespace troupe::actors {

schedulers::HalvingOptions halving_options(const StudySpec& spec) {
  const bool progressive = spec.scheduler.name == SchedulerSpec::Name::pasha;
  schedulers::HalvingOptions options;
  options.mode = spec.mode;
  options.rule = spec.scheduler.type;
  options.ceiling = progressive ? schedulers::Ceiling::progressive : schedulers::Ceiling::fixed;
  options.max_resource = spec.max_t;
  options.grace_period = spec.scheduler.grace_period;
  options.reduction_factor = spec.scheduler.reduction_factor;
  options.rung_levels = spec.scheduler.rung_levels;
  options.on_early_exit = spec.on_early_exit;
  // Trials are numbered as they start, and the incumbents start first.
  const auto first = schedulers::points_in_order(spec.config_space, spec.incumbents);
  for (schedulers::TrialId trial = 0; trial < first.size(); ++trial)
    options.incumbents.push_back(trial);
  return options;
}

schedulers::SearcherOptions searcher_options(const StudySpec& spec) {
  std::vector<schedulers::Config> points = spec.incumbents;
  points.insert(points.end(), spec.points_to_evaluate.begin(), spec.points_to_evaluate.end());
  return {.name = spec.searcher.name,
          .space = spec.config_space,
          .seed = spec.seed,
          .points_to_evaluate = std::move(points),
          .num_samples = spec.searcher.num_samples};
}

}  // namespace troupe::actors
