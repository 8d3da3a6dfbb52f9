#include "actors/study/study_totals.hpp"

#include <cmath>

#include <boost/test/unit_test.hpp>

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_totals)

using Outcome = StudyFinished::Outcome;

Reported report(schedulers::Resource resource, double metric, schedulers::Config values = {}) {
  return {.trial = 0,
          .attempt = 1,
          .resource = resource,
          .metric = metric,
          .values = std::move(values)};
}

std::string reason(const StudyTotals& totals, const TrialCounts& trials = {}) {
  const auto reached = totals.reached(trials);
  return reached ? reached->reason : "";
}

BOOST_AUTO_TEST_CASE(each_report_is_charged_the_resource_since_the_last_one) {
  StudyTotals totals({}, 0);
  TrialRecord trial;
  trial.reported = 2;
  totals.charge(trial, report(5, 0.5));
  BOOST_TEST(totals.resource_spent() == 3);
  BOOST_TEST(trial.reported == 5);
  BOOST_TEST(trial.reports == 1u);
}

BOOST_AUTO_TEST_CASE(a_program_that_counts_from_an_older_checkpoint_is_charged_one_unit_a_report) {
  StudyTotals totals({}, 0);
  TrialRecord trial;
  trial.reported = 5;
  totals.charge(trial, report(3, 0.5));
  totals.charge(trial, report(3, 0.5));
  totals.charge(trial, report(4, 0.5));
  BOOST_TEST(totals.resource_spent() == 3);
}

BOOST_AUTO_TEST_CASE(the_cost_of_a_process_counts_as_far_as_it_grew) {
  StudyTotals totals({.cost_max = 10, .cost_attr = "price"}, 0);
  TrialRecord trial;
  totals.charge(trial, report(1, 0.5, {{"price", 4.0}}));
  totals.charge(trial, report(2, 0.5, {{"price", std::int64_t{9}}, {"other", 100.0}}));
  BOOST_TEST(reason(totals) == "");
  totals.charge(trial, report(3, 0.5, {{"price", std::nan("")}}));
  totals.charge(trial, report(4, 0.5, {{"price", 8.0}}));  // Less than before: costs nothing.
  BOOST_TEST(reason(totals) == "");
  totals.charge(trial, report(5, 0.5, {{"price", 9.5}}));
  BOOST_TEST(reason(totals) == "the cost reached 10.5");
}

BOOST_AUTO_TEST_CASE(a_bound_on_the_number_of_evaluations_is_exact) {
  StudyTotals totals({.evaluations_max = 2}, 0);
  totals.count(report(1, 0.5));
  BOOST_TEST(reason(totals) == "");
  totals.count(report(1, 0.5));
  BOOST_TEST(reason(totals) == "2 reports were made");
}

BOOST_AUTO_TEST_CASE(bounds_on_trials_count_the_states_that_they_name) {
  const StudyTotals completed({.trials_completed_max = 2}, 5);
  BOOST_TEST(reason(completed, {.started = 9, .stopped = 3, .completed = 1}) == "");
  BOOST_TEST(reason(completed, {.started = 9, .completed = 2}) == "2 trials completed");
  BOOST_TEST(reason(StudyTotals({.trials_completed_max = 1}, 5), {.started = 9, .completed = 1}) ==
             "1 trial completed");
  BOOST_TEST(reason(StudyTotals({.trials_finished_max = 1}, 5), {.started = 9, .stopped = 1}) ==
             "1 trial finished");
  const StudyTotals finished({.trials_finished_max = 3}, 5);
  BOOST_TEST(reason(finished, {.started = 9, .stopped = 1, .completed = 1}) == "");
  BOOST_TEST(reason(finished, {.started = 9, .stopped = 1, .completed = 1, .failed = 1}) ==
             "3 trials finished");
}

BOOST_AUTO_TEST_CASE(more_failures_than_allowed_fail_the_study_before_any_other_bound) {
  StudyTotals totals({.evaluations_max = 1}, 1);
  totals.count(report(1, 0.5));
  BOOST_TEST(reason(totals, {.started = 2, .failed = 1}) == "1 report was made");
  const auto reached = totals.reached({.started = 2, .failed = 2});
  BOOST_REQUIRE(reached.has_value());
  BOOST_TEST((reached->outcome == Outcome::failed));
  BOOST_TEST(reached->reason == "2 trials failed (max_failures: 1)");
}

BOOST_AUTO_TEST_CASE(a_metric_at_the_bound_ends_the_study) {
  StudyTotals low({.metric_min = 0.25}, 0);
  low.count(report(1, 0.26));
  BOOST_TEST(reason(low) == "");
  low.count(report(1, std::nan("")));
  BOOST_TEST(reason(low) == "");
  low.count(report(1, 0.25));
  BOOST_TEST(reason(low) == "a metric of 0.25 was reached");
  StudyTotals high({.metric_max = 3.0}, 0);
  high.count(report(1, 3));
  BOOST_TEST(reason(high) == "a metric of 3 was reached");
}

BOOST_AUTO_TEST_CASE(bounds_that_are_raised_are_compared_with_the_totals_so_far) {
  StudyTotals totals({.metric_min = 0.25}, 0);
  totals.count(report(1, 0.25));
  totals.expire(60);
  BOOST_TEST(reason(totals) == "a metric of 0.25 was reached");
  totals.set_bounds({.wallclock_s_max = 60.0, .metric_min = 0.1}, 2);
  BOOST_TEST(reason(totals) == "max_wallclock_time of 60 s is over");
  totals.set_bounds({.wallclock_s_max = 90.0, .metric_min = 0.1}, 2);
  BOOST_TEST(reason(totals) == "");
  BOOST_TEST(reason(totals, {.started = 2, .failed = 2}) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
