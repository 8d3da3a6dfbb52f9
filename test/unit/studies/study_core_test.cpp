#include <boost/test/unit_test.hpp>

#include "test/unit/studies/core_world.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_core)

using schedulers::Decision;

using Cause = AttemptEnded::Cause;
using World = test_study::CoreWorld;

BOOST_AUTO_TEST_CASE(starts_as_many_trials_as_there_are_workers_and_slots) {
  World world;
  world.start();
  world.start();
  BOOST_TEST(!world.core.offer().has_value());
  BOOST_TEST(world.core.counts().running == 2u);
}

BOOST_AUTO_TEST_CASE(a_paused_trial_frees_its_slot_when_its_process_is_gone) {
  World world;
  world.start();
  world.start();
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  BOOST_TEST(world.command<EndAttempt>().trial == 0u);
  BOOST_TEST(!world.core.offer().has_value());
  world.end(0, Cause::signaled, 15);
  BOOST_TEST(world.event<TrialPaused>().resource == 1);
  BOOST_TEST(world.core.offer().has_value());
}

BOOST_AUTO_TEST_CASE(a_trial_promoted_while_its_process_ends_goes_on_after_that) {
  World world;
  world.start();
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.slot({schedulers::ResumeTrial{0, 1, 3}});
  BOOST_TEST(world.commands.empty());
  BOOST_TEST(!world.core.offer().has_value());  // Its process and its kept slot take both workers.
  world.end(0);
  BOOST_TEST(world.event<TrialPaused>().trial == 0u);
  BOOST_TEST(world.event<TrialPromoted>().attempt == 2u);
  BOOST_TEST(world.command<LaunchAttempt>().until == 3);
  BOOST_TEST(world.core.offer().has_value());
}

BOOST_AUTO_TEST_CASE(drops_reports_of_a_trial_that_was_decided_on_and_of_older_attempts) {
  World world;
  world.start();
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  BOOST_TEST(!world.core.accepts(Reported{0, 1, 2, 0.4, {}}));
  world.end(0);
  world.slot({schedulers::ResumeTrial{0, 1, 3}});
  BOOST_TEST(!world.core.accepts(Reported{0, 1, 2, 0.4, {}}));
  BOOST_TEST(world.core.accepts(Reported{0, 2, 2, 0.4, {}}));
}

BOOST_AUTO_TEST_CASE(starts_exactly_n_trials_and_lets_them_reach_their_milestone) {
  World world;
  world.start();
  world.start();
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.end(0);
  world.start();
  world.report(1, 1, 0.4, schedulers::PauseTrial{1});
  world.end(1);
  BOOST_TEST(!world.core.question(SlotFreed{"n", {}}).has_value());
  world.slot();
  BOOST_TEST(!world.core.offer().has_value());
  BOOST_TEST(!world.core.finished().has_value());
  world.report(2, 1, 0.3, schedulers::PauseTrial{2});
  world.end(2);
  BOOST_TEST(world.event<StudyFinished>().reason == "3 trials were started");
  BOOST_TEST(world.core.counts().started == 3u);
}

BOOST_AUTO_TEST_CASE(promotes_until_there_is_nothing_to_promote_if_asked_to) {
  World world({.workers_max = 1,
               .stop = {.trials_started_max = 1},
               .when_exhausted = WhenExhausted::promote});
  world.start();
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.end(0);
  const auto question = world.core.question(SlotFreed{"n", {}});
  BOOST_REQUIRE(question.has_value());
  BOOST_TEST((*question == schedulers::Event{
                               schedulers::SlotOpened{schedulers::SlotOpened::Offer::promotions}}));
  world.slot({schedulers::ResumeTrial{0, 1, 3}});
  world.report(0, 3, 0.5, schedulers::PauseTrial{0}, 2);
  world.end(0, Cause::exited, 0, 2);
  BOOST_TEST(!world.core.finished().has_value());
  world.slot({schedulers::Wait{"no rung can promote"}});
  BOOST_TEST(world.core.finished().has_value());
}

