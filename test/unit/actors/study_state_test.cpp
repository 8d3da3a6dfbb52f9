#include "actors/results/study_state.hpp"

#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/json.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_state)

using Decision = TrialReported::Decision;
using Detail = StudyState::Detail;

StudyEvent started(TrialId trial, std::uint32_t attempt, Config config = {}) {
  return TrialStarted{0, trial, attempt, 0, 3, "n1", std::move(config)};
}

StudyEvent reported(TrialId trial, Resource resource, double metric,
                    Decision decision = Decision::proceed) {
  return TrialReported{0, trial, resource, metric, decision, {}};
}

StudyEvent failed(TrialId trial, std::uint32_t attempt, TrialFailed::Then then) {
  return TrialFailed{0, trial, attempt, "exit code 3", "out of luck", then};
}

StudyEvent finished(StudyFinished::Outcome outcome) {
  return StudyFinished{0, outcome, "a reason"};
}

/// "running paused": the states of all trials, in the order of their ids.
std::string states(const StudyState& state) {
  std::string text;
  for (const StudyState::Trial& trial : state.trials())
    text += (text.empty() ? "" : " ") + std::string(enum_text(trial.state));
  return text;
}

BOOST_AUTO_TEST_CASE(each_row_moves_its_trial_to_the_next_state) {
  StudyState state;
  const std::vector<std::pair<StudyEvent, std::string>> rows{
      {started(0, 1), "running"},
      {started(1, 1), "running running"},
      {reported(0, 1, 0.5, Decision::pause), "running running"},
      {TrialPaused{0, 0, 1}, "paused running"},
      {failed(1, 1, TrialFailed::Then::retry), "paused pending"},
      {started(1, 2), "paused running"},
      {TrialPromoted{0, 0, 2, 1, 3, "n2"}, "running running"},
      {failed(1, 2, TrialFailed::Then::restart), "running pending"},
      {started(1, 3), "running running"},
      {failed(1, 3, TrialFailed::Then::give_up), "running failed"},
      {TrialStopped{0, 0, 3, "below_cutoff"}, "stopped failed"},
      {started(2, 1), "stopped failed running"},
      {TrialCompleted{0, 2, 9}, "stopped failed completed"}};
  std::int64_t time_us = 0;
  for (const auto& [event, expected] : rows) {
    state.take(++time_us, {event});
    BOOST_TEST(states(state) == expected, "row " << time_us);
    std::size_t total = 0;
    for (const TrialState one : {TrialState::pending, TrialState::running, TrialState::paused,
                                 TrialState::stopped, TrialState::completed, TrialState::failed})
      total += state.count(one);
    BOOST_TEST(total == state.trials().size());
    BOOST_TEST(state.running().size() == state.count(TrialState::running));
  }
  BOOST_TEST(state.start_us().value() == 1);
  BOOST_TEST(state.now_us() == time_us);
}

