#include "actors/study_file/read_stop_criterion.hpp"

namespace troupe::actors {

void read_stop_criterion(Section& top, StudySpec& spec) {
  Section section = top.section("stop_criterion", stop_criterion_keys());
  StopCriterion& stop = spec.stop_criterion;
  const auto count = [&](std::string_view key) -> std::optional<std::uint64_t> {
    const auto number = section.whole(key, 1);
    if (!number) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
  };
  stop.max_wallclock_time = section.number_above("max_wallclock_time", 0);
  stop.max_num_trials_started = count("max_num_trials_started");
  stop.max_num_trials_completed = count("max_num_trials_completed");
  stop.max_num_trials_finished = count("max_num_trials_finished");
  stop.max_num_evaluations = count("max_num_evaluations");
  stop.max_cost = section.number_above("max_cost", 0);
  stop.max_metric_value = section.any_number("max_metric_value");
  stop.min_metric_value = section.any_number("min_metric_value");
}

}  // namespace troupe::actors
