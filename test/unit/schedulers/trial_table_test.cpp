#include "schedulers/rungs/trial_table.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(trial_table)

BOOST_AUTO_TEST_CASE(counts_the_running_and_the_paused_trials) {
  TrialTable table;
  for (TrialId trial = 0; trial < 5; ++trial) BOOST_TEST(table.start() == trial);
  table.pause(0);
  table.pause(1);
  table.resume(1);
  table.stop(2);
  table.complete(3);
  table.fail(0);
  BOOST_TEST(table.started() == 5u);
  BOOST_TEST(table.running() == 2u);
  BOOST_TEST(table.paused() == 0u);
  BOOST_TEST(table.is(0, TrialState::failed));
  BOOST_TEST(table.is(2, TrialState::stopped));
  BOOST_TEST(table.is(3, TrialState::completed));
  table.check_invariants();
}

BOOST_AUTO_TEST_CASE(a_transition_from_another_state_fails_a_check) {
  TrialTable table;
  BOOST_CHECK_THROW(table.resume(0), CheckFailure);  // Not started.
  (void)table.start();
  BOOST_CHECK_THROW(table.resume(0), CheckFailure);
  table.pause(0);
  BOOST_CHECK_THROW(table.pause(0), CheckFailure);
  BOOST_CHECK_THROW(table.complete(0), CheckFailure);
}

BOOST_AUTO_TEST_CASE(ignores_duplicates_and_reports_of_trials_that_do_not_run) {
  using Reason = ReportIgnored::Reason;
  TrialTable table;
  (void)table.start();
  BOOST_TEST(!table.record({0, 2, 0.5}));
  BOOST_TEST((table.record({0, 2, 0.7}) == ReportIgnored{0, Reason::duplicate, 0.5}));
  BOOST_TEST(!table.record({0, 1, 0.9}));
  BOOST_TEST(table.last(0)->resource == 2);
  BOOST_TEST(table.last(0)->metric == 0.5);
  table.pause(0);
  BOOST_TEST((table.record({0, 3, 0.1}) == ReportIgnored{0, Reason::not_running, 0}));
  BOOST_TEST((table.record({7, 1, 0.1}) == ReportIgnored{7, Reason::not_running, 0}));
  BOOST_TEST(!table.curves()[0].at(3));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
