#include "actors/study/checkpoint_feed.hpp"

#include <boost/test/unit_test.hpp>

#include "test/unit/studies/core_world.hpp"
#include "test/unit/studies/study_fixture.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(checkpoint_feed)

using namespace test_study;
using runtime::Context;

struct Feeder {
  using Store = Probe<AskManifest, AskChunk, OfferAttempt, StudyAdvanced>;

  void tell(std::vector<StudyEvent> events, std::vector<Command> commands) {
    const std::vector<PendingRow> pending{
        {{0, 0, TimeExpired{}, {}, std::move(events)}, std::move(commands), {}}};
    actor.run([&](Context& self) { feed.tell(self, pending, core); });
  }
  void tell(std::vector<std::vector<StudyEvent>> rows) {
    std::vector<PendingRow> pending;
    for (auto& events : rows)
      pending.push_back({{0, 0, TimeExpired{}, {}, std::move(events)}, {}, {}});
    actor.run([&](Context& self) { feed.tell(self, pending, core); });
  }

  TestNode world;
  Probe<StudyFinished> actor{world};
  Store store{world};
  StudyCore core{StudyRules{}};
  CheckpointFeed feed;
};

BOOST_AUTO_TEST_CASE(reports_wait_for_an_event_that_changes_what_is_kept) {
  Feeder feeder;
  feeder.feed.connect(feeder.store.ref());
  feeder.tell({{TrialReported{.trial = 0, .resource = 1}}});
  feeder.tell({{TrialReported{.trial = 1, .resource = 1}}});
  BOOST_TEST(feeder.store.is_silent());
  feeder.tell({{TrialPaused{.trial = 0, .resource = 1}}});
  BOOST_TEST(feeder.store.expect<StudyAdvanced>().trials.size() == 3u);
  feeder.tell({{TrialStarted{.trial = 2}}});
  BOOST_TEST(feeder.store.expect<StudyAdvanced>().trials.size() == 1u);
}

BOOST_AUTO_TEST_CASE(the_store_hears_at_once_which_checkpoints_are_released) {
  Feeder feeder;
  feeder.feed.connect(feeder.store.ref());
  feeder.tell({TrialReported{.trial = 3, .resource = 1}}, {ReleaseCheckpoints{3, 2}});
  const auto advanced = feeder.store.expect<StudyAdvanced>();
  BOOST_TEST_REQUIRE(advanced.released.size() == 1u);
  BOOST_TEST(advanced.released[0].trial == 3u);
  BOOST_TEST(advanced.released[0].attempt == 2u);
}

BOOST_AUTO_TEST_CASE(a_store_that_starts_late_is_told_everything_so_far_once) {
  Feeder feeder;
  MemoryDisk disk;
  StudyHistory history(std::make_unique<MemoryLog>(disk));
  history.add({0, 0, TimeExpired{}, {}, {TrialStarted{.trial = 0}}});
  history.add({1, 0, TimeExpired{}, {}, {TrialReported{.trial = 0, .resource = 1}}});
  feeder.feed.connect(feeder.store.ref());
  feeder.tell({{TrialReported{.trial = 0, .resource = 1}}});  // Collected, and in the history.
  feeder.actor.run([&](Context& self) { feeder.feed.tell_all(self, history, feeder.core); });
  BOOST_TEST(feeder.store.expect<StudyAdvanced>().trials.size() == 2u);
  BOOST_TEST(feeder.store.is_silent());
}

BOOST_AUTO_TEST_CASE(releases_of_trials_that_are_over_are_repeated_to_a_store_that_starts_late) {
  CoreWorld study(
      {.workers_max = 1, .stop = {.trials_started_max = 3}, .failures_max = 9, .retries_max = 1});
  const auto run_again = [&](TrialId trial, std::int32_t code) {
    study.start(9);
    study.end(trial, AttemptEnded::Cause::exited, 1);
    study.slot();
    study.report(trial, 1, 0.5, schedulers::ContinueTrial{trial, 9}, 2);
    study.end(trial, AttemptEnded::Cause::exited, code, 2);
  };
  run_again(0, 0);
  run_again(1, 1);
  BOOST_REQUIRE(study.core.trials().at(0).state == TrialState::completed);
  BOOST_REQUIRE(study.core.trials().at(1).state == TrialState::failed);
  Feeder feeder;
  MemoryDisk disk;
  StudyHistory history(std::make_unique<MemoryLog>(disk));
  feeder.feed.connect(feeder.store.ref());
  feeder.actor.run([&](Context& self) { feeder.feed.tell_all(self, history, study.core); });
  const auto released = feeder.store.expect<StudyAdvanced>().released;
  // What trial 1 saved when it failed may be incomplete.
  BOOST_TEST_REQUIRE(released.size() == 1u);
  BOOST_TEST(released[0].trial == 0u);
  BOOST_TEST(released[0].attempt == 2u);
}

BOOST_AUTO_TEST_CASE(nobody_is_told_where_every_node_shares_the_folder) {
  Feeder feeder;
  feeder.tell({{TrialPaused{.trial = 0, .resource = 1}}});
  BOOST_TEST(!feeder.feed.store());
  feeder.feed.connect(feeder.store.ref());
  feeder.tell({{TrialPaused{.trial = 1, .resource = 1}}});
  BOOST_TEST(feeder.store.expect<StudyAdvanced>().trials.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
