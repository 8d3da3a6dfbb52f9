#include "schedulers/rungs/rung_agreement.hpp"

#include <limits>

#include <boost/test/unit_test.hpp>

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(rung_agreement)

BOOST_AUTO_TEST_CASE(neighbouring_levels_are_compared_over_the_trials_that_reached_both) {
  RungAgreement agreement({1, 3, 9});
  for (TrialId trial = 0; trial < 8; ++trial) {
    agreement.report(trial, 1, trial);
    if (trial % 2 == 0) agreement.report(trial, 3, 10.0 + trial);  // The same order.
  }
  for (const TrialId trial : {0U, 2U}) agreement.report(trial, 9, -static_cast<double>(trial));
  const auto pairs = agreement.pairs();
  BOOST_REQUIRE(pairs.size() == 2u);
  BOOST_TEST(pairs[0].lower == 1);
  BOOST_TEST(pairs[0].upper == 3);
  BOOST_TEST(pairs[0].trials == 4u);
  BOOST_TEST(pairs[0].correlation.value().value == 1.0);
  BOOST_TEST(pairs[1].trials == 2u);
  BOOST_TEST(!pairs[1].correlation.has_value());  // Too few.
  BOOST_TEST(agreement.lowest_pair().value().trials == 4u);
}

BOOST_AUTO_TEST_CASE(a_report_beyond_a_level_counts_there_and_later_ones_do_not) {
  RungAgreement agreement({2, 4});
  for (TrialId trial = 0; trial < 4; ++trial) {
    agreement.report(trial, 1, 100);
    agreement.report(trial, 3, trial);
    agreement.report(trial, 3, -1.0 * trial);
    agreement.report(trial, 5, trial);
  }
  BOOST_TEST(agreement.lowest_pair().value().correlation.value().value == 1.0);
}

BOOST_AUTO_TEST_CASE(metrics_that_are_not_finite_are_left_out) {
  RungAgreement agreement({1, 2});
  for (TrialId trial = 0; trial < 5; ++trial) {
    agreement.report(trial, 1, trial == 0 ? std::numeric_limits<double>::quiet_NaN() : trial);
    agreement.report(trial, 2, trial);
  }
  BOOST_TEST(agreement.lowest_pair().value().trials == 4u);
}

BOOST_AUTO_TEST_CASE(without_two_levels_nothing_is_compared) {
  RungAgreement agreement({5});
  agreement.report(0, 5, 1);
  BOOST_TEST(agreement.pairs().empty());
  BOOST_TEST(!agreement.lowest_pair().has_value());
  BOOST_TEST(agreement.trials_in_lowest_pair() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
