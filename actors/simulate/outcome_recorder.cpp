#include "actors/simulate/outcome_recorder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "actors/simulate/simulation.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

double OutcomeRecorder::seconds_at(std::int64_t time_us) const {
  return start_us_ ? static_cast<double>(time_us - *start_us_) * 1e-6 : 0;
}

void OutcomeRecorder::on(const StudyRow& row) {
  if (row.events.empty()) return;
  if (!start_us_) start_us_ = row.time_us;
  end_us_ = row.time_us;
  state_.take(row.time_us, row.events);
  if (!plan_.keep_events) return;
  for (const StudyEvent& event : row.events) events_.push_back({seconds_at(row.time_us), event});
}

void OutcomeRecorder::add_reports(SimulationOutcome& outcome) const {
  const bool max = plan_.spec->mode == StudySpec::Mode::max;
  outcome.reports.resize(static_cast<std::size_t>(plan_.table->max_resource()) + 1, 0);
  for (const StudyState::Report& report : state_.reports()) {
    outcome.resource_max = std::max(outcome.resource_max, report.resource);
    if (const auto index = static_cast<std::size_t>(report.resource);
        index < outcome.reports.size())
      ++outcome.reports[index];
    if (report.decision != TrialReported::Decision::proceed) outcome.levels.insert(report.resource);
    if (!std::isfinite(report.metric)) continue;
    const bool better = outcome.best.empty() || (max ? report.metric > outcome.best.back().metric
                                                     : report.metric < outcome.best.back().metric);
    if (better) outcome.best.push_back({seconds_at(report.time_us), report.metric});
  }
}

SimulationOutcome OutcomeRecorder::outcome() && {
  SimulationOutcome outcome{.seed = plan_.seed, .seconds = seconds_at(end_us_)};
  TrialCounts& trials = outcome.trials;
  trials.started = state_.trials().size();
  trials.stopped = state_.count(TrialState::stopped);
  trials.completed = state_.count(TrialState::completed);
  trials.failed = state_.count(TrialState::failed);
  check(trials.stopped + trials.completed + trials.failed <= trials.started,
        "a trial ends at most once");
  trials.paused = trials.started - trials.stopped - trials.completed - trials.failed;
  outcome.evaluations = state_.reports().size();
  outcome.resource_spent = state_.spent();
  add_reports(outcome);
  outcome.events = std::move(events_);
  if (const auto& end = state_.last_end()) outcome.end = *end;
  if (const auto& best = state_.retrain()) {
    const std::size_t row = row_of(plan_, best->config);
    outcome.chosen = SimulationOutcome::Chosen{
        .trial = best->trial,
        .row = row,
        .resource = best->resource,
        .metric = best->metric,
        .final_metric = plan_.table->metric(row, plan_.table->max_resource()),
        .config = best->config};
  }
  return outcome;
}

}  // namespace troupe::actors
