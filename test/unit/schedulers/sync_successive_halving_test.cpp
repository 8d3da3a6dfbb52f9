#include "schedulers/sync_successive_halving.hpp"

#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "test/unit/schedulers/scheduler_fixture.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(sync_halving)

const double nan = std::numeric_limits<double>::quiet_NaN();

SyncSuccessiveHalvingOptions options(std::optional<std::uint32_t> brackets) {
  return {.max_resource = 9, .reduction_factor = 3, .brackets = brackets};
}

/// Rungs of 9 places at 1, 3 at 3 and 1 at 9.
struct Halving1 : SchedulerFixture<SyncSuccessiveHalving> {
  Halving1() : SchedulerFixture(options(1)) {}

  void fill(const std::vector<double>& metrics) {
    for (std::size_t i = 0; i < metrics.size(); ++i) (void)start();
    for (TrialId trial = 0; trial < metrics.size(); ++trial)
      BOOST_TEST((report(trial, 1, metrics[trial]) == Decision(PauseTrial{trial})));
  }
};
struct Hyperband : SchedulerFixture<SyncSuccessiveHalving> {
  Hyperband() : SchedulerFixture(options({})) {}
};
struct Dropping : SchedulerFixture<SyncSuccessiveHalving> {
  Dropping()
      : SchedulerFixture(SyncSuccessiveHalvingOptions{.max_resource = 3,
                                                      .reduction_factor = 3,
                                                      .brackets = 1,
                                                      .on_early_exit = EarlyExit::drop}) {}
};

BOOST_AUTO_TEST_CASE(brackets_have_the_sizes_of_hyperband) {
  using Rungs = std::vector<RungSize>;
  const auto all = bracket_rungs({.max_resource = 81, .reduction_factor = 3});
  BOOST_REQUIRE_EQUAL(all.size(), 5u);
  BOOST_TEST((all[0] == Rungs{{1, 81}, {3, 27}, {9, 9}, {27, 3}, {81, 1}}));
  BOOST_TEST((all[1] == Rungs{{3, 34}, {9, 12}, {27, 4}, {81, 2}}));
  BOOST_TEST((all[4] == Rungs{{81, 5}}));
  BOOST_TEST(bracket_rungs({.max_resource = 81, .brackets = 2}).size() == 2u);
  BOOST_TEST(bracket_rungs({.max_resource = 81, .brackets = 20}).size() == 5u);
}

BOOST_AUTO_TEST_CASE(each_bad_option_is_named) {
  const auto complaints = [](const SyncSuccessiveHalvingOptions& options) {
    std::string names;
    for (const auto& problem : problems(options)) names += std::string(problem.option) + " ";
    return names;
  };
  BOOST_TEST(complaints({.max_resource = 9}) == "");
  BOOST_TEST(complaints({.max_resource = 1}) == "max_resource ");
  BOOST_TEST(complaints({.max_resource = 9, .grace_period = 0}) == "grace_period ");
  BOOST_TEST(complaints({.max_resource = 9, .reduction_factor = 1.5}) == "reduction_factor ");
  BOOST_TEST(complaints({.max_resource = 9, .brackets = 0}) == "brackets ");
  BOOST_TEST(complaints({.max_resource = 100'000'000}) == "max_resource ");
}

BOOST_FIXTURE_TEST_CASE(a_full_rung_promotes_its_best_trials_in_the_order_of_their_ranks,
                        Halving1) {
  fill({0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.6, 0.4, 0.5});
  for (const TrialId trial : {1U, 3U, 5U})
    BOOST_TEST((offer() == Decision(ResumeTrial{trial, 1, 3})));
  BOOST_TEST((report(1, 2, 0.1) == Decision(ContinueTrial{1, 3})));
  (void)report(1, 3, 0.5);
  (void)report(3, 3, 0.4);
  (void)report(5, 3, 0.6);
  BOOST_TEST((offer() == Decision(ResumeTrial{3, 3, 9})));
  BOOST_TEST((report(3, 9, 0.1) == Decision(StopTrial{3, StopTrial::Reason::max_resource})));
  BOOST_TEST(scheduler.brackets()[0].finished);
}

BOOST_FIXTURE_TEST_CASE(ties_keep_the_order_of_places, Halving1) {
  fill({0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5});
  for (const TrialId trial : {0U, 1U, 2U})
    BOOST_TEST((offer() == Decision(ResumeTrial{trial, 1, 3})));
}

BOOST_FIXTURE_TEST_CASE(a_free_worker_opens_the_next_bracket_while_a_rung_waits, Halving1) {
  for (int i = 0; i < 9; ++i) (void)start();
  BOOST_TEST((offer() == Decision(StartTrial{9, 1, 1})));
  for (TrialId trial = 0; trial < 9; ++trial) (void)report(trial, 1, 0.1 * trial);
  // The older bracket is served first.
  BOOST_TEST((offer() == Decision(ResumeTrial{0, 1, 3, 0})));
}

BOOST_FIXTURE_TEST_CASE(brackets_are_cycled_without_end, Hyperband) {
  for (int i = 0; i < 9; ++i) (void)start();
  BOOST_TEST((offer() == Decision(StartTrial{9, 3, 1})));
  for (int i = 1; i < 5; ++i) (void)start();
  BOOST_TEST((offer() == Decision(StartTrial{14, 9, 2})));
  (void)start();
  (void)start();
  BOOST_TEST((offer() == Decision(StartTrial{17, 1, 3})));
}

