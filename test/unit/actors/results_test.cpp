#include <limits>
#include <span>

#include <boost/test/unit_test.hpp>

#include "actors/json.hpp"
#include "actors/results/csv.hpp"
#include "actors/results/files.hpp"
#include "actors/results/results_csv.hpp"
#include "actors/results/study_state.hpp"
#include "actors/study/result_files.hpp"
#include "runtime/core/rng.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(results)

using Decision = TrialReported::Decision;

constexpr std::int64_t start_us = 1'795'330'800'000'000;  // 2026-11-22 07:00:00 UTC

/// Row number `index`, 1.5 s after the row before it.
Row row(std::uint64_t index, const std::vector<StudyEvent>& events) {
  return {index, start_us + static_cast<std::int64_t>(index) * 1'500'000, "{}", "[]",
          to_json(events)};
}

Config config(double lr, const std::string& act) {
  return {{"lr", lr}, {"act", act}, {"epochs", std::int64_t{9}}};
}

TrialReported report(TrialId trial, Resource resource, double loss, Decision decision) {
  return {0, trial, resource, loss, decision, {{"epoch", resource}, {"loss", loss}}};
}

/// Rows of two trials: one is promoted; the other fails, is retried, and fails for good.
std::vector<Row> two_trials() {
  return {row(0, {}),
          row(1, {TrialStarted{1, 0, 1, 0, 1, "n1", config(0.1, "relu")}}),
          row(2, {TrialStarted{2, 1, 1, 0, 1, "n1", config(1, "tanh, or \"so\"")}}),
          row(3, {report(0, 1, 0.5, Decision::pause),
                  BestModelChanged{3, BestTrial{0, 1, 0.5, config(0.1, "relu")}}}),
          row(4, {TrialPaused{4, 0, 1}}),
          row(5, {TrialFailed{5, 1, 1, "exit code 3", "out of luck", TrialFailed::Then::retry}}),
          row(6, {TrialStarted{6, 1, 2, 0, 1, "n1", config(1, "tanh, or \"so\"")}}),
          row(7, {TrialPromoted{7, 0, 2, 1, 3, "n2"}}),
          row(8, {report(0, 2, 0.25, Decision::proceed),
                  BestModelChanged{8, BestTrial{0, 2, 0.25, config(0.1, "relu")}},
                  RetrainConfigChanged{8, BestTrial{0, 2, 0.25, config(0.1, "relu")}}}),
          row(9, {report(0, 3, std::numeric_limits<double>::quiet_NaN(), Decision::stop),
                  TrialWarned{9, 0, "the metric is not finite"}}),
          row(10, {TrialFailed{10, 1, 2, "signal SIGSEGV", "", TrialFailed::Then::give_up}}),
          row(11, {TrialStopped{11, 0, 3, "below_cutoff"},
                   StudyFinished{11, StudyFinished::Outcome::finished, "2 trials finished"}})};
}

StudyState state_of(const std::vector<Row>& rows) {
  StudyState state;
  for (const Row& one : rows) state.take(one).value();
  return state;
}

/// ResultsCsv and the StudyState that it reads.
struct CsvOfRows {
  StudyState state;
  ResultsCsv csv;

  explicit CsvOfRows(const std::string& path) : csv(path) {}
  void take(const Row& row) {
    state.take(row).value();
    csv.take(state, events_of(row).value());
  }
  void flush() { csv.flush().value(); }
};

struct ResultsFixture {
  test::TempFolder folder;
  std::string path = folder.file("results.csv");
};

BOOST_FIXTURE_TEST_CASE(cells_are_quoted_where_csv_needs_it, ResultsFixture) {
  BOOST_TEST(csv_line({"a", "", "b c", "1,5", "say \"x\"", "two\nlines", " padded"}) ==
             "a,,b c,\"1,5\",\"say \"\"x\"\"\",\"two\nlines\",\" padded\"\n");
  BOOST_TEST(csv_line({" padded", "1,5"}, CsvQuoting::where_needed) == " padded,\"1,5\"\n");
  BOOST_TEST(csv_widened("a,b\n\"1\n\",2\n", {"c", "d,e"}) == "a,b,c,\"d,e\"\n\"1\n\",2,,\n");
}

