// Simulated studies over recorded curves: real actors, one thread, virtual time.

#include <algorithm>
#include <cmath>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/journal/journal.hpp"
#include "actors/json.hpp"
#include "actors/simulate/comparison.hpp"
#include "actors/simulate/simulated_study.hpp"
#include "actors/simulate/simulation.hpp"
#include "actors/study/replay.hpp"
#include "actors/study_file/study_file.hpp"
#include "actors/tables/table.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(simulate_studies)

constexpr const char* pasha = R"(
scheduler: {name: pasha}
n_workers: 4
stop_criterion: {max_num_trials_started: 60}
)";
constexpr const char* asha_stopping = R"(
scheduler: {name: asha}
n_workers: 3
stop_criterion: {max_num_trials_started: 40}
)";

std::shared_ptr<const Table> curves() {
  return std::make_shared<const Table>(synthetic_table(100, 81, 1));
}

SimulationPlan plan_of(const std::string& text, std::uint64_t seed = 0,
                       Lookup lookup = Lookup::automatic) {
  SimulationPlan plan = simulated_study_text(text, "method.yaml", curves(), lookup).value().plan;
  plan.seed = seed;
  plan.version = "test";
  plan.keep_events = true;
  return plan;
}

/// Every field of an outcome, as text.
std::string bytes_of(const SimulationOutcome& outcome) {
  std::vector<StudyEvent> events;
  std::string text = std::to_string(outcome.seconds) + " " + std::to_string(outcome.evaluations);
  for (const auto& timed : outcome.events) {
    text += " " + std::to_string(timed.seconds);
    events.push_back(timed.event);
  }
  return text + to_json(events);
}

BOOST_AUTO_TEST_CASE(a_study_ends_with_a_choice_and_its_metric_after_full_training) {
  const SimulationPlan plan = plan_of(pasha);
  const SimulationOutcome outcome = simulate(plan).value();
  BOOST_TEST(outcome.trials.started == 60u);
  BOOST_TEST((outcome.end.outcome == StudyFinished::Outcome::finished));
  BOOST_TEST_REQUIRE(outcome.chosen.has_value());
  BOOST_TEST(outcome.chosen->final_metric == plan.table->metric(outcome.chosen->row, 81));
  BOOST_TEST(outcome.chosen->metric ==
             plan.table->metric(outcome.chosen->row, outcome.chosen->resource));
  BOOST_TEST(outcome.reports[1] == 60u);
  BOOST_TEST(outcome.seconds > 0);
}

BOOST_AUTO_TEST_CASE(the_best_metric_improves_over_time) {
  const SimulationOutcome outcome = simulate(plan_of(asha_stopping)).value();
  BOOST_TEST(outcome.best.size() > 2u);
  for (std::size_t i = 1; i < outcome.best.size(); ++i) {
    BOOST_TEST(outcome.best[i].metric < outcome.best[i - 1].metric);
    BOOST_TEST(outcome.best[i].seconds >= outcome.best[i - 1].seconds);
  }
}

