// StudyCore: changes of settings, and requests of people.

#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/study_file/study_spec.hpp"
#include "test/unit/studies/core_world.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_settings)

using test_study::Cause;
using test_study::CoreWorld;

/// A study whose settings change: max_failures 0, one trial failed, the other was stopped.
struct Raised : CoreWorld {
  Raised() : CoreWorld({.workers_max = 2, .stop = {.trials_started_max = 3}, .failures_max = 0}) {
    start(9);
    start(9);
    report(0, 1, 0.5, schedulers::ContinueTrial{0, 9});
    end(1, Cause::exited, 1);
    end(0, Cause::signaled, 15);
  }

  [[nodiscard]] static StudyChanged change(std::uint32_t failures_max, std::uint64_t started_max) {
    StudySpec spec;
    spec.max_failures = failures_max;
    spec.n_workers = 2;
    spec.stop_criterion.max_num_trials_started = started_max;
    return {{{"max_failures", "0", std::to_string(failures_max)}},
            std::make_shared<const StudySpec>(spec)};
  }

  void resume(const StudyChanged& change) { feed(StudyResumed{"1", 2, {}, change}); }
};

BOOST_AUTO_TEST_CASE(a_failed_study_goes_on_when_more_failures_are_allowed) {
  Raised world;
  BOOST_TEST((world.core.finished()->outcome == StudyFinished::Outcome::failed));
  BOOST_TEST(world.event<TrialStopped>().by_limit);
  world.resume(Raised::change(5, 3));
  BOOST_TEST(world.event<SettingsChanged>().changes.at(0).after == "5");
  BOOST_TEST(!world.core.finished().has_value());
  BOOST_TEST((world.core.trials().at(0).state == TrialState::pending));
  BOOST_TEST((world.core.trials().at(1).state == TrialState::failed));
  world.feed(NodeJoined{"n", 2});
  world.slot();  // The trial that was stopped goes on from its checkpoint.
  BOOST_TEST(world.command<LaunchAttempt>().trial == 0u);
  BOOST_TEST(world.command<LaunchAttempt>().from == 1);
  BOOST_TEST(world.command<LaunchAttempt>().until == 9);
  world.start(9);  // The third of three trials.
  BOOST_TEST(world.core.counts().started == 3u);
}

BOOST_AUTO_TEST_CASE(
    a_failed_study_that_has_tried_everything_finishes_when_more_failures_are_allowed) {
  CoreWorld world({.workers_max = 1, .stop = {.trials_started_max = 2}, .failures_max = 0});
  world.start(9);
  world.report(0, 1, 0.5, schedulers::ContinueTrial{0, 9});
  world.end(0);
  world.start(9);
  world.end(1, Cause::exited, 1);
  BOOST_TEST((world.core.finished()->outcome == StudyFinished::Outcome::failed));
  world.feed(StudyResumed{"1", 1, {}, Raised::change(5, 1)});
  BOOST_TEST(!world.core.finished().has_value());
  world.feed(NodeJoined{"n", 1});
  world.slot();
  BOOST_TEST((world.core.finished()->outcome == StudyFinished::Outcome::finished));
}

BOOST_AUTO_TEST_CASE(a_study_stays_over_while_the_limit_that_ended_it_is_reached) {
  Raised world;
  world.resume(Raised::change(0, 100));
  BOOST_TEST((world.core.finished()->outcome == StudyFinished::Outcome::failed));
  BOOST_TEST((world.core.trials().at(0).state == TrialState::stopped));
}

BOOST_AUTO_TEST_CASE(a_finished_study_starts_more_trials_when_their_number_is_raised) {
  CoreWorld world({.workers_max = 1, .stop = {.trials_started_max = 1}, .failures_max = 9});
  world.start(1);
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.end(0);
  world.slot();
  BOOST_TEST(world.core.finished()->reason == "1 trial was started");
  world.feed(StudyResumed{"1", 1, {}, Raised::change(9, 1)});
  BOOST_TEST(world.core.finished().has_value());
  world.feed(StudyResumed{"1", 1, {}, Raised::change(9, 2)});
  BOOST_TEST(!world.core.finished().has_value());
  world.feed(NodeJoined{"n", 1});
  world.start(1);
  BOOST_TEST(world.core.counts().started == 2u);
}

BOOST_AUTO_TEST_CASE(a_study_that_a_person_stopped_does_not_go_on) {
  CoreWorld world;
  world.start(9);
  world.feed(StopRequested{StopRequested::How::stop, "by a person"});
  world.end(0, Cause::signaled, 15);
  BOOST_TEST(!world.event<TrialStopped>().by_limit);
  world.feed(StudyResumed{"1", 2, {}, Raised::change(9, 99)});
  BOOST_TEST(world.core.finished()->reason == "by a person");
}

BOOST_AUTO_TEST_CASE(a_promotion_that_a_limit_cut_short_is_made_good) {
  CoreWorld world({.workers_max = 2, .stop = {.evaluations_max = 2}, .failures_max = 9});
  world.start(1);
  world.start(9);
  world.report(0, 1, 0.5, schedulers::PauseTrial{0});
  world.report(1, 1, 0.5, schedulers::ContinueTrial{1, 9});
  BOOST_TEST((world.core.trials().at(1).next_state == TrialState::stopped));
  world.end(1, Cause::signaled, 15);
  world.end(0);
  BOOST_TEST(world.core.finished()->reason == "2 reports were made");
  world.feed(StudyResumed{"1", 2, {}, Raised::change(9, 99)});
  BOOST_TEST((world.core.trials().at(0).state == TrialState::paused));
  BOOST_TEST((world.core.trials().at(1).state == TrialState::pending));
}

BOOST_AUTO_TEST_CASE(a_person_stops_a_trial_that_runs_or_waits) {
  CoreWorld world;
  world.start(9);
  world.start(1);
  world.report(1, 1, 0.5, schedulers::PauseTrial{1});
  BOOST_TEST(!world.core.accepts(TrialStopRequested{1, "no use"}));  // It is ending.
  world.end(1);
  for (const TrialId trial : {0U, 1U}) {
    const TrialStopRequested request{trial, "no use"};
    BOOST_TEST((world.core.question(request) == schedulers::Event(schedulers::TrialFailed{trial})));
    world.feed(request);
    BOOST_TEST(!world.core.accepts(request));
  }
  BOOST_TEST(world.event<TrialStopped>().reason == "no use");
  world.end(0, Cause::signaled, 15);
  BOOST_TEST(world.event<TrialStopped>().trial == 0u);
  BOOST_TEST(!world.event<TrialStopped>().by_limit);
  BOOST_TEST(!world.core.accepts(TrialStopRequested{7, ""}));
  BOOST_TEST(!world.core.accepts(RetrainRequested{}));
}

BOOST_AUTO_TEST_CASE(row_0_gives_the_rules_of_the_study) {
  StudySpec spec;
  spec.stop_criterion.max_num_trials_started = 1;
  spec.n_workers = 5;
  StudyCore core(StudyRules{});
  (void)core.apply(StudyOpened{.study = "s",
                               .seed = 1,
                               .version = "1",
                               .workers = 0,
                               .incumbents = {},
                               .file = {},
                               .spec = std::make_shared<const StudySpec>(spec)},
                   0, {});
  (void)core.apply(NodeJoined{"n", 9}, 1, {});
  (void)core.apply(SlotFreed{"n", Suggestion{0, 1, Config{{"lr", 0.1}}}}, 2,
                   {schedulers::StartTrial{0, 1}});
  BOOST_TEST(!core.next_suggestion().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
