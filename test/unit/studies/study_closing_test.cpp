#include "actors/study/study_closing.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_closing)

using Cause = StudyClosing::Cause;
using Outcome = StudyFinished::Outcome;
using Phase = StudyClosing::Phase;

BOOST_AUTO_TEST_CASE(only_advances_and_keeps_the_reason_of_the_furthest_phase) {
  StudyClosing closing;
  BOOST_TEST(
      closing.advance(Phase::restarts_only, Outcome::finished, "enough trials", Cause::final));
  BOOST_TEST(!closing.advance(Phase::promotions_only, Outcome::finished, "too late", Cause::final));
  BOOST_TEST(!closing.starts_nothing());
  BOOST_TEST(closing.advance(Phase::stopped, Outcome::failed, "too many failures", Cause::final));
  BOOST_TEST(!closing.advance(Phase::stopped, Outcome::stopped, "a user's stop", Cause::final));
  BOOST_TEST(closing.starts_nothing());
  BOOST_TEST(closing.finish_if_over(7, {}));
  BOOST_TEST((*closing.finished() == StudyFinished{7, Outcome::failed, "too many failures"}));
}

BOOST_AUTO_TEST_CASE(waits_for_the_last_process) {
  StudyClosing closing;
  BOOST_TEST(closing.advance(Phase::stopped, Outcome::stopped, "a user's stop", Cause::final));
  BOOST_TEST(!closing.finish_if_over(1, {.running = 1}));
  BOOST_TEST(closing.finish_if_over(2, {}));
  BOOST_TEST(!closing.finish_if_over(3, {}));  // Once.
}

BOOST_AUTO_TEST_CASE(a_study_without_new_trials_waits_for_its_restarts) {
  StudyClosing closing;
  BOOST_TEST(
      closing.advance(Phase::restarts_only, Outcome::finished, "enough trials", Cause::final));
  BOOST_TEST(!closing.finish_if_over(1, {.restarts_waiting = true}));
  BOOST_TEST(closing.finish_if_over(2, {}));
}

BOOST_AUTO_TEST_CASE(an_open_study_ends_when_nothing_runs_and_the_scheduler_has_nothing) {
  StudyClosing closing;
  BOOST_TEST(!closing.finish_if_over(1, {}));
  BOOST_TEST(!closing.finish_if_over(1, {.running = 1, .scheduler_waits = "a rung"}));
  BOOST_TEST(!closing.finish_if_over(1, {.restarts_waiting = true, .scheduler_waits = "a rung"}));
  BOOST_TEST(closing.finish_if_over(2, {.scheduler_waits = "a rung"}));
  BOOST_TEST(closing.finished()->reason == "nothing is left to run: a rung");
}

BOOST_AUTO_TEST_CASE(a_study_in_which_every_trial_failed_has_no_result_and_fails) {
  StudyClosing closing;
  BOOST_TEST(closing.advance(Phase::restarts_only, Outcome::finished, "3 trials were started",
                             Cause::started));
  BOOST_TEST(closing.finish_if_over(5, {.started = 3, .failed = 3}));
  BOOST_TEST((*closing.finished() ==
              StudyFinished{5, Outcome::failed,
                            "3 trials were started, and no trial has a result: all 3 trials "
                            "failed"}));
  closing.reopen();  // The limit was raised.
  BOOST_TEST(closing.finish_if_over(9, {.scheduler_waits = "a rung", .started = 4, .failed = 3}));
  BOOST_TEST((closing.finished()->outcome == Outcome::finished));
}

BOOST_AUTO_TEST_CASE(promotions_end_with_the_reason_why_no_trial_is_new) {
  StudyClosing closing;
  BOOST_TEST(closing.advance(Phase::promotions_only, Outcome::finished, "3 trials were started",
                             Cause::final));
  BOOST_TEST(!closing.finish_if_over(1, {}));
  BOOST_TEST(closing.finish_if_over(2, {.scheduler_waits = "a rung"}));
  BOOST_TEST(closing.finished()->reason == "3 trials were started");
}

BOOST_AUTO_TEST_CASE(an_interrupted_study_can_be_resumed_and_a_finished_one_cannot) {
  StudyClosing closing;
  closing.interrupt(StudyFinished::Outcome::interrupted, "SIGINT");
  BOOST_TEST(closing.starts_nothing());
  BOOST_TEST(!closing.finish_if_over(1, {.running = 1}));
  BOOST_TEST(closing.finish_if_over(2, {.restarts_waiting = true}));
  BOOST_TEST((closing.finished()->outcome == Outcome::interrupted));
  closing.resume();
  BOOST_TEST(!closing.finished().has_value());
  BOOST_TEST(!closing.starts_nothing());
  BOOST_TEST(closing.advance(Phase::stopped, Outcome::stopped, "a user's stop", Cause::final));
  BOOST_TEST(closing.finish_if_over(3, {}));
  closing.resume();
  BOOST_TEST(closing.finished().has_value());
  BOOST_CHECK_THROW(closing.interrupt(StudyFinished::Outcome::interrupted, "SIGINT"), CheckFailure);
}

BOOST_AUTO_TEST_CASE(only_the_end_by_a_limit_is_taken_back) {
  StudyClosing closing;
  BOOST_TEST(!closing.closed_by_limit());
  BOOST_TEST(closing.advance(Phase::stopped, Outcome::failed, "2 trials failed", Cause::limit));
  BOOST_TEST(closing.finish_if_over(1, {}));
  BOOST_TEST(closing.closed_by_limit());
  closing.reopen();
  BOOST_TEST(!closing.finished().has_value());
  BOOST_TEST(!closing.starts_nothing());
  BOOST_TEST(closing.advance(Phase::stopped, Outcome::stopped, "a user's stop", Cause::final));
  BOOST_TEST(!closing.closed_by_limit());
  BOOST_CHECK_THROW(closing.reopen(), CheckFailure);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