BOOST_AUTO_TEST_CASE(each_row_of_a_table_is_drawn_at_most_once_and_then_the_study_ends) {
  const SimulationOutcome outcome = simulate(plan_of(R"(
scheduler: {name: asha}
n_workers: 4
)"))
                                        .value();
  std::vector<std::int64_t> rows;
  for (const auto& timed : outcome.events)
    if (const auto* started = std::get_if<TrialStarted>(&timed.event))
      rows.push_back(std::get<std::int64_t>(started->config.front().value));
  std::ranges::sort(rows);
  BOOST_TEST(rows.size() == 100u);
  BOOST_TEST((std::ranges::adjacent_find(rows) == rows.end()));
}

BOOST_AUTO_TEST_CASE(the_clock_moves_by_the_times_of_the_table) {
  const SimulationPlan plan = plan_of(R"(
scheduler: {name: asha}
n_workers: 1
stop_criterion: {max_num_evaluations: 1}
)");
  const SimulationOutcome outcome = simulate(plan).value();
  BOOST_TEST(outcome.seconds == plan.table->unit_seconds(outcome.chosen->row, 1),
             boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_bytes_whatever_the_number_of_threads) {
  std::vector<SimulationPlan> plans;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    plans.push_back(plan_of(pasha, seed));
    plans.push_back(plan_of(asha_stopping, seed));
  }
  const auto quiet = [](std::size_t) {};
  const auto one = simulate_all(plans, 1, quiet).value();
  const auto two = simulate_all(plans, 2, quiet).value();
  const auto again = simulate_all(plans, 2, quiet).value();
  for (std::size_t i = 0; i < plans.size(); ++i) {
    BOOST_TEST(bytes_of(one[i]) == bytes_of(two[i]));
    BOOST_TEST(bytes_of(one[i]) == bytes_of(again[i]));
  }
  BOOST_TEST(bytes_of(one[0]) != bytes_of(one[2]));  // Another seed gives another study.
}

BOOST_AUTO_TEST_CASE(a_folder_holds_a_journal_that_replays_without_a_difference) {
  const test::TempFolder temp;
  SimulationPlan plan = plan_of(pasha, 5);
  plan.folder = temp.file("study");
  const SimulationOutcome outcome = simulate(plan).value();
  const SimulationOutcome in_memory = simulate(plan_of(pasha, 5)).value();
  BOOST_TEST(outcome.seconds == in_memory.seconds);
  BOOST_TEST(outcome.chosen->row == in_memory.chosen->row);
  BOOST_TEST(outcome.events.size() == in_memory.events.size());
  const StudyFile file = read_study_file(plan.folder + "/study.yaml");
  BOOST_TEST_REQUIRE(file.spec.has_value());
  auto journal = JournalReader::open(plan.folder + "/journal.db").value();
  Replay replay(*file.spec, 5);
  std::size_t differences = 0;
  std::size_t rows = 0;
  journal
      .each(0,
            [&](const Row& row) -> Result<void> {
              differences += replay.on(row).size();
              ++rows;
              return {};
            })
      .value();
  BOOST_TEST(differences == 0u);
  BOOST_TEST(rows > 200u);
  const auto refused = simulate(plan);  // The folder exists now.
  BOOST_TEST(!refused.has_value());
}

BOOST_AUTO_TEST_CASE(a_study_with_another_space_gets_the_nearest_rows) {
  const SimulationPlan plan = plan_of(std::string(pasha) + R"(
config_space: {lr: {loguniform: [1e-4, 1]}, width: {lograndint: [16, 1024]}, epochs: 27}
max_resource_attr: epochs
)");
  BOOST_TEST((plan.nearest != nullptr));
  const SimulationOutcome outcome = simulate(plan).value();
  BOOST_TEST(outcome.chosen->config.size() == 3u);
  BOOST_TEST(outcome.resource_max <= 27);
  BOOST_TEST(outcome.chosen->final_metric == plan.table->metric(outcome.chosen->row, 81));
}

BOOST_AUTO_TEST_CASE(a_study_that_contradicts_the_table_is_refused_with_the_reason) {
  const auto refused = [](const std::string& more) {
    return simulated_study_text(std::string(pasha) + more, "m.yaml", curves(), Lookup::automatic)
        .error()
        .what;
  };
  BOOST_TEST(refused("max_t: 100\n").find("end at 81") != std::string::npos);
  BOOST_TEST(refused("mode: max\n").find("mode is max, but loss") != std::string::npos);
  BOOST_TEST(refused("config_space: {lrate: {uniform: [0, 1]}}\n").find("'lrate'") !=
             std::string::npos);
  BOOST_TEST(refused("schedular: 3\n").find("m.yaml:5:1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_rows_of_a_table_replace_the_space_of_a_study) {
  const std::string space =
      "config_space: {lr: {loguniform: [1e-4, 1]}, epochs: 27}\nmax_resource_attr: epochs\n";
  const auto refused = [&](const std::string& more) {
    return simulated_study_text(pasha + space + more, "m.yaml", curves(), Lookup::rows)
        .error()
        .what;
  };
  BOOST_TEST(refused("points_to_evaluate: [{lr: 0.1}]\n")
                 .find("m.yaml:7:1: error: 'points_to_evaluate' speaks of config_space, but") !=
             std::string::npos);
  BOOST_TEST(refused("incumbents: [{lr: 0.1}]\n").find("'incumbents'") != std::string::npos);

  const test::TempFolder temp;
  SimulationPlan plan = plan_of(pasha + space, 5, Lookup::rows);
  plan.folder = temp.file("study");
  auto fewer = std::make_shared<StudySpec>(*plan.spec);
  fewer->n_workers = 2;
  plan.spec = std::move(fewer);
  const SimulationOutcome outcome = simulate(plan).value();
  BOOST_TEST(outcome.chosen->config.size() == 2u);
  const StudyFile kept =
      read_study_file(plan.folder + "/study.yaml");  // It describes the simulated study.
  BOOST_TEST_REQUIRE(kept.spec.has_value());
  BOOST_TEST((kept.spec->config_space == plan.spec->config_space));
  BOOST_TEST(kept.spec->points_to_evaluate.empty());
  BOOST_TEST(kept.spec->n_workers == 2u);
  BOOST_TEST(kept.spec->seed == 5u);
  BOOST_TEST(kept.spec->max_t == 27);
}

BOOST_AUTO_TEST_CASE(untrained_configurations_can_be_left_out) {
  Table whole = synthetic_table(30, 9, 1);
  Table::Contents contents{.name = "holes",
                           .metric = whole.metric_name(),
                           .mode = whole.mode(),
                           .resource = whole.resource_name(),
                           .space = whole.space(),
                           .values = {},
                           .curves = {30, 9, {}},
                           .seconds = {}};
  for (std::size_t row = 0; row < 30; ++row)
    for (std::size_t i = 0; i < 3; ++i) contents.values.push_back(whole.value(row, i));
  for (std::size_t row = 0; row < 30; ++row)
    for (Resource resource = 1; resource <= 9; ++resource)
      contents.curves.values.push_back(
          row % 3 == 0 ? std::nanf("") : static_cast<float>(whole.metric(row, resource)));
  const auto table = std::make_shared<const Table>(std::move(contents));
  for (const Lookup lookup : {Lookup::rows, Lookup::nearest}) {
    const auto trials = [&](Rows rows) {
      auto study = simulated_study(read_written_text("scheduler: {name: k_epoch, k: 1}\n"
                                                     "n_workers: 3\n"
                                                     "stop_criterion: {max_num_trials_started: 40}",
                                                     "m.yaml")
                                       .value(),
                                   table, {.lookup = lookup, .rows = rows});
      study->plan.keep_events = true;
      return simulate(study->plan).value();
    };
    const auto without_metric = [&](Rows rows) {
      const SimulationOutcome outcome = trials(rows);
      return std::ranges::count_if(outcome.events, [](const auto& timed) {
        const auto* report = std::get_if<TrialReported>(&timed.event);
        return report != nullptr && !std::isfinite(report->metric);
      });
    };
    BOOST_TEST(without_metric(Rows::all) > 0);
    BOOST_TEST(without_metric(Rows::trained) == 0);
    if (lookup == Lookup::rows) BOOST_TEST(trials(Rows::trained).trials.started == 20u);
  }
}

BOOST_AUTO_TEST_CASE(a_study_file_in_braces_is_completed_too) {
  const auto study = simulated_study_text(
      R"({"scheduler": {"name": "asha"}, "stop_criterion": {"max_num_trials_started": 5}})",
      "m.json", curves(), Lookup::automatic);
  BOOST_TEST_REQUIRE(study.has_value());
  BOOST_TEST(study->plan.spec->name == "m");
  BOOST_TEST(study->plan.spec->max_t == 81);
  BOOST_TEST(simulate(study->plan)->trials.started == 5u);
}

BOOST_AUTO_TEST_CASE(a_comparison_has_means_deviations_and_rungs) {
  MethodRuns first{.name = "asha", .runs = {}};
  MethodRuns second{.name = "pasha", .runs = {}};
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    first.runs.push_back(simulate(plan_of(asha_stopping, seed)).value());
    second.runs.push_back(simulate(plan_of(pasha, seed)).value());
  }
  const Comparison comparison = compare_methods(*curves(), {first, second});
  double mean = 0;
  for (const auto& run : first.runs) mean += run.chosen->final_metric / 3;
  BOOST_TEST(comparison.methods[0].final_metric.mean == mean, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(comparison.methods[0].speed_up == 1);
  BOOST_TEST(comparison.methods[1].speed_up ==
             comparison.methods[0].seconds.mean / comparison.methods[1].seconds.mean);
  BOOST_TEST(comparison.levels.front() == 1);
  BOOST_TEST(comparison.methods[0].reports[0] == 40);
  const Chart chart = best_over_time(*curves(), {first, second});
  BOOST_TEST(chart.series.size() == 2u);
  BOOST_TEST(!chart.series[0].points.empty());
  for (const auto& point : chart.series[0].points) {
    BOOST_TEST(point.low <= point.y);
    BOOST_TEST(point.y <= point.high);
  }
}

BOOST_AUTO_TEST_CASE(equal_runs_have_no_deviation) {
  const std::vector<double> same(25, 45);
  BOOST_TEST(spread_of(same).mean == 45);
  BOOST_TEST(spread_of(same).deviation == 0);
  const std::vector<double> roundings(25, 10.13);
  BOOST_TEST(spread_of(roundings).mean == 10.13);
  BOOST_TEST(spread_of(roundings).deviation == 0);
  const std::vector<double> two{1, 3};
  BOOST_TEST(spread_of(two).deviation == std::sqrt(2.0));
}

BOOST_AUTO_TEST_CASE(seeds_are_read_as_ranges_and_lists) {
  BOOST_TEST((read_seeds("0..3").value() == std::vector<std::uint64_t>{0, 1, 2, 3}));
  BOOST_TEST((read_seeds("7,2,7..8").value() == std::vector<std::uint64_t>{7, 2, 8}));
  for (const char* bad : {"", "a", "3..1", "1,,2", "1..", "-1", "0..999999999"})
    BOOST_TEST(!read_seeds(bad).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