BOOST_AUTO_TEST_CASE(a_failed_attempt_is_retried_as_often_as_allowed) {
  World world({.workers_max = 1, .failures_max = 5, .retries_max = 1});
  world.start();
  world.end(0, Cause::signaled, 11);
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::retry));
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().attempt == 2u);
  BOOST_TEST((world.core.question(AttemptEnded{0, 2, Cause::signaled, 11, "", ""}) ==
              schedulers::Event{schedulers::TrialFailed{0}}));
  world.end(0, Cause::signaled, 11, 2);
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::give_up));
  BOOST_TEST(world.core.counts().failed == 1u);
}

BOOST_AUTO_TEST_CASE(a_program_that_hung_has_failed_and_is_retried) {
  World world({.workers_max = 1, .failures_max = 5, .retries_max = 1});
  world.start();
  world.end(0, Cause::timed_out);
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::retry));
  BOOST_TEST(world.core.counts().failed == 0u);
}

BOOST_AUTO_TEST_CASE(losing_a_node_uses_up_no_retry) {
  World world;
  world.start();
  world.report(0, 1, 0.5, schedulers::ContinueTrial{0, 3});
  world.feed(NodeLeft{"n", "killed"});
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::restart));
  BOOST_TEST(!world.core.offer().has_value());
  world.feed(NodeJoined{"m", 1});
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().node == "m");
  BOOST_TEST(world.command<LaunchAttempt>().until == 3);
  BOOST_TEST(world.core.trials().at(0).retries == 0u);
}

/// A study of one trial, paused at 1 on node n; the next slot is on node m.
struct MovingTrial : World {
  explicit MovingTrial(bool same_node, const std::string& first = "n",
                       const std::string& next = "m")
      : World(StudyRules{.workers_max = 1, .same_node_checkpoints = same_node}) {
    feed(NodeLeft{"n", "its lease is over"});
    feed(NodeJoined{first, 1});
    start();
    report(0, 1, 0.5, schedulers::PauseTrial{0});
    end(0);
    feed(NodeLeft{first, "its lease is over"});
    feed(NodeJoined{next, 1});
    slot({schedulers::ResumeTrial{.trial = 0, .from = 1, .until = 3}});
  }
  [[nodiscard]] const TrialRecord& trial() const { return core.trials().at(0); }
};

BOOST_AUTO_TEST_CASE(a_trial_resumes_at_another_node_from_its_checkpoint) {
  MovingTrial world(false);
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 1U);
  BOOST_TEST(world.command<LaunchAttempt>().from == 1);
}

BOOST_AUTO_TEST_CASE(with_trust_in_the_same_node_a_trial_that_moves_starts_over) {
  MovingTrial world(true);
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 0U);
  BOOST_TEST(world.command<LaunchAttempt>().from == 0);
  BOOST_TEST(world.command<LaunchAttempt>().until == 3);
  BOOST_TEST(world.event<TrialPromoted>().from == 0);
  BOOST_TEST(world.trial().resource == 1);
  // It does so again, because an older checkpoint of the other node may still exist.
  world.end(0, Cause::lost, 0, 2);
  BOOST_TEST_REQUIRE(world.core.offer().has_value());
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().attempt == 3U);
  BOOST_TEST(world.command<LaunchAttempt>().source_max == 0U);
}

BOOST_AUTO_TEST_CASE(with_trust_in_the_same_node_a_trial_resumes_at_its_node) {
  BOOST_TEST(MovingTrial(true, "m", "m").command<LaunchAttempt>().source_max == 1U);
  // The nodes that heads start are on one machine.
  BOOST_TEST(MovingTrial(true, "own-1", "own-2").command<LaunchAttempt>().source_max == 1U);
}

