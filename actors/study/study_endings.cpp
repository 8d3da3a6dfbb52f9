// How attempts, nodes and the study end: the second half of StudyCore.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "actors/study/study_core.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using Then = TrialFailed::Then;

namespace {

/// EX_TEMPFAIL of sysexits.h: the program asks to be started again.
constexpr std::int32_t exit_try_again = 75;

/// Blameless restarts in a row, without a report between them, before they count as failures: a
/// program that always asks for a restart must not run for ever.
constexpr std::uint32_t idle_restarts_max = 20;

}  // namespace

void StudyCore::move_to(TrialRecord& trial, TrialState state) {
  const auto count = [this](TrialState s) -> std::uint64_t* {
    switch (s) {
      case TrialState::running:
        return &counts_.running;
      case TrialState::paused:
      case TrialState::pending:
        return &counts_.paused;
      case TrialState::stopped:
        return &counts_.stopped;
      case TrialState::completed:
        return &counts_.completed;
      case TrialState::failed:
        return &counts_.failed;
    }
    return nullptr;
  };
  --*count(trial.state);
  ++*count(state);
  trial.state = state;
  trial.next_state.reset();
}

void StudyCore::end_process(TrialRecord& trial, TrialState next) {
  check(trial.runs_on(), "the end of a process is ordered once");
  trial.next_state = next;
  outcome_.commands.push_back(EndAttempt{trial.id, trial.attempt});
}

Then StudyCore::verdict(const TrialRecord& trial, const AttemptEnded& end) const {
  const bool blameless = end.cause == AttemptEnded::Cause::lost ||
                         (end.cause == AttemptEnded::Cause::exited && end.code == exit_try_again);
  if (blameless && trial.idle_restarts < idle_restarts_max) return Then::restart;
  return trial.retries < rules_.retries_max ? Then::retry : Then::give_up;
}

void StudyCore::on(const AttemptEnded& end) {
  TrialRecord& trial = trials_.at(end.trial);
  if (const auto node = nodes_.find(trial.node); node != nodes_.end()) --node->second.used;
  if (!trial.runs_on()) {
    settle(trial, end.cause == AttemptEnded::Cause::lost ? end.detail : std::string());
  } else if (end.cause == AttemptEnded::Cause::exited && end.code == 0 && trial.resource > 0) {
    move_to(trial, TrialState::completed);
    outcome_.events.push_back(TrialCompleted{index_, trial.id, trial.resource});
  } else {
    fail(trial, end);
  }
  for (const auto& decision : *decisions_) {
    if (const auto* unlocked = std::get_if<schedulers::RungUnlocked>(&decision))
      outcome_.events.push_back(RungUnlocked{index_, unlocked->resource, unlocked->epsilon,
                                             unlocked->cause, unlocked->epsilon_capped});
    if (const auto* hurdle = std::get_if<schedulers::HurdleRaised>(&decision)) raised(*hurdle);
  }
  check_totals();
}

/// `loss`: what happened to the attempt after it was decided on, if that is not known to have ended
/// well.
void StudyCore::settle(TrialRecord& trial, const std::string& loss) {
  check(trial.next_state.has_value(), "only a trial whose end was ordered is settled");
  const TrialState state = *trial.next_state;
  const bool may_go_on = state == TrialState::paused || state == TrialState::pending;
  if (may_go_on && !loss.empty())
    outcome_.events.push_back(TrialWarned{
        index_, trial.id, "what it did last may have to be done again, if it goes on: " + loss});
  move_to(trial, state);
  switch (state) {
    case TrialState::paused:
      outcome_.events.push_back(TrialPaused{index_, trial.id, trial.resource});
      if (trial.promotion) go_on(trial);
      break;
    case TrialState::pending:
      restarts_.insert(trial.id);
      outcome_.events.push_back(TrialPaused{index_, trial.id, trial.resource});
      break;
    case TrialState::stopped:
      outcome_.events.push_back(TrialStopped{index_, trial.id, trial.resource, trial.stop_reason});
      break;
    case TrialState::completed:
      outcome_.events.push_back(TrialCompleted{index_, trial.id, trial.resource});
      break;
    case TrialState::running:
    case TrialState::failed:
      check(false, "a process is ordered to end so that its trial pauses, waits or is over");
  }
}

void StudyCore::fail(TrialRecord& trial, const AttemptEnded& end) {
  const Then then = verdict(trial, end);
  const bool silent = end.cause == AttemptEnded::Cause::exited && end.code == 0;
  outcome_.events.push_back(
      TrialFailed{index_, trial.id, trial.attempt,
                  silent ? std::string("exit code 0, but it never reported") : end.detail,
                  end.stderr_tail, then});
  if (then == Then::give_up) {
    move_to(trial, TrialState::failed);
    return;
  }
  if (then == Then::retry) ++trial.retries;
  if (then == Then::restart) ++trial.idle_restarts;
  move_to(trial, TrialState::pending);
  restarts_.insert(trial.id);
}

