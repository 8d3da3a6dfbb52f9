// What the ends of attempts mean for programs that were told how far to go.

#include <boost/test/unit_test.hpp>

#include "actors/study/study_core.hpp"
#include "test/unit/studies/core_world.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_core_ends)

using Cause = AttemptEnded::Cause;

/// A world whose programs are told the milestones of their trials; R is 9.
struct ToldWorld : test_study::CoreWorld {
  explicit ToldWorld(std::uint32_t workers = 1)
      : CoreWorld({.workers_max = workers,
                   .failures_max = 5,
                   .tells_milestone = true,
                   .max_resource = 9}) {}

  /// The program of the trial ends with exit code 0.
  AttemptEnded exit_of(TrialId trial, std::uint32_t attempt, std::uint32_t source = 0) {
    return {.trial = trial, .attempt = attempt, .detail = "exit code 0", .source = source};
  }
  /// The node of the trial is lost, and another one joins, where the trial starts again.
  void lose_node() {
    feed(NodeLeft{"n", "killed"});
    feed(NodeJoined{"n", 2});
    slot();
  }
  [[nodiscard]] const TrialRecord& trial(TrialId id = 0) const { return core.trials().at(id); }
};

BOOST_AUTO_TEST_CASE(the_last_value_of_a_program_that_reports_rarely_counts_at_its_target) {
  ToldWorld world(2);
  for (const TrialId trial : {0U, 1U}) {
    world.start(3);
    world.report(trial, 2, 0.5, schedulers::ContinueTrial{trial, 3});
    const auto end = world.exit_of(trial, 1);
    BOOST_TEST(
        (world.core.question(end) == schedulers::Event{schedulers::ReportReceived{trial, 3, 0.5}}));
    world.feed(end, {schedulers::PauseTrial{trial}});
    BOOST_TEST(world.event<TrialPaused>().resource == 3);
    BOOST_TEST(world.has_event<StudyWarned>() == (trial == 0));  // Once a study.
    BOOST_TEST(world.core.resource_spent() == 3 * (trial + 1));
  }
  world.slot({schedulers::ResumeTrial{0, 3, 9}});
  BOOST_TEST(world.command<LaunchAttempt>().from == 3);
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 1u);
}

BOOST_AUTO_TEST_CASE(a_scheduler_may_stop_a_trial_at_the_target_that_it_did_not_report) {
  ToldWorld world;
  world.start(3);
  world.report(0, 2, 0.5, schedulers::ContinueTrial{0, 3});
  world.feed(world.exit_of(0, 1),
             {schedulers::StopTrial{0, schedulers::StopTrial::Reason::below_cutoff}});
  BOOST_TEST(world.event<TrialStopped>().reason == "below_cutoff");
}

BOOST_AUTO_TEST_CASE(a_scheduler_may_let_a_trial_go_on_at_the_target_that_it_did_not_report) {
  ToldWorld world;
  world.start(3);
  world.report(0, 2, 0.5, schedulers::ContinueTrial{0, 3});
  world.feed(world.exit_of(0, 1), {schedulers::ContinueTrial{0, 5}});
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().from == 3);
  BOOST_TEST(world.command<LaunchAttempt>().until == 5);
}

BOOST_AUTO_TEST_CASE(an_exit_below_the_maximum_resource_completes_the_trial) {
  ToldWorld world;
  world.start(9);
  world.report(0, 2, 0.5, schedulers::ContinueTrial{0, 9});
  const auto end = world.exit_of(0, 1);
  BOOST_TEST((world.core.question(end) == schedulers::Event{schedulers::TrialCompleted{0}}));
  world.feed(end);
  BOOST_TEST(world.event<TrialCompleted>().resource == 2);
}

BOOST_AUTO_TEST_CASE(a_program_lost_between_checkpoint_and_report_runs_again_without_a_retry) {
  ToldWorld world;
  world.start(1);
  world.lose_node();
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 1u);
  // It finds its work done, and has nothing to report.
  const auto end = world.exit_of(0, 2, 1);
  BOOST_TEST(!world.core.question(end).has_value());
  world.feed(end);
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::go_back));
  BOOST_TEST(world.event<TrialFailed>().cause ==
             "nothing new to report: attempt 1 had saved its checkpoint and was lost before it "
             "reported; back to the beginning");
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 0u);
  BOOST_TEST(world.trial().retries == 0u);
  // From now on, no checkpoint of a lost attempt is used: another loss costs no more.
  world.lose_node();
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 0u);
  world.report(0, 1, 0.5, schedulers::PauseTrial{0}, 4);
  world.end(0, Cause::exited, 0, 4);
  BOOST_TEST(world.event<TrialPaused>().resource == 1);
  BOOST_TEST(world.command<ReleaseCheckpoints>().attempt == 4u);
}