BOOST_AUTO_TEST_CASE(a_program_that_asks_for_a_restart_for_ever_fails_in_the_end) {
  World world({.workers_max = 1, .failures_max = 5});
  world.start();
  constexpr std::uint32_t restarts_max = 20;
  for (std::uint32_t attempt = 1; attempt <= restarts_max; ++attempt) {
    world.end(0, Cause::exited, 75, attempt);
    BOOST_TEST_REQUIRE(world.core.counts().failed == 0u);
    world.slot();
  }
  world.end(0, Cause::exited, 75, restarts_max + 1);
  BOOST_TEST(world.core.counts().failed == 1u);
}

BOOST_AUTO_TEST_CASE(an_exit_without_any_report_is_a_failure) {
  World world({.workers_max = 1, .failures_max = 0});
  world.start();
  world.end(0);
  BOOST_TEST(world.event<TrialFailed>().cause == "exit code 0, but it never reported");
  BOOST_TEST((world.event<StudyFinished>().outcome == StudyFinished::Outcome::failed));
}

BOOST_AUTO_TEST_CASE(a_program_that_never_reports_gets_advice_and_its_last_lines_shown) {
  World world({.workers_max = 1, .failures_max = 5, .report_advice = "check the metric"});
  world.start();
  world.feed(AttemptEnded{.trial = 0,
                          .attempt = 1,
                          .cause = Cause::exited,
                          .detail = "exit code 0",
                          .stderr_tail = "a warning",
                          .stdout_tail = "loss: 0.5"});
  const auto& failed = world.event<TrialFailed>();
  BOOST_TEST(failed.cause == "exit code 0, but it never reported: check the metric");
  BOOST_TEST(failed.stdout_tail == "loss: 0.5");
  BOOST_TEST(failed.stderr_tail == "a warning");
}

BOOST_AUTO_TEST_CASE(an_exit_below_the_milestone_completes_the_trial) {
  World world;
  world.start(3);
  world.report(0, 1, 0.5, schedulers::ContinueTrial{0, 3});
  BOOST_TEST((world.core.question(AttemptEnded{0, 1, Cause::exited, 0, "", ""}) ==
              schedulers::Event{schedulers::TrialCompleted{0}}));
  world.end(0);
  BOOST_TEST(world.event<TrialCompleted>().resource == 1);
}

BOOST_AUTO_TEST_CASE(stops_exactly_at_the_number_of_evaluations) {
  World world({.workers_max = 2, .stop = {.evaluations_max = 2}});
  world.start(9);
  world.start(9);
  world.report(0, 1, 0.5, schedulers::ContinueTrial{0, 9});
  world.report(1, 1, 0.4, schedulers::ContinueTrial{1, 9});
  BOOST_TEST(world.commands.size() == 2u);  // Two EndAttempt.
  BOOST_TEST(!world.core.accepts(Reported{0, 1, 2, 0.1, {}}));
  world.end(0, Cause::signaled, 15);
  world.end(1, Cause::signaled, 15);
  BOOST_TEST((world.event<StudyFinished>().outcome == StudyFinished::Outcome::finished));
}

BOOST_AUTO_TEST_CASE(an_interrupted_study_goes_on_where_it_was) {
  World world;
  world.start(9);
  world.report(0, 1, 0.5, schedulers::ContinueTrial{0, 9});
  world.feed(StopRequested{StopRequested::How::interrupt, "SIGINT"});
  BOOST_TEST(world.command<EndAttempt>().trial == 0u);
  world.end(0, Cause::signaled, 15);
  BOOST_TEST((world.event<StudyFinished>().outcome == StudyFinished::Outcome::interrupted));
  world.feed(StudyResumed{"1"});
  BOOST_TEST(!world.core.finished().has_value());
  world.feed(NodeJoined{"n", 2});
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().attempt == 2u);
  BOOST_TEST(world.command<LaunchAttempt>().from == 1);
}

