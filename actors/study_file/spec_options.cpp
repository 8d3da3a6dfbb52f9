#include "actors/study_file/spec_options.hpp"

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
  return options;
}

schedulers::SearcherOptions searcher_options(const StudySpec& spec) {
  return {.name = spec.searcher.name,
          .space = spec.config_space,
          .seed = spec.seed,
          .points_to_evaluate = spec.points_to_evaluate,
          .num_samples = spec.searcher.num_samples};
}

}  // namespace troupe::actors