BOOST_AUTO_TEST_CASE(a_program_that_has_nothing_to_report_runs_again_once_only) {
  ToldWorld world;
  world.start(1);
  world.lose_node();
  world.feed(world.exit_of(0, 2, 1));
  world.slot();
  world.feed(world.exit_of(0, 3));
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::give_up));
}

BOOST_AUTO_TEST_CASE(a_trial_goes_back_to_the_checkpoint_of_an_attempt_whose_end_is_journaled) {
  ToldWorld world;
  world.start(1);
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.end(0);
  world.slot({schedulers::ResumeTrial{0, 1, 3}});
  world.lose_node();
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 2u);
  world.feed(world.exit_of(0, 3, 2));
  BOOST_TEST(world.event<TrialFailed>().cause.ends_with("back to the checkpoint of attempt 1"));
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 1u);
  BOOST_TEST(world.command<LaunchAttempt>().from == 1);
  BOOST_TEST(world.command<LaunchAttempt>().until == 3);
}

BOOST_AUTO_TEST_CASE(a_trial_that_is_told_the_maximum_goes_back_only_until_it_reports) {
  ToldWorld world;
  world.start(9);
  world.lose_node();
  world.feed(world.exit_of(0, 2, 1));
  BOOST_TEST(world.event<TrialFailed>().cause.ends_with("back to the beginning"));
  world.slot();
  world.report(0, 1, 0.5, schedulers::ContinueTrial{0, 9}, 3);
  world.lose_node();
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 3u);
}

BOOST_AUTO_TEST_CASE(at_the_maximum_a_trial_goes_back_if_it_reported_nothing_on_its_way) {
  for (const bool reports : {false, true}) {
    ToldWorld world;
    world.start(3);
    world.report(0, 3, 0.5, schedulers::PauseTrial{0});
    world.end(0);
    world.slot({schedulers::ResumeTrial{0, 3, 9}});
    if (reports) world.report(0, 8, 0.4, schedulers::ContinueTrial{0, 9}, 2);
    world.lose_node();
    const auto end = world.exit_of(0, 3, 2);
    if (reports)
      BOOST_TEST((world.core.question(end) == schedulers::Event{schedulers::TrialCompleted{0}}));
    else
      BOOST_TEST(!world.core.question(end).has_value());
    world.feed(end);
    BOOST_TEST(world.has_event<TrialCompleted>() == reports);
    if (reports)
      BOOST_TEST(
          world.event<TrialWarned>().warning ==
          "it completed at 8, and its checkpoint may be further: attempt 2 was lost after it "
          "saved and before it reported");
  }
}

BOOST_AUTO_TEST_CASE(a_program_that_never_reports_before_its_rung_is_told_so) {
  ToldWorld world;
  world.start(1);
  world.feed(world.exit_of(0, 1));
  BOOST_TEST(world.event<TrialFailed>().cause ==
             "exit code 0, but it never reported (it was told to run to 1)");
}

BOOST_AUTO_TEST_CASE(an_interrupted_attempt_may_have_saved_what_it_did_not_report) {
  ToldWorld world;
  world.start(1);
  world.feed(StopRequested{StopRequested::How::interrupt, "Ctrl-C"});
  world.end(0, Cause::signaled, 15);
  world.feed(StudyResumed{"1", 0, {}});
  world.feed(NodeJoined{"n", 2});
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 1u);
  world.feed(world.exit_of(0, 2, 1));
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::go_back));
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 0u);
}

BOOST_AUTO_TEST_CASE(a_report_of_an_earlier_attempt_on_the_way_counts_at_the_target) {
  ToldWorld world;
  world.start(3);
  world.report(0, 2, 0.5, schedulers::ContinueTrial{0, 3});
  world.end(0, Cause::exited, 75);
  world.slot();
  const auto end = world.exit_of(0, 2, 1);
  BOOST_TEST(
      (world.core.question(end) == schedulers::Event{schedulers::ReportReceived{0, 3, 0.5}}));
}

BOOST_AUTO_TEST_CASE(without_a_report_on_the_way_to_its_target_a_trial_completes) {
  ToldWorld world;
  world.start(1);
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.end(0);
  world.slot({schedulers::ResumeTrial{0, 1, 3}});
  const auto end = world.exit_of(0, 2, 1);
  BOOST_TEST((world.core.question(end) == schedulers::Event{schedulers::TrialCompleted{0}}));
  world.feed(end);
  BOOST_TEST(world.event<TrialCompleted>().resource == 1);
  BOOST_TEST(world.event<StudyWarned>().warning.starts_with(
      "reports do not meet the rungs: trial 0 was told to run to 3 and its last report was at 1."));
}

