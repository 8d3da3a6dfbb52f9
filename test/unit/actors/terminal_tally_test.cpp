#include <boost/test/unit_test.hpp>

#include "actors/terminal/study_progress.hpp"
#include "test/unit/actors/terminal_kit.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(terminal_tally)

BOOST_AUTO_TEST_CASE(counts_each_trial_once_in_the_state_it_is_in) {
  StudyProgress tally(digits_outline());
  for (const TrialId trial : {0U, 1U, 2U, 3U, 4U}) tally.on(start(trial));
  tally.on(TrialPaused{0, 0, 3});
  tally.on(TrialStopped{0, 1, 1, "below the cutoff"});
  tally.on(TrialCompleted{0, 2, 27});
  tally.on(TrialFailed{0, 3, 1, "exit code 1", "", TrialFailed::Then::retry});
  BOOST_TEST(tally.started() == 5u);
  BOOST_TEST(tally.count(TrialState::running) == 1u);
  BOOST_TEST(tally.count(TrialState::paused) == 1u);
  BOOST_TEST(tally.count(TrialState::stopped) == 1u);
  BOOST_TEST(tally.count(TrialState::completed) == 1u);
  BOOST_TEST(tally.count(TrialState::pending) == 1u);
  tally.on(TrialPromoted{0, 0, 2, 3, 9, "n1"});
  tally.on(TrialStarted{0, 3, 2, 0, 3, "n1", {}});
  BOOST_TEST(tally.started() == 5u);
  BOOST_TEST(tally.count(TrialState::running) == 3u);
  BOOST_TEST(tally.count(TrialState::paused) == 0u);
  tally.on(TrialFailed{0, 3, 2, "exit code 1", "", TrialFailed::Then::give_up});
  BOOST_TEST(tally.count(TrialState::failed) == 1u);
  BOOST_TEST(tally.running().size() == 2u);
}

BOOST_AUTO_TEST_CASE(counts_resource_once_although_a_restarted_trial_reports_it_again) {
  StudyProgress tally(digits_outline());
  tally.on(start(0));
  for (const Resource epoch : {1, 2, 3, 4, 2, 3, 4, 5}) tally.on(report(0, epoch));
  BOOST_TEST(tally.spent() == 5);
  BOOST_TEST(tally.running().front().resource == 5);
}

BOOST_AUTO_TEST_CASE(a_report_that_skips_a_rung_has_reached_it) {
  StudyProgress tally(digits_outline());
  tally.on(start(0));
  tally.on(start(1));
  tally.on(report(0, 10));
  tally.on(report(1, 1));
  BOOST_TEST((tally.reached() == std::vector<std::size_t>{2, 1, 1, 0}));
}

BOOST_AUTO_TEST_CASE(the_ceiling_is_where_the_last_unlock_put_it) {
  StudyProgress tally(digits_outline());
  BOOST_TEST(tally.ceiling() == 3);
  BOOST_TEST(!tally.epsilon().has_value());
  tally.on(RungUnlocked{0, 9, 0.25, 4});
  BOOST_TEST(tally.ceiling() == 9);
  BOOST_TEST(tally.epsilon().value() == 0.25);
  BOOST_TEST(tally.resource_max() == 27);
}

BOOST_AUTO_TEST_CASE(without_a_progressive_ceiling_it_is_the_maximum) {
  StudyOutline outline = digits_outline();
  outline.ceiling.reset();
  BOOST_TEST(StudyProgress(outline).ceiling() == 27);
}

BOOST_AUTO_TEST_CASE(takes_a_report_of_a_trial_whose_start_it_did_not_see) {
  StudyProgress tally(digits_outline());
  tally.on(report(7, 2));
  BOOST_TEST(tally.count(TrialState::running) == 1u);
  BOOST_TEST(tally.spent() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