void StudyCore::lose(TrialRecord& trial, const std::string& cause) {
  if (trial.next_state && *trial.next_state != TrialState::pending) {
    settle(trial, cause);
    return;
  }
  outcome_.events.push_back(
      TrialFailed{index_, trial.id, trial.attempt, cause, std::string(), Then::restart});
  move_to(trial, TrialState::pending);
  restarts_.insert(trial.id);
}

/// A slot that was kept there is gone, also if a node of that name joins again.
void StudyCore::lose_promotions(const std::string& node) {
  for (auto& [id, trial] : trials_) {
    if (!trial.promotion || trial.promotion->node != node) continue;
    trial.promotion->node.clear();
    if (const auto slots = nodes_.find(node); slots != nodes_.end()) --slots->second.used;
  }
}

void StudyCore::on(const NodeLost& lost) {
  nodes_.at(lost.node).lost = true;
  lose_promotions(lost.node);
}

void StudyCore::on(const NodeRejoined& returned) {
  NodeSlots& node = nodes_.at(returned.node);
  node.slots = returned.slots;
  node.lost = false;
  for (auto& [id, trial] : trials_) {
    if (!trial.has_process() || trial.node != returned.node) continue;
    const RetainedAttempt held{trial.id, trial.attempt};
    if (std::ranges::find(returned.attempts, held) == returned.attempts.end()) {
      const bool heard_of = trial.reports > 0 || trial.warnings > 0;
      if (returned.same && trial.runs_on() && !heard_of) {
        order(trial);
        continue;
      }
      --node.used;
      lose(trial, "node " + returned.node + " came back without it");
    } else if (!trial.runs_on()) {
      // Whether the node was told before its head was lost, nobody knows.
      outcome_.commands.push_back(EndAttempt{trial.id, trial.attempt});
    }
  }
  check_totals();
}

void StudyCore::on(const NodeLeft& left) {
  lose_promotions(left.node);
  nodes_.erase(left.node);
  for (auto& [id, trial] : trials_)
    if (trial.has_process() && trial.node == left.node)
      lose(trial, "node " + left.node + " was lost: " + left.reason);
  check_totals();
}

void StudyCore::on(const StudyResumed& resumed) {
  if (resumed.workers > 0) rules_.workers_max = resumed.workers;
  std::vector<std::string> known;
  for (const auto& [name, node] : nodes_) known.push_back(name);
  for (const std::string& name : known) {
    lose_promotions(name);
    if (std::ranges::find(resumed.awaited, name) == resumed.awaited.end())
      nodes_.erase(name);
    else
      nodes_.at(name).lost = true;
  }
  for (auto& [id, trial] : trials_)
    if (trial.has_process() && !nodes_.contains(trial.node))
      lose(trial, "the study's head ended while it ran");
  interrupted_ = false;
  if (finished_ && finished_->outcome == StudyFinished::Outcome::interrupted) finished_.reset();
}

void StudyCore::on(const TimeExpired& expired) {
  close(
      Closing::stop, StudyFinished::Outcome::finished,
      "max_wallclock_time of " + std::to_string(static_cast<long>(expired.seconds)) + " s is over");
}

void StudyCore::on(const StopRequested& request) {
  if (request.how == StopRequested::How::stop) {
    close(Closing::stop, StudyFinished::Outcome::stopped, request.reason);
    return;
  }
  interrupted_ = true;
  interruption_ = request.reason;
  for (auto& [id, trial] : trials_)
    if (trial.runs_on()) end_process(trial, TrialState::pending);
}

void StudyCore::close(Closing closing, StudyFinished::Outcome outcome, const std::string& reason) {
  if (closing_ == Closing::stop || closing <= closing_) return;
  closing_ = closing;
  end_.outcome = outcome;
  end_.reason = reason;
  if (closing != Closing::stop) return;
  for (auto& [id, trial] : trials_) {
    if (!trial.runs_on() && trial.state != TrialState::pending) continue;
    trial.stop_reason = reason;
    if (trial.runs_on()) {
      end_process(trial, TrialState::stopped);
      continue;
    }
    move_to(trial, TrialState::stopped);
    outcome_.events.push_back(TrialStopped{index_, trial.id, trial.resource, reason});
  }
  restarts_.clear();
}

void StudyCore::check_end() {
  if (finished_ || counts_.running > 0) return;
  if (interrupted_) {
    finished_ = StudyFinished{index_, StudyFinished::Outcome::interrupted, interruption_};
  } else if (closing_ == Closing::stop ||
             (closing_ == Closing::restarts_only && restarts_.empty())) {
    finished_ = StudyFinished{index_, end_.outcome, end_.reason};
  } else if (!waiting_for_.empty() && restarts_.empty()) {
    // Nothing runs, nothing waits to, and the scheduler has nothing: no later input can change
    // that.
    const std::string reason =
        closing_ == Closing::no ? "nothing is left to run: " + waiting_for_ : end_.reason;
    finished_ = StudyFinished{index_, StudyFinished::Outcome::finished, reason};
  } else {
    return;
  }
  outcome_.events.push_back(*finished_);
}

}  // namespace troupe::actors
