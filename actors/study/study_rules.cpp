#include "actors/study/study_rules.hpp"

#include <string_view>

#include "actors/study_file/study_spec.hpp"
#include "runtime/core/field.hpp"
#include "schedulers/searchers/suggested.hpp"

namespace troupe::actors {

bool is_same_machine(const std::string& one, const std::string& other) {
  constexpr std::string_view local_prefix = "own-";
  return one == other || (one.starts_with(local_prefix) && other.starts_with(local_prefix));
}

StudyRules rules_of(const StudySpec& spec) {
  const StopCriterion& stop = spec.stop_criterion;
  StudyRules rules;
  rules.maximize = spec.mode == StudySpec::Mode::max;
  rules.workers_max = spec.n_workers;
  rules.incumbents =
      static_cast<TrialId>(schedulers::points_in_order(spec.config_space, spec.incumbents).size());
  rules.failures_max = spec.max_failures;
  rules.retries_max = spec.max_retries;
  rules.last_report_counts = spec.report.repeats == ReportFormat::Repeats::last;
  rules.stop = {.trials_started_max = stop.max_num_trials_started,
                .trials_completed_max = stop.max_num_trials_completed,
                .trials_finished_max = stop.max_num_trials_finished,
                .evaluations_max = stop.max_num_evaluations,
                .cost_max = stop.max_cost,
                .wallclock_s_max = stop.max_wallclock_time,
                .metric_min = stop.min_metric_value,
                .metric_max = stop.max_metric_value,
                .cost_attr = spec.report.cost_attr};
  rules.tells_milestone =
      spec.max_resource_attr.has_value() && traits(spec.scheduler.options).pauses;
  rules.max_resource = spec.max_t;
  rules.rung_levels = compared_rungs(spec);
  rules.same_node_checkpoints = spec.checkpoints.trust == CheckpointSpec::Trust::same_node;
  rules.report_advice = "check report.format (" + std::string(enum_text(spec.report.format)) +
                        "), metric (" + spec.metric + ") and resource_attr (" + spec.resource_attr +
                        ")";
  if (traits(spec.scheduler.options).judges != schedulers::SchedulerTraits::Judges::nothing)
    rules.report_advice += ", and raise grace_period if it reports less often";
  switch (spec.when_exhausted) {
    case StudySpec::WhenExhausted::finish:
      rules.when_exhausted = WhenExhausted::finish;
      break;
    case StudySpec::WhenExhausted::promote:
      rules.when_exhausted = WhenExhausted::promote;
      break;
    case StudySpec::WhenExhausted::stop:
      rules.when_exhausted = WhenExhausted::stop;
      break;
  }
  return rules;
}

}  // namespace troupe::actors
