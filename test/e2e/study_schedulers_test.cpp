// Whole studies with every scheduler, ranking and searcher of study files, and the study files of
// examples/.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

BOOST_AUTO_TEST_SUITE(study_schedulers)

namespace data = boost::unit_test::data;
namespace fs = std::filesystem;

/// The lines of the study file in which the studies differ.
const std::vector<std::string> every_scheduler{
    "asha",
    "{name: asha, type: promotion, hurdle: incumbents}",
    "pasha",
    "{name: pasha, type: stopping, hurdle: incumbents}",
    "{name: pasha, ranking: direct}",
    "{name: pasha, ranking: {epsilon: sigma, scaling: 0.5}}",
    "{name: pasha, ranking: {criterion: rbo, p: 0.9}}",
    "{name: pasha, ranking: arrr}",
    "hyperband",
    "{name: hyperband, type: promotion, own_rungs: true}",
    "rush_stopping",
    "rush_promotion",
    "{name: rush, ceiling: progressive}",
    "successive_halving",
    "synchronous_hyperband",
    "{name: synchronous_rush, budget: 200, arms: 8}",
    "{name: k_epoch, k: 3}",
    "random_search",
    "random_choice",
};

void expect_a_study_that_ends(const E2eStudy& study) {
  const Finished run = study.run();
  BOOST_TEST(run.code == 0, run.err << run.out);
  const Finished replay = study.troupe("replay");
  BOOST_TEST(replay.code == 0, replay.err);
  BOOST_TEST(replay.out.find(" 0 differences") != std::string::npos, replay.out);
  BOOST_TEST(study.processes().empty());
}

BOOST_DATA_TEST_CASE(each_method_runs_a_study_to_its_end, data::make(every_scheduler), scheduler) {
  // The study ends when the nine configurations of its space are used up.
  const bool endless = scheduler.find("pasha") != std::string::npos ||
                       scheduler.find("progressive") != std::string::npos;
  expect_a_study_that_ends(E2eStudy(
      "entry: {command: [" + program("e2e_curve") + "]}\n" +
      "config_space: {x: {finrange: [0, 1, 9]}, epochs: 27}\nmax_resource_attr: epochs\n"
      "incumbents: [{x: 0.25}, {x: 0.5}]\nn_workers: 2\nscheduler: " +
      scheduler + "\n" + (endless ? "stop_criterion: {max_num_trials_started: 9}\n" : "")));
}

BOOST_DATA_TEST_CASE(conditions_reach_the_program_and_the_results,
                     data::make({"random", "grid", "sobol", "mobster", "tpe", "bo"}), searcher) {
  const E2eStudy study("entry: {command: [" + program("e2e_curve") +
                       "]}\n"
                       "config_space:\n"
                       "  kind: {choice: [plain, wide]}\n"
                       "  x: {finrange: [0, 1, 3]}\n"
                       "  width: {randint: [1, 2], when: {kind: wide}}\n"
                       "  epochs: 3\n"
                       "forbid: [{kind: plain, x: \"> 0.9\"}]\n"
                       "max_resource_attr: epochs\nscheduler: asha\nsearcher: " +
                       std::string(searcher) + "\n");
  expect_a_study_that_ends(study);
  // Two configurations of plain (two x), six of wide (three x, two widths).
  const std::string trials = read_file(study.folder() + "/trials.csv");
  BOOST_TEST(std::count(trials.begin(), trials.end(), '\n') == 1 + 2 + 6);
  BOOST_TEST(trials.find(",,") != std::string::npos, trials);  // Configurations without a width.
}

/// 12 trials of a study whose searcher learns; `searcher`: its section.
E2eStudy learning_study(const std::string& searcher) {
  return E2eStudy("entry: {command: [" + program("e2e_curve") +
                  "]}\nconfig_space: {x: {uniform: [0, 1]}, epochs: 9}\nmax_resource_attr: epochs\n"
                  "scheduler: {name: asha, type: promotion, grace_period: 1, reduction_factor: 3}\n"
                  "n_workers: 2\nstop_criterion: {max_num_trials_started: 12}\nsearcher: " +
                  searcher + "\n");
}

std::size_t suggestions_of(const E2eStudy& study, const std::string& source) {
  std::size_t count = 0;
  for (const std::string& row : study.journal())
    if (row.find("\"source\":\"" + source + "\"") != std::string::npos) ++count;
  return count;
}

