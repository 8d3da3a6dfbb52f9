#include "actors/terminal/study_progress.hpp"

#include <boost/test/unit_test.hpp>

#include "test/unit/actors/terminal_kit.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_progress)

BOOST_AUTO_TEST_CASE(counts_each_trial_once_in_the_state_it_is_in) {
  StudyProgress progress(digits_outline());
  for (const TrialId trial : {0U, 1U, 2U, 3U, 4U}) progress.on(start(trial));
  progress.on(TrialPaused{0, 0, 3});
  progress.on(TrialStopped{0, 1, 1, "below the cutoff"});
  progress.on(TrialCompleted{0, 2, 27});
  progress.on(TrialFailed{0, 3, 1, "exit code 1", "", TrialFailed::Then::retry});
  BOOST_TEST(progress.started() == 5u);
  BOOST_TEST(progress.count(TrialState::running) == 1u);
  BOOST_TEST(progress.count(TrialState::paused) == 1u);
  BOOST_TEST(progress.count(TrialState::stopped) == 1u);
  BOOST_TEST(progress.count(TrialState::completed) == 1u);
  BOOST_TEST(progress.count(TrialState::pending) == 1u);
  progress.on(TrialPromoted{0, 0, 2, 3, 9, "n1"});
  progress.on(TrialStarted{0, 3, 2, 0, 3, "n1", {}});
  BOOST_TEST(progress.started() == 5u);
  BOOST_TEST(progress.count(TrialState::running) == 3u);
  BOOST_TEST(progress.count(TrialState::paused) == 0u);
  progress.on(TrialFailed{0, 3, 2, "exit code 1", "", TrialFailed::Then::give_up});
  BOOST_TEST(progress.count(TrialState::failed) == 1u);
  BOOST_TEST(progress.running().size() == 2u);
}

BOOST_AUTO_TEST_CASE(counts_resource_once_although_a_restarted_trial_reports_it_again) {
  StudyProgress progress(digits_outline());
  progress.on(start(0));
  for (const Resource epoch : {1, 2, 3, 4, 2, 3, 4, 5}) progress.on(report(0, epoch));
  BOOST_TEST(progress.spent() == 5);
  BOOST_TEST(progress.running().front().resource == 5);
}

BOOST_AUTO_TEST_CASE(a_report_that_skips_a_rung_has_reached_it) {
  StudyProgress progress(digits_outline());
  progress.on(start(0));
  progress.on(start(1));
  progress.on(report(0, 10));
  progress.on(report(1, 1));
  BOOST_TEST((progress.reached() == std::vector<std::size_t>{2, 1, 1, 0}));
}

BOOST_AUTO_TEST_CASE(the_ceiling_is_where_the_last_unlock_put_it) {
  StudyProgress progress(digits_outline());
  BOOST_TEST(progress.ceiling() == 3);
  BOOST_TEST(!progress.epsilon().has_value());
  progress.on(RungUnlocked{0, 9, 0.25, 4});
  BOOST_TEST(progress.ceiling() == 9);
  BOOST_TEST(progress.epsilon().value() == 0.25);
  BOOST_TEST(progress.resource_max() == 27);
}

BOOST_AUTO_TEST_CASE(without_a_progressive_ceiling_it_is_the_maximum) {
  StudyOutline outline = digits_outline();
  outline.ceiling.reset();
  BOOST_TEST(StudyProgress(outline).ceiling() == 27);
}

BOOST_AUTO_TEST_CASE(takes_a_report_of_a_trial_whose_start_it_did_not_see) {
  StudyProgress progress(digits_outline());
  progress.on(report(7, 2));
  BOOST_TEST(progress.count(TrialState::running) == 1u);
  BOOST_TEST(progress.spent() == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