BOOST_AUTO_TEST_CASE(a_restarted_head_completes_decisions_and_restarts_the_rest) {
  World world;
  world.start(1);
  world.start(9);
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.feed(StudyResumed{"1"});
  BOOST_TEST(world.event<TrialPaused>().trial == 0u);
  BOOST_TEST(world.event<TrialFailed>().trial == 1u);
  BOOST_TEST(world.core.counts().paused == 2u);
}

BOOST_AUTO_TEST_CASE(warns_of_a_second_value_at_a_resource_and_ignores_it) {
  World world;
  world.start(9);
  world.report(0, 1, 0.5, schedulers::ContinueTrial{0, 9});
  const auto duplicate = schedulers::ReportIgnored::Reason::duplicate;
  world.report(0, 1, 0.6, schedulers::ReportIgnored{0, duplicate, 0.5});
  BOOST_TEST(!world.has_event<TrialReported>());
  BOOST_TEST(world.event<TrialWarned>().warning.find("0.5, stands") != std::string::npos);
  world.report(0, 1, 0.5, schedulers::ReportIgnored{0, duplicate, 0.5});
  BOOST_TEST(world.events.empty());
}

BOOST_AUTO_TEST_CASE(an_exhausted_space_ends_the_study) {
  World world({.workers_max = 1});
  world.start();
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.end(0);
  world.feed(SlotFreed{"n", Suggestion{1, 9, std::nullopt}});
  BOOST_TEST(world.event<StudyFinished>().reason == "every configuration of the space was tried");
}

BOOST_AUTO_TEST_CASE(a_scheduler_with_nothing_left_ends_the_study_when_the_last_trial_has) {
  World world;
  world.start();
  world.slot({schedulers::NothingLeft{"all rounds are over"}});
  BOOST_TEST(!world.core.offer().has_value());
  BOOST_TEST(!world.core.next_suggestion().has_value());
  BOOST_TEST(!world.core.finished().has_value());
  world.report(0, 1, 0.5, schedulers::StopTrial{0, schedulers::StopTrial::Reason::max_resource});
  world.end(0);
  BOOST_TEST(world.event<StudyFinished>().reason == "all rounds are over");
  BOOST_TEST((world.event<StudyFinished>().outcome == StudyFinished::Outcome::finished));
}

BOOST_AUTO_TEST_CASE(a_lost_trial_runs_again_even_when_nothing_else_is_left) {
  World world;
  world.start();
  world.slot({schedulers::NothingLeft{"all rounds are over"}});
  world.end(0, Cause::lost);
  BOOST_REQUIRE(world.core.offer().has_value());
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().attempt == 2u);
}

