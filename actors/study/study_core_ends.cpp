// The ends of attempts: what they mean for the trial, and for its checkpoints.

#include <string>
#include <utility>

#include "actors/study/study_core.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/overloaded.hpp"

namespace troupe::actors {

using Then = TrialFailed::Then;

/// A program saves its checkpoint and then reports. If it is killed in between, the next attempt
/// resumes from that checkpoint, finds nothing left to do and has nothing to report: it must run
/// again from a checkpoint that is not ahead of the reports. A program that was told how far to go
/// and reported on the way went that far, so its last value counts there. At the maximum resource,
/// and where the program was not told, an early end is the program's own decision; there, going
/// back could cost a whole training for its last report, so a report on the way is enough.
///
/// A program that fails without a report may have found an incomplete checkpoint: of an attempt
/// that was killed while it saved, or whose host lost its power.
StudyCore::Ending StudyCore::ending_of(const TrialRecord& trial, const AttemptEnded& end) const {
  const bool source_is_ahead = end.source > trial.checkpoint.attempt;
  if (!exited_with_success(end)) {
    const bool by_itself =
        end.cause != AttemptEnded::Cause::lost && end.cause != AttemptEnded::Cause::not_started &&
        end.node_fault == AttemptEnded::NodeFault::none && !asks_for_restart(end);
    const bool may_be_incomplete = end.silent && source_is_ahead && !trial.ran_again;
    return by_itself && may_be_incomplete ? Ending::run_again : Ending::failed;
  }
  const bool below_target = has_target(trial) && trial.resource < trial.told;
  const bool reported = below_target ? trial.counted > 0 : trial.reported_on_way;
  if (!reported && source_is_ahead && !trial.ran_again) return Ending::run_again;
  if (trial.resource == 0) return Ending::failed;
  return below_target && trial.reported_on_way ? Ending::at_target : Ending::completed;
}

void StudyCore::on(const AttemptEnded& end) {
  TrialRecord& trial = trials_.at(end.trial);
  slots_.release(trial.node);
  const AttemptEnded::NodeFault fault = node_fault(trial, end);
  if (!end.buffering.empty() && warnings_.is_first("buffering"))
    emit(StudyWarned{index_, "trial " + std::to_string(trial.id) + ": " + end.buffering});
  const bool lost = end.cause == AttemptEnded::Cause::lost;
  if (trial.runs_on()) {
    end_undecided(trial, end);
  } else {
    // An interrupted program, or one that a limit stopped, may have been ended after it saved and
    // before it reported.
    const bool may_go_on = trial.next_state == TrialState::pending || trial.cut_short;
    // Nothing shows that a silent program could read the checkpoint that it resumed from.
    if (!lost && !may_go_on && !end.silent) release_checkpoints(trial);
    finish_decided(trial, lost ? end.detail : std::string());
  }
  for (const auto& decision : *decisions_) {
    if (const auto* unlocked = std::get_if<schedulers::RungUnlocked>(&decision))
      announce(*unlocked);
    if (const auto* hurdle = std::get_if<schedulers::HurdleRaised>(&decision)) announce(*hurdle);
  }
  note_health(trial, end, fault);
  close_if_reached();
}

void StudyCore::end_undecided(TrialRecord& trial, const AttemptEnded& end) {
  switch (ending_of(trial, end)) {
    case Ending::completed:
      if (has_target(trial) && trial.resource < trial.told)
        warn_of_rungs(trial, "It reported nothing on its way there, so it is completed");
      if (trial.counted == 0 && end.source > trial.checkpoint.attempt)
        emit(TrialWarned{index_, trial.id,
                         "it completed at " + std::to_string(trial.resource) +
                             ", and its checkpoint may be further: attempt " +
                             std::to_string(end.source) +
                             " was lost after it saved and before it reported"});
      release_checkpoints(trial);
      trials_.move_to(trial, TrialState::completed);
      best_.settle(trial.id);
      emit(TrialCompleted{index_, trial.id, trial.resource});
      return;
    case Ending::at_target:
      return finish_at_target(trial);
    case Ending::run_again:
      return run_again(trial, end);
    case Ending::failed:
      release_before_source(trial, end);
      return fail(trial, end);
  }
}

/// The checkpoint of the latest attempt is not ahead of the reports: earlier ones are not needed.
void StudyCore::release_checkpoints(TrialRecord& trial) {
  trial.checkpoint = {trial.attempt, trial.resource};
  if (trial.attempt > 1) outcome_.commands.push_back(ReleaseCheckpoints{trial.id, trial.attempt});
}

/// What a program saved that failed may be incomplete. The checkpoint that it resumed from was not,
/// if it reported, and is not ahead of the reports any more: earlier ones are not needed.
void StudyCore::release_before_source(TrialRecord& trial, const AttemptEnded& end) {
  if (end.silent || trial.counted == 0) return;
  if (asks_for_restart(end)) return release_checkpoints(trial);  // It ended in order.
  if (end.source <= trial.checkpoint.attempt) return;
  trial.checkpoint = {end.source, trial.started_from};
  if (end.source > 1) outcome_.commands.push_back(ReleaseCheckpoints{trial.id, end.source});
}

/// Moves a trial to the state that was decided before its process was gone. `loss`: what happened
/// to the attempt after the decision; empty if it ended in order.
void StudyCore::finish_decided(TrialRecord& trial, const std::string& loss) {
  check(trial.next_state.has_value(), "only a trial whose end was ordered has a next state");
  const TrialState state = *trial.next_state;
  const bool may_continue = state == TrialState::paused || state == TrialState::pending;
  if (may_continue && !loss.empty())
    emit(TrialWarned{index_, trial.id,
                     "what it did last may have to be done again, if it goes on: " + loss});
  trials_.move_to(trial, state);
  // Not before: until its process is gone, a later value may replace its last one.
  if (state == TrialState::completed || (state == TrialState::stopped && !trial.cut_short))
    best_.settle(trial.id);
  switch (state) {
    case TrialState::paused:
      emit(TrialPaused{index_, trial.id, trial.resource});
      if (trial.promotion) continue_promoted(trial);
      break;
    case TrialState::pending:
      emit(TrialPaused{index_, trial.id, trial.resource});
      break;
    case TrialState::stopped:
      emit(TrialStopped{index_, trial.id, trial.resource, trial.stop_reason, trial.cut_short});
      break;
    case TrialState::completed:
      emit(TrialCompleted{index_, trial.id, trial.resource});
      break;
    case TrialState::running:
    case TrialState::failed:
      check(false, "a process is ordered to end so that its trial pauses, waits or is over");
  }
}

/// `effect`: what follows for the trial from a last report below the resource that it was told.
void StudyCore::warn_of_rungs(const TrialRecord& trial, const std::string& effect) {
  if (!warnings_.is_first("rungs")) return;
  emit(StudyWarned{index_, "reports do not meet the rungs: trial " + std::to_string(trial.id) +
                               " was told to run to " + std::to_string(trial.told) +
                               " and its last report was at " + std::to_string(trial.resource) +
                               ". " + effect +
                               ". Let the program report where it ends, or choose grace_period "
                               "and reduction_factor to match (this is said once)"});
}

/// The program ended at the resource that it was told, and its last report was below: the scheduler
/// has decided as if the last value had been reported there.
void StudyCore::finish_at_target(TrialRecord& trial) {
  warn_of_rungs(trial, "That value counts at " + std::to_string(trial.told) + " too");
  totals_.charge_up_to(trial, trial.told);
  trial.resource = trial.told;
  release_checkpoints(trial);
  trial.next_state = TrialState::completed;  // The scheduler knows the trial only as running.
  for (const auto& decision : *decisions_)
    std::visit(Overloaded{
                   [&](const schedulers::PauseTrial&) { trial.next_state = TrialState::paused; },
                   [&](const schedulers::StopTrial& d) {
                     const bool at_end = d.reason == schedulers::StopTrial::Reason::max_resource;
                     trial.stop_reason = enum_text(d.reason);
                     trial.next_state = at_end ? TrialState::completed : TrialState::stopped;
                   },
                   [&](const schedulers::ContinueTrial& d) {
                     if (d.until <= trial.told) return;
                     trial.until = d.until;
                     trial.reported_on_way = trial.ran_again = false;
                     trial.next_state = TrialState::pending;
                   },
                   [](const auto&) {},
               },
               decision);
  finish_decided(trial, std::string());
}

/// Lets the trial run again from its latest checkpoint that is not ahead of its reports.
void StudyCore::run_again(TrialRecord& trial, const AttemptEnded& end) {
  const std::uint32_t back_to = trial.checkpoint.attempt;
  const std::string source = "attempt " + std::to_string(end.source);
  const std::string why = exited_with_success(end)
                              ? "nothing new to report: " + source +
                                    " had saved its checkpoint and was lost before it reported"
                              : end.detail + ", without a report: the checkpoint of " + source +
                                    ", which did not end in order, may be incomplete";
  emit(TrialFailed{index_, trial.id, trial.attempt,
                   why + "; back to " +
                       (back_to == 0 ? std::string("the beginning")
                                     : "the checkpoint of attempt " + std::to_string(back_to)),
                   end.stderr_tail, Then::go_back});
  trial.ran_again = true;
  trials_.move_to(trial, TrialState::pending);
}

void StudyCore::fail(TrialRecord& trial, const AttemptEnded& end) {
  const Then then = then_after(trial, end);
  TrialFailed failed{index_, trial.id, trial.attempt, end.detail, end.stderr_tail, then};
  if (exited_with_success(end)) {
    failed.cause = "exit code 0, but it never reported";
    if (has_target(trial))
      failed.cause += " (it was told to run to " + std::to_string(trial.told) + ")";
    if (!end.report_hint.empty())
      failed.cause += ": " + end.report_hint;
    else if (!rules_.report_advice.empty())
      failed.cause += ": " + rules_.report_advice;
    failed.stdout_tail = end.stdout_tail;
  }
  emit(std::move(failed));
  if (then == Then::give_up) {
    trials_.move_to(trial, TrialState::failed);
    best_.fail(trial.id);
    announce_best();
    return;
  }
  if (then == Then::retry) ++trial.retries;
  if (then == Then::restart) ++trial.idle_restarts;
  check(trial.retries <= rules_.retries_max, "a trial is retried as often as allowed at most");
  trials_.move_to(trial, TrialState::pending);
}

/// Ends the attempt of `trial` whose node, or whose place on its node, is gone. Uses up no retry.
void StudyCore::lose(TrialRecord& trial, const std::string& cause) {
  check(trial.has_process(), "only an attempt that has a process can be lost");
  if (trial.next_state && *trial.next_state != TrialState::pending) {
    finish_decided(trial, cause);
    return;
  }
  emit(TrialFailed{index_, trial.id, trial.attempt, cause, std::string(), Then::restart});
  trials_.move_to(trial, TrialState::pending);
}

}  // namespace troupe::actors
