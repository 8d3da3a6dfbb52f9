// What asynchronous successive halving has beyond the reference: README 4.6 and 6.3.

#include <boost/test/unit_test.hpp>

#include "test/unit/schedulers/async_successive_halving_fixture.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(halving_additions)

using Stopped = StopTrial::Reason;

struct Spending : HalvingFixture {
  static AsyncSuccessiveHalvingOptions spending() {
    auto options = HalvingFixture::options(Rule::promotion, Ceiling::progressive);
    options.spend = 1;
    return options;
  }
  Spending() : HalvingFixture(spending()) {}
};

BOOST_FIXTURE_TEST_CASE(the_ceiling_rises_once_the_next_level_was_spent, Spending) {
  fill({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
  BOOST_TEST((offer() == Decision(ResumeTrial{0, 1, 3})));
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 1, 3})));
  (void)report(0, 2, 0.1);
  BOOST_TEST(unlocked.empty());  // 8 units were spent.
  (void)report(0, 3, 0.1);
  BOOST_TEST((unlocked == std::vector{RungUnlocked{9, 0.0, 0, false, 9}}));
  (void)report(1, 3, 0.2);
  BOOST_TEST(unlocked.empty());  // The next step, to R, costs 27.
  BOOST_TEST(halving.status().ceiling == 9);
}

BOOST_FIXTURE_TEST_CASE(a_resource_that_is_reported_again_is_spent_once, Spending) {
  fill({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8});
  (void)report(0, 1, 0.1);  // Ignored: it is a duplicate.
  BOOST_TEST(unlocked.empty());
  BOOST_TEST(halving.status().ceiling == 3);
  (void)offer();
  (void)report(0, 2, 0.1);
  BOOST_TEST(halving.status().ceiling == 9);
}

BOOST_FIXTURE_TEST_CASE(the_ceiling_rises_one_step_a_report_until_it_is_the_maximum, Spending) {
  fill(std::vector<double>(100, 0.5));  // All agree.
  BOOST_TEST(halving.status().ceiling == 27);
}

struct Champion : HalvingFixture {
  static AsyncSuccessiveHalvingOptions champion(std::uint32_t champions, double tolerance) {
    auto options = HalvingFixture::options(Rule::stopping);
    options.incumbents = {0, 1, 2};
    options.champions = champions;
    options.tolerance = tolerance;
    return options;
  }
  Champion() : HalvingFixture(champion(1, 0)) {}
};

BOOST_FIXTURE_TEST_CASE(the_best_incumbent_of_a_rung_goes_on_whatever_the_cutoff_is, Champion) {
  for (TrialId trial = 0; trial < 9; ++trial) (void)start();
  for (const TrialId trial : {3U, 4U, 5U}) (void)report(trial, 1, 0.1);
  BOOST_TEST((report(0, 1, 0.5) == Decision(ContinueTrial{0, 3})));  // The only incumbent so far.
  BOOST_TEST((raised == std::vector{HurdleRaised{0, 1, 0.5}}));
  BOOST_TEST((report(1, 1, 0.6) == Decision(StopTrial{1, Stopped::below_cutoff})));
  BOOST_TEST((report(2, 1, 0.4) == Decision(ContinueTrial{2, 3})));
  BOOST_TEST((report(2, 3, 0.4) == Decision(ContinueTrial{2, 9})));
  BOOST_TEST((report(6, 1, 0.45) == Decision(StopTrial{6, Stopped::below_cutoff})));
}

BOOST_AUTO_TEST_CASE(a_metric_may_be_worse_than_the_hurdle_by_the_tolerance) {
  for (const Mode mode : {Mode::min, Mode::max}) {
    auto options = Champion::champion(0, 0.25);
    options.mode = mode;
    options.incumbents = {0};
    HalvingFixture study(options);
    const double sign = mode == Mode::min ? 1 : -1;
    for (TrialId trial = 0; trial < 9; ++trial) (void)study.start();
    (void)study.report(0, 1, 0.5);
    for (const TrialId trial : {5U, 6U, 7U, 8U})
      (void)study.report(trial, 1, 0.5 + sign);  // Worse.
    BOOST_TEST((study.report(1, 1, 0.5 + sign * 0.125) == Decision(ContinueTrial{1, 3})));
    BOOST_TEST((study.report(2, 1, 0.5 + sign * 0.126) != Decision(ContinueTrial{2, 3})));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
