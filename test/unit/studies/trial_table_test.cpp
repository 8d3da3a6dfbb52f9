#include "actors/study/trial_table.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(trial_table)

/// Adds a trial whose first attempt runs.
TrialRecord& add_running(TrialTable& trials, schedulers::TrialId id) {
  TrialRecord& trial = trials.add(id, {}, 1);
  trial.attempt = 1;
  return trial;
}

BOOST_AUTO_TEST_CASE(counts_each_trial_in_the_group_of_its_state) {
  TrialTable trials;
  for (schedulers::TrialId id = 0; id < 6; ++id) (void)add_running(trials, id);
  BOOST_TEST(trials.counts().started == 6u);
  BOOST_TEST(trials.counts().running == 6u);
  trials.move_to(trials.at(0), TrialState::paused);
  trials.move_to(trials.at(1), TrialState::pending);
  trials.move_to(trials.at(2), TrialState::stopped);
  trials.move_to(trials.at(3), TrialState::completed);
  trials.move_to(trials.at(4), TrialState::failed);
  BOOST_TEST(
      (trials.counts() ==
       TrialCounts{
           .started = 6, .running = 1, .paused = 2, .stopped = 1, .completed = 1, .failed = 1}));
  trials.check_invariants();
}

BOOST_AUTO_TEST_CASE(the_lowest_pending_trial_is_restarted_first) {
  TrialTable trials;
  for (schedulers::TrialId id = 0; id < 3; ++id) (void)add_running(trials, id);
  BOOST_TEST(!trials.next_restart().has_value());
  trials.move_to(trials.at(2), TrialState::pending);
  trials.move_to(trials.at(1), TrialState::pending);
  BOOST_TEST(trials.next_restart().value() == 1u);
  trials.move_to(trials.at(1), TrialState::running);
  BOOST_TEST(trials.next_restart().value() == 2u);
  trials.move_to(trials.at(2), TrialState::stopped);
  BOOST_TEST(!trials.next_restart().has_value());
  trials.check_invariants();
}

BOOST_AUTO_TEST_CASE(only_the_latest_attempt_of_a_trial_with_a_process_is_current) {
  TrialTable trials;
  TrialRecord& trial = add_running(trials, 0);
  trial.attempt = 2;
  BOOST_TEST(trials.current(0, 2) == &trial);
  BOOST_TEST(trials.current(0, 1) == nullptr);
  BOOST_TEST(trials.current(1, 1) == nullptr);
  trial.next_state = TrialState::paused;
  BOOST_TEST(trials.current(0, 2) == &trial);  // Its process is still there.
  trials.move_to(trial, TrialState::paused);
  BOOST_TEST(trials.current(0, 2) == nullptr);
  BOOST_TEST(!trial.next_state.has_value());
}

BOOST_AUTO_TEST_CASE(trials_are_numbered_in_the_order_of_their_start) {
  TrialTable trials;
  BOOST_CHECK_THROW((void)trials.add(1, {}, 1), CheckFailure);
  (void)trials.add(0, {}, 1);
  BOOST_CHECK_THROW((void)trials.add(0, {}, 1), CheckFailure);
}

BOOST_AUTO_TEST_CASE(a_state_that_was_changed_behind_its_back_is_found) {
  TrialTable trials;
  TrialRecord& trial = add_running(trials, 0);
  trials.check_invariants();
  trial.state = TrialState::completed;
  BOOST_CHECK_THROW(trials.check_invariants(), CheckFailure);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