BOOST_DATA_TEST_CASE(suggestions_of_a_model_are_derived_again_from_the_journal,
                     data::make({"{name: mobster, num_init_random: 3}",
                                 "{name: tpe, num_init_random: 4}",
                                 "{name: bo, num_init_random: 3}"}),
                     searcher) {
  const E2eStudy study = learning_study(searcher);
  const Finished run = study.run({});
  BOOST_TEST(run.code == 0, run.out + run.err);
  BOOST_TEST(suggestions_of(study, "model") > 0u);
  const Finished replay = test::run({program("troupe"), "replay", study.folder(), "--searcher"});
  BOOST_TEST(replay.code == 0, replay.out);
  BOOST_TEST(replay.out.find("12 suggestions derived again, 0 differences") != std::string::npos,
             replay.out);
  const Finished why = test::run({program("troupe"), "why", study.folder(), "11"});
  BOOST_TEST(why.code == 0, why.err);
  BOOST_TEST(why.out.starts_with("trial 11: x="), why.out);
  BOOST_TEST(why.out.find("start, to 1") != std::string::npos, why.out);
  BOOST_TEST(test::run({program("troupe"), "why", study.folder(), "99"}).code == 2);
}

BOOST_AUTO_TEST_CASE(the_only_parameter_has_all_importance_once_enough_trials_reported) {
  E2eStudy study(
      "entry: {command: [" + program("e2e_once") +
      "]}\nconfig_space: {x: {uniform: [0, 1]}}\nmax_t: 1\nscheduler: fifo\nn_workers: 2\n"
      "stop_criterion: {max_num_trials_started: 19}\n");
  BOOST_TEST(study.run({}).code == 0);
  const Finished few = test::run({program("troupe"), "importance", study.folder()});
  BOOST_TEST(few.code == 1);
  BOOST_TEST(
      few.err.find("19 trials reached the lowest rung; importance takes 20") != std::string::npos,
      few.err);
  std::string text = read_file(study.file());
  text.replace(text.find("started: 19"), 11, "started: 30");
  write_file(study.file(), text);
  BOOST_TEST(study.run({}).code == 0);
  const Finished enough = test::run({program("troupe"), "importance", study.folder(), "-f", "csv"});
  BOOST_TEST(enough.out == "parameter,@1\nx,1.0\n", enough.out + enough.err);
}

BOOST_AUTO_TEST_CASE(a_program_that_reports_once_is_tuned_without_a_resource) {
  const TempFolder scratch;
  const std::string file = scratch.file("once.yaml");
  write_file(file, "study: once\nentry: {command: [" + program("e2e_once") +
                       "]}\nconfig_space: {x: {uniform: [0, 1]}}\nmetric: loss\nmode: min\n"
                       "scheduler: fifo\nsearcher: {name: bo, num_init_random: 4}\nn_workers: 2\n"
                       "stop_criterion: {max_num_trials_started: 16}\n");
  const std::string folder = scratch.file("out");
  const Finished run = test::run({program("troupe"), "run", file, "--dir", folder});
  BOOST_TEST(run.code == 0, run.out + run.err);
  BOOST_TEST(run.out.find(" at report 1, trial ") != std::string::npos, run.out);
  BOOST_TEST(run.out.find("ceiling") == std::string::npos, run.out);
  BOOST_TEST(run.out.find("16 reports in 16 trials") != std::string::npos, run.out);
  const Finished best = test::run({program("troupe"), "best", folder, "-f", "csv"});
  BOOST_TEST(best.code == 0);
  BOOST_TEST(test::run({program("troupe"), "replay", folder, "--searcher"}).code == 0);
}

BOOST_AUTO_TEST_CASE(a_slot_does_not_wait_for_a_searcher_longer_than_its_patience) {
  const E2eStudy study = learning_study(
      "{name: mobster, num_init_random: 2, num_init_candidates: 20000, "
      "patience: 0}");
  BOOST_TEST(study.run({}).code == 0);
  BOOST_TEST(suggestions_of(study, "late") > 0u);
  const Finished replay = test::run({program("troupe"), "replay", study.folder(), "--searcher"});
  BOOST_TEST(replay.code == 0, replay.out);
}

BOOST_DATA_TEST_CASE(each_example_of_the_digits_runs,
                     data::make({"study", "hyperband", "rush", "conditions"}), name) {
  const std::string digits = std::string(TROUPE_ROOT) + "/examples/digits/";
  std::string text = read_file(digits + name + ".yaml");
  const auto replace = [&](const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    BOOST_TEST_REQUIRE(at != std::string::npos, from);
    text.replace(at, from.size(), to);
  };
  // The study file of the example with another folder and fewer trials.
  replace("../../build/release/bin/digits_train", program("digits_train"));
  replace("digits.csv", digits + "digits.csv");
  replace("epochs: 243", "epochs: 27");
  replace(name == std::string("study") ? "started: 100" : "started: 40", "started: 9");
  const TempFolder scratch;
  const std::string file = scratch.file("study.yaml");
  std::ofstream(file) << text;
  const Finished run =
      test::run({program("troupe"), "run", file, "--dir", scratch.file("out"), "--quiet"});
  BOOST_TEST(run.code == 0, run.err << run.out);
  BOOST_TEST(fs::exists(scratch.file("out/best.json")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
