// StudyCore: the beginning of a study, its next session, and requests of people.

#include <algorithm>
#include <utility>
#include <variant>

#include "actors/study/study_core.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

void StudyCore::on(const StudyOpened& opened) {
  if (opened.spec) set_rules(rules_of(*opened.spec));
  if (opened.workers > 0) rules_.workers_max = opened.workers;
}

void StudyCore::on(const StudyResumed& resumed) {
  if (resumed.workers > 0) rules_.workers_max = resumed.workers;
  for (const std::string& name : slots_.nodes()) {
    release_promotions(name);
    forget_health(name);
    health_.add(name);
    if (std::ranges::find(resumed.awaited, name) == resumed.awaited.end()) {
      slots_.remove(name);
      health_.remove(name);
    } else {
      slots_.mark_lost(name);
    }
  }
  health_.begin_session();
  trials_.each([&](TrialRecord& trial) {
    if (trial.has_process() && !slots_.contains(trial.node))
      lose(trial, "the study's head ended while it ran");
  });
  closing_.resume();
  if (resumed.change) on(*resumed.change);
}

void StudyCore::on(const StudyChanged& changed) {
  check(changed.spec != nullptr, "a change of settings has the new settings");
  set_rules(rules_of(*changed.spec));
  emit(SettingsChanged{index_, changed.changes});
  if (closing_.closed_by_limit()) go_on_if_raised();
  if (!finished()) close_if_reached();
}

void StudyCore::set_rules(StudyRules rules) {
  rules_ = std::move(rules);
  totals_.set_bounds(rules_.stop, rules_.failures_max);
}

/// Takes the end of the study back, unless a limit is still reached. Trials that the limit stopped
/// wait to be started again, as after the loss of their node.
void StudyCore::go_on_if_raised() {
  TrialCounts counts_then = counts();
  for (const auto& [id, trial] : trials())
    if (trial.cut_short && trial.state == TrialState::stopped) --counts_then.stopped;
  if (totals_.reached(counts_then) || (closing_.closed_by_starts() && exhausted())) return;
  closing_.reopen();
  trials_.each([&](TrialRecord& trial) {
    if (!std::exchange(trial.cut_short, false)) return;
    if (trial.has_process())
      trial.next_state = TrialState::pending;
    else
      trials_.move_to(trial, TrialState::pending);
  });
}

bool StudyCore::can_stop(TrialId id) const {
  const auto found = trials().find(id);
  if (found == trials().end()) return false;
  const TrialRecord& trial = found->second;
  return trial.runs_on() || trial.state == TrialState::paused || trial.state == TrialState::pending;
}

void StudyCore::on(const TrialStopRequested& request) {
  TrialRecord& trial = trials_.at(request.trial);
  trial.stop_reason = request.reason;
  if (trial.runs_on()) {
    end_process(trial, TrialState::stopped);
  } else {
    trials_.move_to(trial, TrialState::stopped);
    emit(TrialStopped{index_, trial.id, trial.resource, trial.stop_reason});
  }
  for (const auto& decision : *decisions_)
    if (const auto* hurdle = std::get_if<schedulers::HurdleRaised>(&decision)) announce(*hurdle);
  close_if_reached();
}

}  // namespace troupe::actors
