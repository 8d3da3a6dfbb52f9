#include "actors/simulate/outcome_recorder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "actors/simulate/row_of.hpp"

namespace troupe::actors {

OutcomeRecorder::OutcomeRecorder(const SimulationPlan& plan) : plan_(plan) {
  outcome_.seed = plan.seed;
  outcome_.reports.resize(static_cast<std::size_t>(plan.table->max_resource()) + 1, 0);
}

void OutcomeRecorder::on(const std::vector<StudyEvent>& events, std::int64_t time_us) {
  if (!start_us_ && !events.empty()) start_us_ = time_us;
  const double seconds = start_us_ ? static_cast<double>(time_us - *start_us_) * 1e-6 : 0;
  for (const StudyEvent& event : events) {
    outcome_.seconds = seconds;
    take(event, seconds);
    if (plan_.keep_events) outcome_.events.push_back({seconds, event});
  }
}

void OutcomeRecorder::take(const StudyEvent& event, double seconds) {
  TrialCounts& trials = outcome_.trials;
  if (const auto* started = std::get_if<TrialStarted>(&event)) {
    if (started->attempt == 1) ++trials.started;
  } else if (const auto* reported = std::get_if<TrialReported>(&event)) {
    report(*reported, seconds);
  } else if (const auto* changed = std::get_if<IncumbentChanged>(&event)) {
    best_ = *changed;
  } else if (const auto* end = std::get_if<StudyFinished>(&event)) {
    outcome_.end = *end;
  } else if (std::holds_alternative<TrialStopped>(event)) {
    ++trials.stopped;
  } else if (std::holds_alternative<TrialCompleted>(event)) {
    ++trials.completed;
  } else if (const auto* failed = std::get_if<TrialFailed>(&event)) {
    if (failed->then == TrialFailed::Then::give_up) ++trials.failed;
  }
}

void OutcomeRecorder::report(const TrialReported& report, double seconds) {
  ++outcome_.evaluations;
  if (last_.size() <= report.trial) last_.resize(report.trial + 1, 0);
  outcome_.resource_spent += report.resource - std::exchange(last_[report.trial], report.resource);
  outcome_.resource_max = std::max(outcome_.resource_max, report.resource);
  if (const auto index = static_cast<std::size_t>(report.resource); index < outcome_.reports.size())
    ++outcome_.reports[index];
  if (report.decision != TrialReported::Decision::proceed) outcome_.levels.insert(report.resource);
  if (!std::isfinite(report.metric)) return;
  const bool first = outcome_.best.empty();
  const double best = first ? 0 : outcome_.best.back().metric;
  const bool better =
      plan_.spec->mode == StudySpec::Mode::max ? report.metric > best : report.metric < best;
  if (first || better) outcome_.best.push_back({seconds, report.metric});
}

SimulationOutcome OutcomeRecorder::outcome() && {
  TrialCounts& trials = outcome_.trials;
  trials.paused = trials.started - trials.stopped - trials.completed - trials.failed;
  if (best_) {
    const std::size_t row = row_of(plan_, best_->config);
    outcome_.chosen = SimulationOutcome::Chosen{
        .trial = best_->trial,
        .row = row,
        .resource = best_->resource,
        .metric = best_->metric,
        .final_metric = plan_.table->metric(row, plan_.table->max_resource()),
        .config = best_->config};
  }
  return std::move(outcome_);
}

}  // namespace troupe::actors