BOOST_FIXTURE_TEST_CASE(failed_trials_are_not_promoted_while_enough_others_remain, Halving1) {
  for (int i = 0; i < 9; ++i) (void)start();
  fail(0);
  (void)report(1, 1, nan);
  for (TrialId trial = 2; trial < 9; ++trial) (void)report(trial, 1, 1.0 - 0.1 * trial);
  for (const TrialId trial : {8U, 7U, 6U})
    BOOST_TEST((offer() == Decision(ResumeTrial{trial, 1, 3})));
}

BOOST_FIXTURE_TEST_CASE(
    too_few_finite_trials_are_promoted_in_the_order_of_places_before_failed_ones, Halving1) {
  for (int i = 0; i < 9; ++i) (void)start();
  for (const TrialId trial : {0U, 1U, 2U, 4U, 5U, 6U, 8U}) fail(trial);
  (void)report(3, 1, 0.9);
  (void)report(7, 1, 0.1);
  BOOST_TEST((offer() == Decision(ResumeTrial{3, 1, 3})));
  BOOST_TEST((offer() == Decision(ResumeTrial{7, 1, 3})));
  BOOST_TEST(std::holds_alternative<StartTrial>(offer()));  // The failed trial is not run again.
  (void)report(3, 3, 0.5);
  (void)report(7, 3, 0.6);
  BOOST_TEST((offer() == Decision(ResumeTrial{3, 3, 9})));
}

BOOST_FIXTURE_TEST_CASE(a_bracket_whose_trials_all_failed_is_finished, Halving1) {
  for (int i = 0; i < 9; ++i) (void)start();
  for (TrialId trial = 0; trial < 9; ++trial) fail(trial);
  BOOST_TEST(scheduler.brackets()[0].finished);
  BOOST_TEST((offer() == Decision(StartTrial{9, 1, 1})));
}

BOOST_FIXTURE_TEST_CASE(without_new_trials_free_places_are_skipped_until_the_rung_is_full,
                        Halving1) {
  for (int i = 0; i < 7; ++i) (void)start();
  BOOST_TEST((offer_promotions() == Decision(SlotSkipped{1, 0})));
  BOOST_TEST((offer_promotions() == Decision(SlotSkipped{1, 0})));
  BOOST_TEST(std::holds_alternative<Wait>(offer_promotions()));
  for (TrialId trial = 0; trial < 7; ++trial) (void)report(trial, 1, 0.1 * trial);
  BOOST_TEST((offer_promotions() == Decision(ResumeTrial{0, 1, 3})));
}

BOOST_FIXTURE_TEST_CASE(no_bracket_is_opened_without_new_trials, Halving1) {
  for (int i = 0; i < 9; ++i) (void)start();
  const auto wait = std::get<Wait>(offer_promotions());
  BOOST_TEST(wait.reason.find("9 are running") != std::string::npos);
  BOOST_TEST(scheduler.brackets().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_report_beyond_the_milestone_counts_in_the_rungs_above_too, Halving1) {
  for (int i = 0; i < 9; ++i) (void)start();
  BOOST_TEST((report(0, 4, 0.01) == Decision(PauseTrial{0})));
  for (TrialId trial = 1; trial < 9; ++trial) (void)report(trial, 1, 0.1 * trial);
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 1, 3})));
  BOOST_TEST((offer() == Decision(ResumeTrial{2, 1, 3})));
  (void)report(1, 3, 0.5);
  (void)report(2, 3, 0.5);
  BOOST_TEST((offer() == Decision(ResumeTrial{0, 4, 9})));
}

BOOST_FIXTURE_TEST_CASE(the_last_metric_of_an_early_exit_counts_in_the_rungs_above, Halving1) {
  for (int i = 0; i < 9; ++i) (void)start();
  for (TrialId trial = 1; trial < 9; ++trial) (void)report(trial, 1, 0.1 * trial);
  fail(0);
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 1, 3})));
  (void)report(1, 2, 0.05);
  complete(1);
  BOOST_TEST((offer() == Decision(ResumeTrial{2, 1, 3})));
  BOOST_TEST((offer() == Decision(ResumeTrial{3, 1, 3})));
  (void)report(2, 3, 0.5);
  (void)report(3, 3, 0.5);
  BOOST_TEST(scheduler.brackets()[0].finished);  // Trial 1 is the best and reported 9.
}

BOOST_FIXTURE_TEST_CASE(an_early_exit_may_be_dropped_instead, Dropping) {
  for (int i = 0; i < 3; ++i) (void)start();
  complete(0);
  (void)report(1, 1, 0.5);
  (void)report(2, 1, 0.6);
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 1, 3})));
}

BOOST_FIXTURE_TEST_CASE(duplicates_and_reports_of_trials_that_do_not_run_are_ignored, Halving1) {
  using Reason = ReportIgnored::Reason;
  (void)start();
  BOOST_TEST((report(5, 1, 0.5) == Decision(ReportIgnored{5, Reason::not_running})));
  (void)report(0, 1, 0.5);
  BOOST_TEST((report(0, 2, 0.1) == Decision(ReportIgnored{0, Reason::not_running})));
  BOOST_TEST((report(0, 1, 0.1) == Decision(ReportIgnored{0, Reason::not_running})));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
