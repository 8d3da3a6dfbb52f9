#include "schedulers/rungs/trial_table.hpp"

#include <algorithm>
#include <limits>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

TrialId TrialTable::start() {
  check(states_.size() <= std::numeric_limits<std::int32_t>::max(),
        "a study has at most 2^31 trials");
  const auto trial = static_cast<TrialId>(states_.size());
  states_.push_back(TrialState::running);
  curves_.emplace_back();
  ++running_;
  return trial;
}

void TrialTable::resume(TrialId trial) {
  change(trial, TrialState::paused, TrialState::running);
}

void TrialTable::pause(TrialId trial) {
  change(trial, TrialState::running, TrialState::paused);
}

void TrialTable::stop(TrialId trial) {
  change(trial, TrialState::running, TrialState::stopped);
}

void TrialTable::complete(TrialId trial) {
  change(trial, TrialState::running, TrialState::completed);
}

void TrialTable::fail(TrialId trial) {
  change(trial, states_.at(trial), TrialState::failed);
}

std::optional<ReportIgnored> TrialTable::record(const ReportReceived& report) {
  using Reason = ReportIgnored::Reason;
  if (!is(report.trial, TrialState::running))
    return ReportIgnored{.trial = report.trial, .reason = Reason::not_running};
  Curve& curve = curves_[report.trial];
  if (const auto first = curve.at(report.resource))
    return ReportIgnored{report.trial, Reason::duplicate, *first};
  curve.add(report.resource, report.metric);
  return std::nullopt;
}

std::optional<Curve::Point> TrialTable::last(TrialId trial) const {
  return curves_.at(trial).last();
}

void TrialTable::check_invariants() const {
  check(curves_.size() == states_.size(), "each trial has one state and one curve");
  check(std::ranges::count(states_, TrialState::running) == static_cast<std::ptrdiff_t>(running_),
        "the number of running trials is the number of states `running`");
  check(std::ranges::count(states_, TrialState::paused) == static_cast<std::ptrdiff_t>(paused_),
        "the number of paused trials is the number of states `paused`");
}

void TrialTable::change(TrialId trial, TrialState from, TrialState to) {
  check(is(trial, from), "a trial changes from the state that the transition starts in");
  count(from, -1);
  count(to, 1);
  states_[trial] = to;
}

void TrialTable::count(TrialState state, std::ptrdiff_t change) {
  if (state == TrialState::running) running_ += static_cast<std::size_t>(change);
  if (state == TrialState::paused) paused_ += static_cast<std::size_t>(change);
}

}  // namespace troupe::schedulers