BOOST_AUTO_TEST_CASE(a_report_beyond_the_maximum_resource_is_warned_of_once) {
  ToldWorld world;
  world.start(1);
  world.report(0, 100, 0.5, schedulers::StopTrial{0, schedulers::StopTrial::Reason::max_resource});
  BOOST_TEST(world.event<StudyWarned>().warning.starts_with(
      "trial 0 reported at resource 100, beyond the maximum resource 9:"));
}

/// An attempt that was killed while it saved leaves a checkpoint that no program can read.
BOOST_AUTO_TEST_CASE(a_program_that_fails_on_the_checkpoint_of_a_lost_attempt_goes_back) {
  ToldWorld world;
  world.start(1);
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.end(0);
  world.slot({schedulers::ResumeTrial{0, 1, 9}});
  world.report(0, 5, 0.4, schedulers::ContinueTrial{0, 9}, 2);
  world.lose_node();
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 2u);
  // What the lost attempt had reported may come from its log, before the program fails.
  world.report(0, 6, 0.4, schedulers::ContinueTrial{0, 9}, 3);
  AttemptEnded end = world.exit_of(0, 3, 2);
  end.code = 1;
  end.detail = "exit code 1";
  end.stderr_tail = "cannot read the checkpoint";
  end.silent = true;
  BOOST_TEST(!world.core.question(end).has_value());
  world.feed(end);
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::go_back));
  BOOST_TEST(world.event<TrialFailed>().cause ==
             "exit code 1, without a report: the checkpoint of attempt 2, which did not end in "
             "order, may be incomplete; back to the checkpoint of attempt 1");
  BOOST_TEST(world.event<TrialFailed>().stderr_tail == "cannot read the checkpoint");
  BOOST_TEST(world.trial().retries == 0u);
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 1u);
  BOOST_TEST(world.command<LaunchAttempt>().from == 1);
  // The second time, the program is at fault.
  end.attempt = 4;
  end.source = 1;
  world.feed(end, {});
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::give_up));
}

/// The report that paused the trial came from the log of the lost attempt.
BOOST_AUTO_TEST_CASE(a_silent_program_that_is_told_to_pause_proves_no_checkpoint) {
  ToldWorld world;
  world.start(1);
  world.lose_node();
  world.report(0, 1, 0.5, schedulers::PauseTrial{0}, 2);
  AttemptEnded end = world.exit_of(0, 2, 1);
  end.code = 1;
  end.silent = true;
  world.feed(end);
  BOOST_TEST(world.commands.empty());
  world.slot({schedulers::ResumeTrial{0, 1, 3}});
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 2u);
  end.attempt = 3;
  end.source = 2;
  world.feed(end);
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::go_back));
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 0u);
}

/// It may have failed while it saved; the checkpoint that it could read is kept.
BOOST_AUTO_TEST_CASE(a_program_that_fails_after_reports_releases_what_is_before_its_source) {
  test_study::CoreWorld world({.workers_max = 1,
                               .failures_max = 5,
                               .retries_max = 9,
                               .tells_milestone = true,
                               .max_resource = 9});
  const auto fail = [&](std::uint32_t attempt, Resource resource) {
    world.report(0, resource, 0.5, schedulers::ContinueTrial{0, 9}, attempt);
    world.feed(AttemptEnded{
        .trial = 0, .attempt = attempt, .code = 1, .detail = "", .source = attempt - 1});
    const bool releases = !world.commands.empty();
    if (releases) BOOST_TEST(world.command<ReleaseCheckpoints>().attempt == attempt - 1);
    world.slot();
    BOOST_TEST(world.command<LaunchAttempt>().source_max == attempt);
    return releases;
  };
  world.start(9);
  BOOST_TEST(!fail(1, 1));
  BOOST_TEST(!fail(2, 2));
  BOOST_TEST(fail(3, 3));
  BOOST_TEST(fail(4, 4));
  BOOST_TEST(world.core.trials().at(0).checkpoint.attempt == 3u);
}

BOOST_AUTO_TEST_CASE(checkpoints_are_released_when_a_later_attempt_ended_and_was_not_lost) {
  ToldWorld world;
  world.start(1);
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.end(0);
  world.slot({schedulers::ResumeTrial{0, 1, 3}});
  world.report(0, 3, 0.4, schedulers::PauseTrial{0}, 2);
  world.end(0, Cause::lost, 0, 2);
  BOOST_TEST(world.commands.empty());
  world.slot({schedulers::ResumeTrial{0, 3, 9}});
  world.report(0, 9, 0.3, schedulers::StopTrial{0, schedulers::StopTrial::Reason::max_resource}, 3);
  world.end(0, Cause::exited, 0, 3);
  BOOST_TEST(world.command<ReleaseCheckpoints>().attempt == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