BOOST_FIXTURE_TEST_CASE(results_csv_has_a_line_for_each_report, ResultsFixture) {
  CsvOfRows csv(path);
  for (const Row& one : two_trials()) {
    csv.take(one);
    csv.flush();
    BOOST_TEST(std::filesystem::exists(path) == (one.index >= 3), "it appears with a report");
  }
  BOOST_TEST(test::read_file(path) ==
             "trial_id,epoch,loss,config_lr,config_act,config_epochs,st_decision,st_status,"
             "st_tuner_time\n"
             "0,1,0.5,0.1,relu,9,PAUSE,Paused,4.5\n"
             "0,2,0.25,0.1,relu,9,CONTINUE,InProgress,12.0\n"
             "0,3,nan,0.1,relu,9,STOP,Stopped,13.5\n");
}

std::vector<Row> with_late_keys() {
  TrialReported late = report(0, 2, 0.4, Decision::proceed);
  late.values.push_back({"note", std::string("one,\ntwo")});
  late.values.push_back({"trial_id", std::int64_t{99}});
  TrialReported later = report(0, 3, 0.3, Decision::proceed);
  later.values.push_back({"st_worker_time", 1.5});
  return {row(0, {TrialStarted{0, 0, 1, 0, 9, "n", config(0.1, "relu")}}),
          row(1, {report(0, 1, 0.5, Decision::proceed)}), row(2, {late}), row(3, {later})};
}

BOOST_FIXTURE_TEST_CASE(a_key_that_is_reported_late_gets_a_column_on_the_right, ResultsFixture) {
  CsvOfRows csv(path);
  for (const Row& one : with_late_keys()) csv.take(one);
  csv.flush();
  BOOST_TEST(test::read_file(path) ==
             "trial_id,epoch,loss,config_lr,config_act,config_epochs,st_decision,st_status,"
             "st_tuner_time,note,reported_trial_id,st_worker_time\n"
             "0,1,0.5,0.1,relu,9,CONTINUE,InProgress,1.5,,,\n"
             "0,2,0.4,0.1,relu,9,CONTINUE,InProgress,3.0,\"one,\ntwo\",99,\n"
             "0,3,0.3,0.1,relu,9,CONTINUE,InProgress,4.5,,,1.5\n");
}

BOOST_FIXTURE_TEST_CASE(a_reported_key_with_the_name_of_a_column_is_renamed, ResultsFixture) {
  BOOST_TEST(renamed_column("config_lr").value() == "reported_config_lr");
  BOOST_TEST(renamed_column("reported_config_lr").value() == "reported_reported_config_lr");
  BOOST_TEST(renamed_column("st_status").value() == "reported_st_status");
  for (const char* key : {"loss", "reported_loss", "config", "st_worker_time", "trial"})
    BOOST_TEST(!renamed_column(key).has_value(), key);
  CsvOfRows csv(path);
  TrialReported one = report(0, 1, 0.5, Decision::proceed);
  one.values.push_back({"config_lr", 7.0});
  csv.take(row(0, {TrialStarted{0, 0, 1, 0, 9, "n", config(0.1, "relu")}}));
  csv.take(row(1, {one}));
  csv.flush();
  BOOST_TEST(test::read_file(path) ==
             "trial_id,epoch,loss,reported_config_lr,config_lr,config_act,config_epochs,"
             "st_decision,st_status,st_tuner_time\n"
             "0,1,0.5,7.0,0.1,relu,9,CONTINUE,InProgress,1.5\n");
}

BOOST_FIXTURE_TEST_CASE(results_csv_is_valid_utf8_whatever_was_reported, ResultsFixture) {
  CsvOfRows csv(path);
  TrialReported one = report(0, 1, 0.5, Decision::proceed);
  one.values.push_back({"no\xffte", std::string("a\xc3") + std::string(1, '\0') + "\xc3\xa4"});
  StudyState state;
  state.take(1, {TrialStarted{0, 0, 1, 0, 9, "n", {}}});
  csv.csv.take(state, {one});
  csv.flush();
  BOOST_TEST(test::read_file(path) ==
             "trial_id,epoch,loss,no\xef\xbf\xbdte,st_decision,st_status,st_tuner_time\n"
             "0,1,0.5,a\xef\xbf\xbd\xef\xbf\xbd\xc3\xa4,CONTINUE,InProgress,0.0\n");
}