BOOST_AUTO_TEST_CASE(warns_of_a_paused_trial_whose_end_was_lost) {
  World world;
  world.start();
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.end(0, Cause::lost);
  BOOST_TEST(world.event<TrialPaused>().trial == 0u);
  BOOST_TEST(world.event<TrialWarned>().warning.find("done again") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_slot_is_offered_again_after_a_place_was_forgone) {
  World world;
  world.start();
  world.slot({schedulers::SlotSkipped{1, 0}});
  BOOST_TEST(world.core.offer().has_value());
  BOOST_TEST(world.core.waiting_for().empty());
  world.feed(SlotFreed{"n", Suggestion{1, world.index, Config{{"lr", 0.1}}}},
             {schedulers::Wait{"a rung"}});
  BOOST_TEST(!world.core.offer().has_value());
}

BOOST_AUTO_TEST_CASE(a_slot_whose_suggestion_is_not_ready_takes_a_promotion_or_is_offered_again) {
  World world;
  world.start();
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.end(0);
  const SlotFreed without{"n", std::nullopt};
  BOOST_TEST((*world.core.question(without) == schedulers::Event{schedulers::SlotOpened{
                                                   schedulers::SlotOpened::Offer::promotions}}));
  world.feed(without, {schedulers::Wait{"a better trial"}});
  BOOST_TEST(world.core.waiting_for().empty());
  BOOST_TEST((world.core.offer()->suggestion_for == TrialId{1}));
  world.feed(without, {schedulers::ResumeTrial{0, 1, 3}});
  BOOST_TEST(world.command<LaunchAttempt>().until == 3);
}

BOOST_AUTO_TEST_CASE(announces_a_raised_hurdle_after_each_kind_of_input) {
  World world;
  world.start();
  world.feed(Reported{0, 1, 1, 0.5, {}},
             {schedulers::PauseTrial{0}, schedulers::HurdleRaised{0, 1, 0.5}});
  BOOST_TEST((world.event<HurdleRaised>() == HurdleRaised{world.index - 1, 0, 1, 0.5}));
  world.end(0);
  world.slot({schedulers::ResumeTrial{0, 1, 3}, schedulers::HurdleRaised{0, 1, 0.25}});
  BOOST_TEST((world.event<HurdleRaised>() == HurdleRaised{world.index - 1, 0, 1, 0.25}));
  world.feed(AttemptEnded{0, 2, Cause::exited, 0, "exit code 0", ""},
             {schedulers::HurdleRaised{0, 3, 0.5}});
  BOOST_TEST((world.event<HurdleRaised>() == HurdleRaised{world.index - 1, 0, 3, 0.5}));
}

BOOST_AUTO_TEST_CASE(a_slot_kept_for_a_promoted_trial_is_gone_with_its_node) {
  World world;
  world.start();
  world.feed(NodeJoined{"m", 2});
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  const auto offer = world.core.offer();
  BOOST_REQUIRE_EQUAL(offer->node, "m");
  world.slot({schedulers::ResumeTrial{0, 1, 3}});
  world.feed(NodeLeft{"m", "its link broke"});
  world.feed(NodeJoined{"m", 2});
  world.end(0);  // Its kept slot is gone: it waits for another.
  BOOST_TEST(world.commands.empty());
  BOOST_REQUIRE(world.core.offer().has_value());
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().attempt == 2u);
}

BOOST_AUTO_TEST_CASE(a_node_out_of_reach_keeps_its_attempts_until_it_has_left) {
  World world;
  world.start();
  world.feed(NodeLost{"n", "silence"});
  BOOST_TEST(!world.core.accepts(NodeLost{"n", "again"}));
  BOOST_TEST(!world.core.accepts(NodeJoined{"n", 2}));
  BOOST_TEST(!world.core.offer().has_value());
  BOOST_TEST(world.core.counts().running == 1u);
  world.feed(NodeJoined{"m", 2});
  BOOST_TEST(world.core.offer()->node == "m");
  world.start();
  BOOST_TEST(!world.core.offer().has_value());  // The lost attempt still counts as running.
  world.feed(NodeLeft{"n", "its lease is over"});
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::restart));
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().trial == 0u);
  BOOST_TEST(world.command<LaunchAttempt>().attempt == 2u);
  BOOST_TEST(world.command<LaunchAttempt>().node == "m");
}

BOOST_AUTO_TEST_CASE(an_awaited_node_rejoins_with_its_attempts) {
  World world({.workers_max = 3, .stop = {.trials_started_max = 4}});
  world.feed(NodeJoined{"m", 1});
  world.start();
  world.start();
  world.start();
  BOOST_REQUIRE(world.core.trials().at(0).node == "n");
  BOOST_REQUIRE(world.core.trials().at(2).node == "n");
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.feed(StudyResumed{"1", 0, {"n"}});
  BOOST_TEST(world.event<TrialFailed>().trial == 1u);  // It ran on "m".
  BOOST_TEST(!world.core.offer().has_value());
  BOOST_TEST(world.core.accepts(NodeRejoined{"n", 2, {}}));
  BOOST_TEST(!world.core.accepts(NodeRejoined{"m", 2, {}}));
  world.feed(NodeRejoined{"n", 2, {{0, 1}, {2, 1}}});
  BOOST_TEST(!world.has_event<TrialFailed>());
  BOOST_TEST(world.command<EndAttempt>().trial == 0u);  // Its pause was decided before.
  BOOST_TEST(world.core.current(2, 1) != nullptr);
  world.report(2, 1, 0.4, schedulers::ContinueTrial{2, 3});
  world.end(0);
  BOOST_TEST(world.event<TrialPaused>().trial == 0u);
  BOOST_TEST(world.core.offer()->node == "n");
}

