// Departures of AsyncSuccessiveHalving from the reference (schedulers/README.md), one case for
// each.

#include <cmath>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "test/unit/schedulers/async_successive_halving_fixture.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(halving_departures)

using Ignored = ReportIgnored::Reason;
using Stopped = StopTrial::Reason;

const double nan = std::numeric_limits<double>::quiet_NaN();

AsyncSuccessiveHalvingOptions with_levels(std::vector<Resource> levels, Resource highest,
                                          Ceiling ceiling = Ceiling::progressive) {
  AsyncSuccessiveHalvingOptions options = HalvingFixture::options(Rule::promotion, ceiling);
  options.rung_levels = std::move(levels);
  options.max_resource = highest;
  return options;
}

AsyncSuccessiveHalvingOptions with_exit(Rule rule, EarlyExit on_early_exit) {
  AsyncSuccessiveHalvingOptions options = HalvingFixture::options(rule);
  options.on_early_exit = on_early_exit;
  return options;
}

struct Stopping : HalvingFixture {
  Stopping() : HalvingFixture(options(Rule::stopping)) {}
};
struct Promotion : HalvingFixture {
  Promotion() : HalvingFixture(options(Rule::promotion)) {}
};
struct Pasha : HalvingFixture {
  Pasha() : HalvingFixture(options(Rule::promotion, Ceiling::progressive)) {}
};
struct OneRung : HalvingFixture {
  OneRung() : HalvingFixture(with_levels({9, 27}, 27)) {}
};
struct TwoRungs : HalvingFixture {
  TwoRungs() : HalvingFixture(with_levels({1, 3}, 9)) {}
};

// README 4.1: one rung is ASHA, two rungs are the top two. README 4.3: pairs are compared at common
// resources.

BOOST_FIXTURE_TEST_CASE(pasha_with_one_rung_is_asha, OneRung) {
  BOOST_TEST(halving.status().ceiling == 27);
  fill({0.1, 0.2, 0.3}, 9);
  BOOST_TEST((offer() == Decision(ResumeTrial{0, 9, 27})));
}

BOOST_FIXTURE_TEST_CASE(pasha_with_two_rungs_starts_at_the_upper_one_and_unlocks_the_maximum,
                        TwoRungs) {
  BOOST_TEST(halving.status().ceiling == 3);
  fill({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
  (void)offer();
  (void)offer();
  (void)report(0, 3, 0.3);
  (void)report(1, 3, 0.2);
  BOOST_TEST((unlocked == std::vector{RungUnlocked{9, 0.0, 1}}));
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 3, 9})));
}

BOOST_FIXTURE_TEST_CASE(a_missing_report_is_no_error_for_epsilon, Pasha) {
  fill({0.10, 0.20, 0.30, 0.40, 0.50, 0.60, 0.70});
  (void)offer();
  (void)offer();
  (void)report(0, 3, 0.10);  // Trial 0 skips resource 2.
  (void)report(1, 2, 0.05);
  (void)report(1, 3, 0.20);
  BOOST_TEST(halving.status().epsilon == 0.0);
  BOOST_TEST(halving.status().ceiling == 3);
}

// README 4.3: with more than 2,000 trials in the window, epsilon compares the best 2,000.

/// Rungs at 9, 10, 11 and R = 12, so 9/10 of the lowest rung passes.
struct Wide : HalvingFixture {
  Wide() : HalvingFixture(with_levels({9, 10, 11}, 12)) { checks_invariants = false; }
};