BOOST_FIXTURE_TEST_CASE(a_removed_results_csv_comes_back_whole, ResultsFixture) {
  Journal journal =
      Journal::create(folder.file("journal.db"), {{"study", "s"}, {"metric", "loss"}}).value();
  ResultFiles files(folder.path(), journal.meta());
  const auto rows = two_trials();
  std::string before;
  for (const Row& one : rows) {
    journal.append(std::span(&one, 1)).value();
    files.on({one.index, one.time_us, {}, {}, events_of(one).value()});
    files.flush();
    if (one.index != 8) continue;
    before = test::read_file(path);
    std::filesystem::remove(path);
  }
  const std::string after = test::read_file(path);
  BOOST_TEST(after.starts_with(before));
  BOOST_TEST(after.substr(before.size()) == "0,3,nan,0.1,relu,9,STOP,Stopped,13.5\n");
}

BOOST_FIXTURE_TEST_CASE(a_results_csv_that_cannot_be_written_is_told_once, ResultsFixture) {
  Journal journal =
      Journal::create(folder.file("journal.db"), {{"study", "s"}, {"metric", "loss"}}).value();
  std::vector<std::string> warnings;
  ResultFiles files(folder.path(), journal.meta(),
                    [&](const std::string& warning) { warnings.push_back(warning); });
  std::filesystem::create_directory(path);  // Nobody can write a file here, not even root.
  for (const Row& one : two_trials()) {
    journal.append(std::span(&one, 1)).value();
    files.on({one.index, one.time_us, {}, {}, events_of(one).value()});
    files.flush();
    if (one.index == 6) std::filesystem::remove(path);
  }
  BOOST_TEST_REQUIRE(warnings.size() == 1u);
  BOOST_TEST(
      warnings[0].starts_with(path + " cannot be written: Is a directory. The study goes on"),
      warnings[0]);
  const std::string healed = test::read_file(path);
  CsvOfRows csv(folder.file("whole.csv"));
  for (const Row& one : two_trials()) csv.take(one);
  csv.flush();
  BOOST_TEST(healed == test::read_file(folder.file("whole.csv")));
}

/// Rows of trials whose parameters differ: the first trial lacks some of the others.
std::vector<Row> with_conditional_parameters() {
  const auto started = [](TrialId trial, Config config) {
    return StudyEvent{TrialStarted{0, trial, 1, 0, 9, "n", std::move(config)}};
  };
  return {row(0, {started(0, {{"act", std::string("relu")}, {"epochs", std::int64_t{9}}}),
                  started(1, config(0.1, "tanh"))}),
          row(1, {report(0, 1, 0.5, Decision::proceed)}),
          row(2, {started(2, {{"act", std::string("elu")}, {"alpha", 0.25}})}),
          row(3, {report(1, 1, 0.4, Decision::proceed), report(2, 1, 0.3, Decision::proceed)})};
}

BOOST_FIXTURE_TEST_CASE(a_parameter_that_a_trial_lacks_has_an_empty_cell, ResultsFixture) {
  CsvOfRows csv(path);
  for (const Row& one : with_conditional_parameters()) csv.take(one);
  csv.flush();
  BOOST_TEST(test::read_file(path) ==
             "trial_id,epoch,loss,config_act,config_epochs,config_lr,st_decision,st_status,"
             "st_tuner_time,config_alpha\n"
             "0,1,0.5,relu,9,,CONTINUE,InProgress,1.5,\n"
             "1,1,0.4,tanh,9,0.1,CONTINUE,InProgress,4.5,\n"
             "2,1,0.3,elu,,,CONTINUE,InProgress,4.5,0.25\n");
}

