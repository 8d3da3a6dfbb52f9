// `report.repeats`: which of several reports at a resource counts.

#include <memory>

#include <boost/test/unit_test.hpp>

#include "actors/results/study_state.hpp"
#include "actors/study/study_core.hpp"

namespace troupe::actors {
namespace {

namespace report_repeats {

/// A trial that runs, and the state that its events give.
struct OneTrial {
  StudyCore core;
  StudyState state;
  std::uint64_t index = 0;
  Outcome outcome;

  explicit OneTrial(bool last)
      : core({.workers_max = 1, .stop = {.trials_started_max = 1}, .last_report_counts = last}) {
    feed(StudyOpened{"s", 7, "1"});
    feed(NodeJoined{"n", 1});
    feed(SlotFreed{"n", Suggestion{0, index, Config{{"lr", 0.1}}}}, {schedulers::StartTrial{0, 9}});
  }
  void feed(const Input& input, const std::vector<schedulers::Decision>& decisions = {}) {
    BOOST_REQUIRE(core.accepts(input));
    BOOST_TEST(core.question(input).has_value() == !decisions.empty());
    outcome = core.apply(input, index, decisions);
    state.take(static_cast<std::int64_t>(index++), outcome.events);
  }
  static Reported report(double metric) { return {0, 1, 1, metric, {{"loss", metric}}}; }
  static schedulers::ReportIgnored duplicate() {
    return {0, schedulers::ReportIgnored::Reason::duplicate, 0.5};
  }
  [[nodiscard]] bool learns(double metric) const {
    for (const auto& fact : outcome.facts)
      if (const auto* report = std::get_if<schedulers::ReportReceived>(&fact))
        return report->metric == metric;
    return false;
  }
};

}  // namespace report_repeats

using report_repeats::OneTrial;

BOOST_AUTO_TEST_SUITE(report_repeats)

BOOST_AUTO_TEST_CASE(the_first_value_counts_and_the_second_is_a_warning) {
  OneTrial trial(false);
  trial.feed(OneTrial::report(0.5), {schedulers::ContinueTrial{0, 9}});
  trial.feed(OneTrial::report(0.25), {OneTrial::duplicate()});
  BOOST_TEST(std::holds_alternative<TrialWarned>(trial.outcome.events.at(0)));
  BOOST_TEST(!trial.learns(0.25));
  BOOST_TEST(trial.state.trials().at(0).highest->metric == 0.5);
}

BOOST_AUTO_TEST_CASE(the_last_value_counts_for_results_and_searcher) {
  OneTrial trial(true);
  trial.feed(OneTrial::report(0.5), {schedulers::ContinueTrial{0, 9}});
  BOOST_TEST(trial.learns(0.5));
  trial.feed(OneTrial::report(0.25), {OneTrial::duplicate()});
  BOOST_TEST(trial.learns(0.25));
  BOOST_TEST(trial.state.trials().at(0).highest->metric == 0.25);
  trial.feed(OneTrial::report(0.5), {OneTrial::duplicate()});
  BOOST_TEST(trial.state.trials().at(0).highest->metric == 0.5);
}

BOOST_AUTO_TEST_CASE(a_value_after_the_decision_at_its_resource_counts_too) {
  OneTrial trial(true);
  trial.feed(OneTrial::report(0.5), {schedulers::PauseTrial{0}});
  trial.feed(OneTrial::report(0.25));
  BOOST_TEST(trial.learns(0.25));
  BOOST_TEST(trial.state.trials().at(0).paused_at->metric == 0.25);
  const Reported later{0, 1, 2, 0.1, {}};
  BOOST_TEST(!trial.core.accepts(later));
  OneTrial first(false);
  first.feed(OneTrial::report(0.5), {schedulers::PauseTrial{0}});
  BOOST_TEST(!first.core.accepts(OneTrial::report(0.25)));
}

BOOST_AUTO_TEST_CASE(the_last_value_counts_once_after_a_change_while_the_process_ends) {
  StudySpec spec;
  spec.report.repeats = ReportFormat::Repeats::last;
  OneTrial trial(false);
  trial.feed(OneTrial::report(0.5),
             {schedulers::StopTrial{0, schedulers::StopTrial::Reason::max_resource}});
  BOOST_REQUIRE(!trial.core.accepts(OneTrial::report(0.25)));
  trial.feed(StudyChanged{{}, std::make_shared<const StudySpec>(spec)});
  trial.feed(OneTrial::report(0.25));
  const BestTrials& best = trial.core.best();
  BOOST_REQUIRE(best.model().has_value());
  BOOST_TEST(best.model()->metric == 0.25);
  BOOST_TEST(!best.shared().has_value(), "one trial shares no resource");
}

BOOST_AUTO_TEST_CASE(a_trial_is_settled_once_its_process_is_gone) {
  for (const bool last : {false, true}) {
    OneTrial trial(last);
    trial.feed(OneTrial::report(0.5),
               {schedulers::StopTrial{0, schedulers::StopTrial::Reason::max_resource}});
    trial.feed(AttemptEnded{0, 1, AttemptEnded::Cause::exited, 0, "exit code 0", ""});
    BestTrials best = trial.core.best();
    best.fail(0);  // Without effect on a settled trial.
    BOOST_TEST(best.model().has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