BOOST_FIXTURE_TEST_CASE(an_unlock_reports_that_epsilon_was_capped, Wide) {
  std::vector<double> metrics;
  for (int i = 0; i < 2'300; ++i) metrics.push_back(i);
  fill(metrics, 9);
  for (TrialId trial = 0; trial < 2'001; ++trial) {
    BOOST_REQUIRE((offer() == Decision(ResumeTrial{trial, 9, 10})));
    BOOST_REQUIRE(!halving.status().epsilon_capped);
    (void)report(trial, 10, trial);
  }
  BOOST_TEST(halving.status().epsilon_capped);
  BOOST_TEST(unlocked.empty());
  BOOST_TEST((offer() == Decision(ResumeTrial{2'001, 9, 10})));
  (void)report(2'001, 10,
               -1);  // The last trial of the lower rung becomes the first of the upper rung.
  BOOST_TEST((unlocked == std::vector{RungUnlocked{11, 0.0, 2'001, true}}));
  BOOST_TEST(!halving.status().epsilon_capped);  // The new window has no trial.
  halving.check_invariants();
}

// README 10, items 1 and 2.

BOOST_FIXTURE_TEST_CASE(a_second_metric_at_a_resource_is_ignored_and_the_first_is_returned,
                        Promotion) {
  fill({0.5, 0.6});
  BOOST_TEST((offer() == Decision(ResumeTrial{0, 1, 3})));
  BOOST_TEST((report(0, 1, 0.4) == Decision(ReportIgnored{0, Ignored::duplicate, 0.5})));
  BOOST_TEST((report(0, 2, 0.3) == Decision(ContinueTrial{0, 3})));
  BOOST_TEST((report(0, 2, 0.9) == Decision(ReportIgnored{0, Ignored::duplicate, 0.3})));
  BOOST_TEST(halving.rungs()[0].entries().at(0).loss == 0.5);
}

BOOST_FIXTURE_TEST_CASE(a_report_of_a_trial_that_does_not_run_is_ignored, Stopping) {
  fill({0.1, 0.9});
  BOOST_TEST((report(1, 2, 0.1) == Decision(ReportIgnored{1, Ignored::not_running, 0})));
  BOOST_TEST((report(7, 1, 0.1) == Decision(ReportIgnored{7, Ignored::not_running, 0})));
}

BOOST_FIXTURE_TEST_CASE(a_late_report_of_a_skipped_resource_changes_no_rung, Stopping) {
  (void)start();
  BOOST_TEST((report(0, 4, 0.5) == Decision(ContinueTrial{0, 9})));
  BOOST_TEST((report(0, 3, 0.1) == Decision(ContinueTrial{0, 9})));
  BOOST_TEST(halving.rungs()[1].entries().at(0).loss == 0.5);
}

// README 10, item 3: metrics that are not finite.

BOOST_FIXTURE_TEST_CASE(a_diverged_trial_stops_even_if_it_is_alone_in_its_rung, Stopping) {
  for (const double bad : {nan, HUGE_VAL, -HUGE_VAL}) {
    const TrialId trial = start();
    BOOST_TEST((report(trial, 1, bad) == Decision(StopTrial{trial, Stopped::below_cutoff})));
  }
  BOOST_TEST((report(start(), 1, 0.9) == Decision(ContinueTrial{3, 3})));
}

BOOST_FIXTURE_TEST_CASE(a_trial_may_diverge_between_rungs, Stopping) {
  (void)start();
  (void)report(0, 1, 0.5);
  BOOST_TEST((report(0, 2, nan) == Decision(ContinueTrial{0, 3})));
}

BOOST_FIXTURE_TEST_CASE(diverged_trials_count_but_are_not_promoted, Promotion) {
  fill({nan, nan, nan});
  BOOST_TEST((offer() == Decision(StartTrial{3, 1})));
  (void)report(3, 1, 0.9);
  BOOST_TEST((offer() == Decision(ResumeTrial{3, 1, 3})));
  BOOST_TEST((offer() == Decision(StartTrial{4, 1})));
}

BOOST_FIXTURE_TEST_CASE(a_diverged_trial_does_not_make_rankings_disagree, Pasha) {
  fill({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
  (void)offer();
  (void)offer();
  (void)report(0, 3, nan);
  (void)report(1, 3, 0.2);
  BOOST_TEST(unlocked.empty());
  BOOST_TEST((in_rung(1) == std::vector<TrialId>{1, 0}));
}

// README 3.4 and README 10, item 4: overshooting and early exits.

BOOST_FIXTURE_TEST_CASE(a_report_beyond_its_milestone_enters_every_rung_it_passed, Stopping) {
  (void)start();
  BOOST_TEST((report(0, 10, 0.5) == Decision(ContinueTrial{0, 27})));
  for (const std::size_t rung : {0U, 1U, 2U}) BOOST_TEST(in_rung(rung).size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_trial_that_overshoots_must_pass_all_its_new_rungs, Stopping) {
  (void)start();
  (void)report(0, 1, 0.1);
  (void)report(0, 2, 0.5);
  (void)report(0, 3, 0.9);
  // Trial 1 is better than trial 0 in the second rung, but worse in the first.
  BOOST_TEST((report(start(), 4, 0.5) == Decision(StopTrial{1, Stopped::below_cutoff})));
  BOOST_TEST((in_rung(1) == std::vector<TrialId>{1, 0}));
}

BOOST_FIXTURE_TEST_CASE(a_report_beyond_the_maximum_ends_the_trial, Stopping) {
  (void)start();
  BOOST_TEST((report(0, 40, 0.5) == Decision(StopTrial{0, Stopped::max_resource})));
  BOOST_TEST(in_rung(2).size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_trial_that_overshot_is_resumed_when_it_passes_each_of_its_rungs,
                        Promotion) {
  BOOST_TEST((report(start(), 4, 0.5) == Decision(PauseTrial{0})));
  fill({0.1, 0.9});
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 1, 3})));
  (void)report(1, 3, 0.1);
  // Trial 0 is second in both rungs, and one trial of each passes: trial 0 blocks no other.
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 3, 9})));
  fill({0.91});
  // Two trials of the lower rung pass now: trial 0 is promoted into the upper rung, where it fails.
  BOOST_TEST((offer() == Decision(StartTrial{4, 1})));
  BOOST_TEST(halving.rungs()[0].entries().at(1).promoted);
  BOOST_TEST(!halving.rungs()[1].entries().at(1).promoted);
  (void)start();
  (void)report(4, 3, 0.95);
  (void)report(5, 3, 0.96);
  BOOST_TEST((offer() == Decision(ResumeTrial{0, 4, 9})));
}

struct Held : HalvingFixture {
  Held() : HalvingFixture(with_exit(Rule::promotion, EarlyExit::hold)) {}
};
struct Dropped : HalvingFixture {
  Dropped() : HalvingFixture(with_exit(Rule::promotion, EarlyExit::drop)) {}
};

BOOST_FIXTURE_TEST_CASE(the_last_metric_of_an_early_exit_holds_up_to_the_maximum, Held) {
  fill({0.1, 0.2, 0.3, 0.4});
  (void)offer();
  (void)report(0, 2, 0.15);
  BOOST_TEST(halving.on(TrialCompleted{0}).empty());
  BOOST_TEST((in_rung(1) == std::vector<TrialId>{0}));
  BOOST_TEST((in_rung(2) == std::vector<TrialId>{0}));
  BOOST_TEST(halving.rungs()[2].entries().at(0).loss == 0.15);
  // Trial 0 has completed: it is not resumed and blocks no other.
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 1, 3})));
  (void)report(1, 3, 0.12);
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 3, 9})));
}