BOOST_FIXTURE_TEST_CASE(results_csv_is_the_same_file_however_it_was_written, ResultsFixture) {
  for (const auto& rows : {two_trials(), with_late_keys(), with_conditional_parameters()}) {
    const std::string whole = folder.file("whole.csv");
    CsvOfRows at_once(whole);
    for (const Row& one : rows) at_once.take(one);
    at_once.flush();
    Rng rng(3);
    for (int round = 0; round < 100; ++round) {
      std::filesystem::remove(path);
      CsvOfRows in_pieces(path);
      for (const Row& one : rows) {
        in_pieces.take(one);
        if (rng.below(2) == 0) in_pieces.flush();
      }
      in_pieces.flush();
      BOOST_REQUIRE_EQUAL(test::read_file(path), test::read_file(whole));
    }
    // A resumed study replaces an existing file.
    CsvOfRows again(path);
    for (const Row& one : rows) again.take(one);
    again.flush();
    BOOST_TEST(test::read_file(path) == test::read_file(whole));
  }
}

BOOST_FIXTURE_TEST_CASE(trials_csv_has_a_line_for_each_trial, ResultsFixture) {
  BOOST_TEST(trials_csv(state_of(two_trials())) ==
             "number,value,datetime_start,datetime_complete,duration,params_lr,params_act,"
             "params_epochs,state\n"
             "0,nan,2026-11-22 07:00:01.500000,2026-11-22 07:00:16.500000,0 days "
             "00:00:15.000000,0.1,relu,9,stopped\n"
             "1,,2026-11-22 07:00:03.000000,2026-11-22 07:00:15.000000,0 days "
             "00:00:12.000000,1.0,\"tanh, or \"\"so\"\"\",9,failed\n");
  auto rows = two_trials();
  rows.resize(9);
  BOOST_TEST(trials_csv(state_of(rows))
                 .find("\n0,0.25,2026-11-22 07:00:01.500000,,,0.1,relu,9,running\n") !=
             std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(best_json_has_best_model_and_configuration_to_retrain, ResultsFixture) {
  const JournalMeta meta{{"study", "digits"}, {"metric", "loss"}};
  const StudyState state = state_of(two_trials());
  const std::string config =
      "    \"config\": {\n"
      "      \"lr\": 0.1,\n"
      "      \"act\": \"relu\",\n"
      "      \"epochs\": 9\n"
      "    }";
  const std::string measured =
      "    \"trial\": 0,\n"
      "    \"value\": 0.25,\n"
      "    \"resource\": 2,\n";
  BOOST_TEST(best_json(state, meta, folder.path().string()) ==
             "{\n"
             "  \"study\": \"digits\",\n"
             "  \"metric\": \"loss\",\n"
             "  \"best_model\": {\n" +
                 measured + config +
                 "\n"
                 "  },\n"
                 "  \"retrain\": {\n" +
                 measured + "    \"basis\": \"best_model\",\n" + config +
                 "\n"
                 "  }\n"
                 "}\n");
  std::filesystem::create_directories(folder.path() / "trials/0000/checkpoint");
  auto rows = two_trials();
  rows.resize(9);  // Trial 0 has not diverged yet.
  const StudyState before = state_of(rows);
  BOOST_TEST(best_json(before, meta, folder.path().string())
                 .find("\"checkpoint\": \"trials/0000/checkpoint\"") != std::string::npos);
  BOOST_TEST(kept_checkpoint(state, *state.retrain(), folder.path().string()) == "",
             "the checkpoint is that of a higher resource");
  BOOST_TEST(best_json(StudyState{}, meta, folder.path().string())
                 .find("\"best_model\": null,\n  \"retrain\": null\n") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_file_is_replaced_at_once_and_errors_name_it, ResultsFixture) {
  replace_file(path, "old").value();
  replace_file(path, "new").value();
  append_to_file(path, "er").value();
  BOOST_TEST(test::read_file(path) == "newer");
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  const std::string nowhere = folder.file("nowhere/best.json");
  BOOST_TEST(replace_file(nowhere, "x").error().what ==
             nowhere + ".new cannot be written: No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