BOOST_AUTO_TEST_CASE(an_attempt_that_an_awaited_node_lost_is_started_again) {
  World world;
  world.start();
  world.start();
  world.report(0, 1, 0.5, schedulers::ContinueTrial{0, 3});
  world.feed(StudyResumed{"1", 0, {"n"}});
  world.feed(NodeRejoined{"n", 2, {{1, 1}}, true});
  BOOST_TEST(world.event<TrialFailed>().trial == 0u);
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().trial == 0u);
  BOOST_TEST(world.command<LaunchAttempt>().attempt == 2u);
  BOOST_TEST(!world.core.offer().has_value());
}

BOOST_AUTO_TEST_CASE(another_process_of_an_awaited_nodes_name_has_no_attempt) {
  World world;
  world.start();
  world.feed(StudyResumed{"1", 0, {"n"}});
  world.feed(NodeRejoined{"n", 2, {}, false});
  BOOST_TEST(world.event<TrialFailed>().trial == 0u);
}

BOOST_AUTO_TEST_CASE(an_order_that_never_reached_its_node_is_repeated) {
  World world;
  world.start();
  world.start();
  world.feed(StudyResumed{"1", 0, {"n"}});
  world.feed(NodeRejoined{"n", 2, {{1, 1}}, true});
  BOOST_TEST(!world.has_event<TrialFailed>());
  BOOST_TEST(world.commands.size() == 1u);
  BOOST_TEST(world.command<LaunchAttempt>().trial == 0u);
  BOOST_TEST(world.command<LaunchAttempt>().attempt == 1u);
  BOOST_TEST(!world.core.offer().has_value());
}

BOOST_AUTO_TEST_CASE(an_awaited_node_that_does_not_come_is_given_up) {
  World world;
  world.start();
  world.feed(StudyResumed{"1", 0, {"n"}});
  world.feed(NodeJoined{"m", 2});
  world.feed(NodeLeft{"n", "it did not come back"});
  BOOST_TEST((world.event<TrialFailed>().then == TrialFailed::Then::restart));
  BOOST_TEST(!world.core.accepts(NodeRejoined{"n", 2, {{0, 1}}}));
  BOOST_TEST(!world.core.accepts(Reported{0, 1, 1, 0.5, {}}));
}

BOOST_AUTO_TEST_CASE(a_slot_kept_on_a_node_out_of_reach_is_given_back) {
  World world({.workers_max = 3, .stop = {.trials_started_max = 4}});
  world.feed(NodeJoined{"m", 2});
  world.start();
  world.start();  // One trial runs on each node.
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  const std::string kept_on = world.core.offer()->node;
  world.slot({schedulers::ResumeTrial{0, 1, 3}});
  world.feed(NodeLost{kept_on, "silence"});
  world.end(0);
  world.feed(NodeLeft{kept_on, "its lease is over"});
  BOOST_REQUIRE(world.core.offer().has_value());
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().trial == 0u);
}

BOOST_AUTO_TEST_CASE(counts_the_rows_of_the_present_attempt) {
  World world;
  world.start();
  world.report(0, 1, 0.5, schedulers::ContinueTrial{0, 3});
  world.feed(ReportMalformed{0, 1, "??"});
  world.report(0, 2, 0.4, schedulers::ContinueTrial{0, 3});
  BOOST_TEST(world.core.trials().at(0).reports == 2u);
  BOOST_TEST(world.core.trials().at(0).warnings == 1u);
  world.end(0, Cause::lost);
  world.slot();
  BOOST_TEST(world.core.trials().at(0).reports == 0u);
  BOOST_TEST(world.core.trials().at(0).warnings == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