BOOST_AUTO_TEST_CASE(running_trials_are_ascending) {
  StudyState state;
  for (const TrialId id : {0U, 1U, 2U, 3U}) state.take(0, {started(id, 1)});
  state.take(1, {TrialPaused{0, 1, 1}});
  state.take(2, {TrialCompleted{0, 3, 9}});
  state.take(3, {TrialPromoted{0, 1, 2, 1, 3, "n1"}});
  BOOST_TEST((state.running() == std::vector<TrialId>{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(attempts_have_their_ends) {
  StudyState state;
  state.take(10, {started(0, 1, {{"lr", 0.1}})});
  BOOST_TEST(!state.trials().at(0).ended_us().has_value());
  state.take(20, {TrialPaused{0, 0, 1}});
  BOOST_TEST(state.trials().at(0).ended_us().value() == 20);
  state.take(30, {TrialPromoted{0, 0, 2, 1, 3, "n2"}});
  state.take(40, {TrialStopped{0, 0, 3, "below_cutoff"}});
  state.take(50, {started(1, 1)});
  state.take(60, {failed(1, 1, TrialFailed::Then::retry)});
  const StudyState::Trial& first = state.trials().at(0);
  BOOST_TEST(first.started_us() == 10);
  BOOST_TEST(first.ended_us().value() == 40);
  BOOST_REQUIRE(first.attempts.size() == 2u);
  BOOST_TEST(first.attempts[0].end == "paused at 1");
  BOOST_TEST(first.attempts[1].node == "n2");
  BOOST_TEST(first.attempts[1].from == 1);
  BOOST_TEST(first.attempts[1].end == "stopped at 3: below_cutoff");
  const StudyState::Trial& second = state.trials().at(1);
  BOOST_TEST(second.attempts[0].end == "failed: exit code 3");
  BOOST_TEST(second.attempts[0].stderr_tail == "out of luck");
  BOOST_TEST(!second.ended_us().has_value());
}

BOOST_AUTO_TEST_CASE(a_stop_of_a_pending_trial_leaves_the_end_of_its_attempt) {
  StudyState state;
  state.take(10, {started(0, 1)});
  state.take(20, {failed(0, 1, TrialFailed::Then::retry)});
  state.take(30, {TrialStopped{0, 0, 0, "the study is over"}});
  BOOST_TEST(state.trials().at(0).attempts[0].end == "failed: exit code 3");
  BOOST_TEST(state.trials().at(0).ended_us().value() == 20);
}

BOOST_AUTO_TEST_CASE(the_highest_report_counts_and_the_first_one_there) {
  StudyState state;
  state.take(0, {started(0, 1)});
  BOOST_TEST(!state.trials().at(0).highest.has_value());
  for (const auto& [resource, metric] :
       std::vector<std::pair<Resource, double>>{{1, 0.5}, {3, 0.4}, {2, 0.1}, {3, 0.2}})
    state.take(1, {reported(0, resource, metric)});
  BOOST_TEST((state.trials().at(0).highest == StudyState::Measurement{3, 0.4}));
  BOOST_TEST(state.reports().size() == 4u);
  BOOST_TEST(state.reports()[2].resource == 2);
}

BOOST_AUTO_TEST_CASE(resource_that_is_trained_again_after_a_failure_counts_once) {
  StudyState state;
  state.take(0, {started(0, 1), started(1, 1)});
  for (const Resource epoch : {1, 2, 3, 2, 3, 4}) state.take(1, {reported(0, epoch, 0.5)});
  state.take(1, {reported(1, 2, 0.5)});
  BOOST_TEST(state.spent() == 6);
}

BOOST_AUTO_TEST_CASE(a_pause_stands_until_the_trial_is_promoted_or_stopped) {
  StudyState state;
  state.take(0, {started(0, 1), started(1, 1)});
  for (const TrialId id : {0U, 1U})
    state.take(1, {reported(id, 1, 0.5, Decision::pause), TrialPaused{0, id, 1}});
  BOOST_TEST((state.trials().at(0).paused_at == StudyState::Measurement{1, 0.5}));
  state.take(2, {TrialPromoted{0, 0, 2, 1, 3, "n1"}});
  BOOST_TEST(!state.trials().at(0).paused_at.has_value());
  state.take(3, {TrialStopped{0, 1, 1, "below_hurdle"}});
  BOOST_TEST(!state.trials().at(1).paused_at.has_value());
  BOOST_TEST(state.stopped_below_hurdle() == 1u);
}

BOOST_AUTO_TEST_CASE(ceiling_hurdles_and_best_are_the_latest) {
  StudyState state;
  BOOST_TEST(!state.ceiling().has_value());
  state.take(0, {RungUnlocked{0, 9, 0.25, 4}, HurdleRaised{0, 0, 1, 0.5},
                 BestModelChanged{0, BestTrial{0, 1, 0.5, {{"lr", 0.1}}}}});
  state.take(1, {RungUnlocked{0, 27, 0.125, 4}, HurdleRaised{0, 0, 1, 0.4},
                 HurdleRaised{0, 0, 3, 0.3}, BestModelChanged{0, BestTrial{2, 3, 0.2, {}}},
                 RetrainConfigChanged{0, BestTrial{1, 3, 0.4, {}},
                                      RetrainConfigChanged::Basis::shared_resource}});
  BOOST_TEST(state.ceiling().value() == 27);
  BOOST_TEST(state.epsilon().value() == 0.125);
  BOOST_TEST((state.hurdles() == std::map<Resource, double>{{1, 0.4}, {3, 0.3}}));
  BOOST_TEST(state.best_model()->trial == 2u);
  BOOST_TEST(state.retrain()->trial == 1u);
  BOOST_TEST(state.retrain_is_compared());
  state.take(2, {BestModelChanged{}, RetrainConfigChanged{}});
  BOOST_TEST(!state.best_model().has_value());
  BOOST_TEST(!state.retrain().has_value());
}

BOOST_AUTO_TEST_CASE(a_journal_of_format_2_has_a_configuration_to_retrain_only) {
  StudyState state;
  state.take(0, {IncumbentChanged{0, 2, 3, 0.2, {{"lr", 0.1}}}});
  BOOST_TEST(!state.best_model().has_value());
  BOOST_TEST((state.retrain() == BestTrial{2, 3, 0.2, {{"lr", 0.1}}}));
  BOOST_TEST(state.no_best_model_reason() == "an older version of Troupe recorded the study");
}

BOOST_AUTO_TEST_CASE(parameters_are_in_the_order_of_their_first_use) {
  StudyState state;
  state.take(0, {started(0, 1, {{"lr", 0.1}, {"act", std::string("relu")}})});
  state.take(1, {started(1, 1, {{"alpha", 0.5}, {"lr", 0.2}})});
  BOOST_TEST(state.parameters() == (std::vector<std::string>{"lr", "act", "alpha"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(only_the_first_attempt_of_an_incumbent_counts) {
  StudyState state;
  TrialStarted incumbent{0, 0, 1, 0, 3, "n1", {}, true};
  state.take(0, {incumbent});
  incumbent.attempt = 2;
  state.take(1, {failed(0, 1, TrialFailed::Then::retry), incumbent, started(1, 1)});
  BOOST_TEST(state.incumbents_started() == 1u);
}

BOOST_AUTO_TEST_CASE(a_study_that_was_resumed_is_not_finished) {
  StudyState state;
  state.take(0, {started(0, 1), finished(StudyFinished::Outcome::interrupted)});
  BOOST_TEST(state.finished().has_value());
  state.take(1, {});
  BOOST_TEST(state.finished().has_value());
  state.take(2, {started(0, 2)});
  BOOST_TEST(!state.finished().has_value());
  BOOST_TEST((state.last_end()->outcome == StudyFinished::Outcome::interrupted));
  state.take(3, {finished(StudyFinished::Outcome::failed)});
  BOOST_TEST((state.finished()->outcome == StudyFinished::Outcome::failed));
}

BOOST_AUTO_TEST_CASE(a_report_of_a_trial_whose_start_was_not_seen_makes_it_run) {
  StudyState state(Detail::trials);
  state.take(reported(7, 2, 0.5));
  BOOST_TEST((state.running() == std::vector<TrialId>{7}));
  BOOST_TEST(state.spent() == 2);
}

BOOST_AUTO_TEST_CASE(less_detail_keeps_less_of_the_past_and_the_same_totals) {
  for (const Detail detail : {Detail::trials, Detail::reports, Detail::history}) {
    StudyState state(detail);
    state.take(0, {started(0, 1, {{"lr", 0.1}})});
    state.take(1, {reported(0, 3, 0.5), TrialCompleted{0, 0, 3}});
    const StudyState::Trial& trial = state.trials().at(0);
    BOOST_TEST(state.reports().size() == (detail == Detail::trials ? 0u : 1u));
    BOOST_TEST(trial.attempts.size() == (detail == Detail::history ? 1u : 0u));
    BOOST_TEST(trial.config.size() == (detail == Detail::history ? 1u : 0u));
    BOOST_TEST(state.spent() == 3);
    BOOST_TEST(state.count(TrialState::completed) == 1u);
    BOOST_TEST((trial.highest == StudyState::Measurement{3, 0.5}));
  }
}

BOOST_AUTO_TEST_CASE(a_metric_that_is_not_finite_is_a_report) {
  StudyState state;
  state.take(0, {started(0, 1)});
  state.take(1, {reported(0, 1, std::numeric_limits<double>::quiet_NaN()), TrialWarned{0, 0, "x"}});
  BOOST_TEST(state.trials().at(0).highest.has_value());
  BOOST_TEST(state.trials().at(0).warnings == 1u);
}

BOOST_AUTO_TEST_CASE(a_row_with_unreadable_events_is_named) {
  StudyState state;
  const Row broken{7, 0, "{}", "[]", R"([{"TrialExploded":{}}])"};
  BOOST_TEST(state.take(broken).error().what ==
             "row 7 of the journal has events that cannot be read: no message called "
             "'TrialExploded' belongs here");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_study_is_read_from_its_last_row) {
  const test::TempFolder folder;
  const std::string path = folder.file("journal.db");
  BOOST_TEST(!end_in_last_row(path).has_value());
  Journal journal = Journal::create(path, {}).value();
  BOOST_TEST(!end_in_last_row(path).has_value());
  const auto append = [&](const std::vector<StudyEvent>& events) {
    const std::vector<Row> rows{{journal.size(), 0, "{}", "[]", to_json(events)}};
    journal.append(rows).value();
  };
  append({started(0, 1)});
  BOOST_TEST(!end_in_last_row(path).has_value());
  append({TrialStopped{0, 0, 1, "x"}, finished(StudyFinished::Outcome::stopped)});
  BOOST_TEST((end_in_last_row(path)->outcome == StudyFinished::Outcome::stopped));
  append({started(0, 2)});
  BOOST_TEST(!end_in_last_row(path).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
