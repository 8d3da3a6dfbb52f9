#include "actors/study_file/keys.hpp"

#include <algorithm>

namespace troupe::actors {

const SectionKeys& study_keys() {
  static const SectionKeys keys{"",
                                "",
                                {{"study", "experiment"},
                                 {"entry"},
                                 {"config_space"},
                                 {"forbid"},
                                 {"metric"},
                                 {"mode"},
                                 {"resource_attr", "time_attr"},
                                 {"max_resource_attr"},
                                 {"max_t", "max_resource"},
                                 {"scheduler"},
                                 {"searcher"},
                                 {"incumbents"},
                                 {"points_to_evaluate"},
                                 {"memory"},
                                 {"n_workers", "max_concurrent_trials"},
                                 {"resources"},
                                 {"checkpoints"},
                                 {"stop_criterion"},
                                 {"when_exhausted"},
                                 {"on_early_exit"},
                                 {"seed"},
                                 {"max_failures"},
                                 {"max_retries"},
                                 {"report"},
                                 {"lease"},
                                 {"grace_kill_s"},
                                 {"listen"}}};
  return keys;
}

const SectionKeys& entry_keys() {
  static const SectionKeys keys{
      "entry", "", {{"command"}, {"args"}, {"st_checkpoint_dir"}, {"env"}}};
  return keys;
}

const SectionKeys& scheduler_keys() {
  static const SectionKeys keys{"scheduler",
                                "name",
                                {{"name"},
                                 {"type"},
                                 {"grace_period", "min_resource"},
                                 {"reduction_factor", "eta"},
                                 {"rung_levels"},
                                 {"rung_increment"},
                                 {"brackets"},
                                 {"own_rungs", "rung_system_per_bracket"},
                                 {"ceiling"},
                                 {"hurdle"},
                                 {"ranking"},
                                 {"budget"},
                                 {"arms"},
                                 {"budget_rule"},
                                 {"k"},
                                 {"node"},
                                 {"actor"}}};
  return keys;
}

const SectionKeys& ranking_keys() {
  static const SectionKeys keys{
      "ranking",
      "criterion",
      {{"criterion"}, {"epsilon"}, {"percentile"}, {"scaling", "m"}, {"p"}, {"t"}, {"form"}}};
  return keys;
}

const SectionKeys& searcher_keys() {
  static const SectionKeys keys{
      "searcher", "name", {{"name"}, {"num_samples"}, {"node"}, {"actor"}}};
  return keys;
}

const SectionKeys& resources_keys() {
  static const SectionKeys keys{"resources", "", {{"cpus"}, {"gpus"}, {"memory"}}};
  return keys;
}

const SectionKeys& checkpoints_keys() {
  static const SectionKeys keys{"checkpoints", "keep", {{"keep"}, {"max_bytes"}}};
  return keys;
}

const SectionKeys& stop_criterion_keys() {
  static const SectionKeys keys{"stop_criterion",
                                "",
                                {{"max_wallclock_time"},
                                 {"max_num_trials_started"},
                                 {"max_num_trials_completed"},
                                 {"max_num_trials_finished"},
                                 {"max_num_evaluations"},
                                 {"max_cost"},
                                 {"max_metric_value"},
                                 {"min_metric_value"}}};
  return keys;
}

const SectionKeys& report_keys() {
  static const SectionKeys keys{
      "report",
      "format",
      {{"format"}, {"stream"}, {"pattern"}, {"resource_offset"}, {"after_resume"}, {"cost_attr"}}};
  return keys;
}

const SectionKeys& memory_keys() {
  static const SectionKeys keys{"memory", "file", {{"file"}, {"rename"}, {"defaults"}}};
  return keys;
}

std::string_view home_of(std::string_view key) {
  const auto knows = [key](const Key& known) { return known.name == key || known.alias == key; };
  if (std::ranges::any_of(study_keys().keys, knows)) return "the top level";
  for (const auto* section :
       {&entry_keys(), &scheduler_keys(), &ranking_keys(), &searcher_keys(), &resources_keys(),
        &checkpoints_keys(), &stop_criterion_keys(), &report_keys(), &memory_keys()})
    if (std::ranges::any_of(section->keys, knows)) return section->section;
  return {};
}

}  // namespace troupe::actors