BOOST_FIXTURE_TEST_CASE(an_early_exit_may_be_dropped_instead, Dropped) {
  fill({0.1, 0.2});
  (void)offer();
  (void)report(0, 2, 0.15);
  BOOST_TEST(halving.on(TrialCompleted{0}).empty());
  BOOST_TEST(in_rung(0).size() == 2u);
  BOOST_TEST(in_rung(1).empty());
}

BOOST_FIXTURE_TEST_CASE(a_trial_that_completes_without_a_report_enters_no_rung, Held) {
  (void)start();
  BOOST_TEST(halving.on(TrialCompleted{0}).empty());
  BOOST_TEST(in_rung(0).empty());
  BOOST_TEST((report(0, 1, 0.1) == Decision(ReportIgnored{0, Ignored::not_running, 0})));
}

// README 10, item 5: failures.

BOOST_FIXTURE_TEST_CASE(a_failed_trial_stays_in_its_rungs_and_blocks_no_other, Promotion) {
  fill({0.1, 0.2, 0.3, 0.4, 0.5});
  (void)offer();
  BOOST_TEST(halving.on(TrialFailed{0}).empty());
  BOOST_TEST((in_rung(0) == std::vector<TrialId>{0, 1, 2, 3, 4}));
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 1, 3})));
}

BOOST_FIXTURE_TEST_CASE(a_paused_trial_that_fails_is_not_promoted, Promotion) {
  fill({0.1, 0.2, 0.3, 0.4});
  BOOST_TEST(halving.on(TrialFailed{0}).empty());
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 1, 3})));
  BOOST_TEST(halving.on(TrialFailed{99}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
