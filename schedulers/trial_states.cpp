#include "schedulers/trial_states.hpp"

#include <limits>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

TrialId TrialStates::start(Resource until) {
  const auto trial = static_cast<TrialId>(trials_.size());
  check(trial <= std::numeric_limits<std::int32_t>::max(), "a study has fewer than 2^31 trials");
  trials_.push_back({.state = TrialState::running, .until = until, .curve = {}});
  ++running_;
  return trial;
}

void TrialStates::resume(TrialId trial, Resource until) {
  check(is(trial, TrialState::paused), "who is resumed is paused");
  trials_[trial].state = TrialState::running;
  trials_[trial].until = until;
  ++running_;
}

Decision TrialStates::report(const TrialReported& report, Resource max_resource) {
  using Reason = ReportIgnored::Reason;
  if (!is(report.trial, TrialState::running))
    return ReportIgnored{.trial = report.trial, .reason = Reason::not_running};
  Trial& trial = trials_[report.trial];
  if (const auto first = trial.curve.at(report.resource))
    return ReportIgnored{report.trial, Reason::duplicate, *first};
  trial.curve.add(report.resource, report.metric);
  if (report.resource >= max_resource) {
    end(report.trial, TrialState::completed);
    return StopTrial{report.trial, StopTrial::Reason::max_resource};
  }
  if (report.resource < trial.until) return ContinueTrial{report.trial, trial.until};
  end(report.trial, TrialState::paused);
  return PauseTrial{report.trial};
}

bool TrialStates::is(TrialId trial, TrialState state) const {
  return trial < trials_.size() && trials_[trial].state == state;
}

std::optional<Curve::Point> TrialStates::last(TrialId trial) const {
  return trials_.at(trial).curve.last();
}

void TrialStates::end(TrialId trial, TrialState state) {
  if (is(trial, TrialState::running)) --running_;
  trials_.at(trial).state = state;
}

}  // namespace troupe::schedulers
