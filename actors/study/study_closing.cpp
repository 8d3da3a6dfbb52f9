#include "actors/study/study_closing.hpp"

#include <utility>

#include "actors/counted.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

bool StudyClosing::advance(Phase phase, StudyFinished::Outcome outcome, const std::string& reason,
                           Cause cause) {
  if (phase <= phase_) return false;
  check(!finished_, "a finished study does not close any further");
  phase_ = phase;
  outcome_ = outcome;
  cause_ = cause;
  reason_ = reason;
  return true;
}

void StudyClosing::reopen() {
  check(closed_by_limit(), "only the end by a limit is taken back");
  phase_ = Phase::open;
  finished_.reset();
}

void StudyClosing::interrupt(StudyFinished::Outcome outcome, const std::string& reason) {
  check(!starts_nothing(), "a study is interrupted while something may start");
  interrupted_ = true;
  interruption_ = {.outcome = outcome,
                   .reason = reason,
                   .resumable = outcome != StudyFinished::Outcome::interrupted};
}

void StudyClosing::resume() {
  interrupted_ = false;
  if (finished_ && finished_->goes_on()) finished_.reset();
}

std::optional<StudyFinished> StudyClosing::end_of(std::uint64_t index,
                                                  const Activity& activity) const {
  using End = StudyFinished::Outcome;
  if (finished_ || activity.running > 0) return std::nullopt;
  if (interrupted_) {
    StudyFinished end = interruption_;
    end.index = index;
    return end;
  }
  if (phase_ == Phase::stopped) return StudyFinished{index, outcome_, reason_};
  if (activity.restarts_waiting) return std::nullopt;
  if (phase_ == Phase::restarts_only) return StudyFinished{index, outcome_, reason_};
  if (activity.scheduler_waits.empty()) return std::nullopt;
  // Nothing runs or waits to run, and the scheduler has nothing: no later input can change that.
  const std::string reason =
      phase_ == Phase::open ? "nothing is left to run: " + std::string(activity.scheduler_waits)
                            : reason_;
  return StudyFinished{index, End::finished, reason};
}

bool StudyClosing::finish_if_over(std::uint64_t index, const Activity& activity) {
  auto end = end_of(index, activity);
  if (!end) return false;
  if (end->outcome == StudyFinished::Outcome::finished && activity.started > 0 &&
      activity.failed == activity.started) {
    end->outcome = StudyFinished::Outcome::failed;
    end->reason +=
        ", and no trial has a result: " +
        (activity.failed == 1 ? "the only trial" : "all " + counted(activity.failed, "trial")) +
        " failed";
  }
  finished_ = std::move(end);
  return true;
}

}  // namespace troupe::actors
