// `troupe trials`, `best`, `events` and `logs` as commands, over a journal that the test writes.

#include <array>
#include <cstdio>
#include <string>

#include <boost/test/unit_test.hpp>
#include <sqlite3.h>
#include <sys/wait.h>

#include "actors/events.hpp"
#include "actors/head/head_folder.hpp"
#include "actors/journal/journal.hpp"
#include "actors/json.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe {
namespace {

using namespace actors;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(lists)

struct Ended {
  int code = -1;
  std::string output;  ///< stdout; stderr too if the command line redirects it.
};

Ended troupe_says(const std::string& arguments) {
  const std::string command = std::string(TROUPE_BIN) + "/troupe " + arguments;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  Ended ended;
  std::array<char, 4096> bytes{};
  while (const std::size_t count = std::fread(bytes.data(), 1, bytes.size(), pipe))
    ended.output.append(bytes.data(), count);
  const int status = ::pclose(pipe);
  BOOST_REQUIRE(WIFEXITED(status));
  ended.code = WEXITSTATUS(status);
  return ended;
}

Row row(std::uint64_t index, const std::vector<StudyEvent>& events) {
  constexpr std::int64_t start_us = 1'795'330'800'000'000;  // 2026-11-22 07:00:00 UTC
  return {index, start_us + static_cast<std::int64_t>(index) * 1'500'000, "{}", "[]",
          to_json(events)};
}

Config config(double lr, const std::string& act) {
  return {{"lr", lr}, {"act", act}};
}

/// Folder of a study with a paused trial, and a trial that failed once and runs again.
struct StudyFixture {
  test::TempFolder temp;
  std::string folder = temp.file("digits");

  StudyFixture() {
    fs::create_directory(folder);
    const std::vector<Row> rows{
        row(0, {TrialStarted{0, 0, 1, 0, 1, "n1", config(0.125, "relu")}}),
        row(1, {TrialStarted{1, 1, 1, 0, 1, "n1", config(1, "a,b")}}),
        row(2, {TrialReported{2, 0, 1, 0.5, TrialReported::Decision::pause, {}},
                BestModelChanged{2, BestTrial{0, 1, 0.5, config(0.125, "relu")}},
                RetrainConfigChanged{2, BestTrial{0, 1, 0.5, config(0.125, "relu")}}}),
        row(3, {TrialPaused{3, 0, 1}}),
        row(4, {TrialFailed{4, 1, 1, "exit code 3", "boom", TrialFailed::Then::retry}}),
        row(5, {TrialStarted{5, 1, 2, 0, 1, "n1", config(1, "a,b")}})};
    auto journal =
        Journal::create(folder + "/journal.db", {{"study", "digits"}, {"metric", "loss"}}).value();
    journal.append(rows).value();
    for (const char* attempt : {"attempt-1", "attempt-2"}) {
      const fs::path path = fs::path(folder) / "trials" / "0001" / attempt;
      fs::create_directories(path);
      test::write_file(path / "stdout.log", std::string("out of ") + attempt + "\n");
      test::write_file(path / "stderr.log", std::string("err of ") + attempt + "\n");
    }
  }
};

BOOST_FIXTURE_TEST_CASE(trials_are_listed_for_people_and_for_programs, StudyFixture) {
  const Ended table = troupe_says("trials " + folder);
  BOOST_TEST(table.code == 0);
  BOOST_TEST(table.output ==
             "trial  state    resource  loss  attempts  time     lr  act\n"
             "    0  paused          1   0.5         1  0:04  0.125  relu\n"
             "    1  pending                         2          1.0  a,b\n"
             "(no process runs this study; `troupe run` resumes it)\n");
  {
    const auto head = actors::HeadFolder::open(folder).value();
    const std::string text = troupe_says("trials " + folder).output;
    BOOST_TEST(text.find("    1  running ") != std::string::npos, text);
    BOOST_TEST(text.find("no process") == std::string::npos, text);
  }
  BOOST_TEST(troupe_says("trials -f csv " + folder).output ==
             "trial,state,resource,metric,attempts,warnings,started_utc,ended_utc,seconds,"
             "config_lr,config_act\n"
             "0,paused,1,0.5,1,0,2026-11-22 07:00:00.000000,2026-11-22 07:00:04.500000,4.5,"
             "0.125,relu\n"
             "1,pending,,,2,0,2026-11-22 07:00:01.500000,,,1.0,\"a,b\"\n");
  const Ended json = troupe_says("trials -f json " + folder);
  BOOST_TEST(json.output.find("\"config_act\": \"a,b\"") != std::string::npos, json.output);
  BOOST_TEST(json.output.find("\"metric\": null") != std::string::npos, json.output);
}

BOOST_FIXTURE_TEST_CASE(the_best_is_shown, StudyFixture) {
  const Ended table = troupe_says("best " + folder);
  BOOST_TEST(table.code == 0);
  BOOST_TEST(
      table.output ==
      "best model and configuration to retrain: trial 0, loss 0.5 at resource 1 (no resource "
      "was reported by two trials that did not fail)\n"
      "  lr      0.125\n"
      "  act     relu\n"
      "  folder  " +
          folder +
          "/trials/0000/attempt-1\n"
          "(so far: the study has not finished)\n");
  BOOST_TEST(troupe_says("best -f csv " + folder).output ==
             "result,trial,resource,metric,config_lr,config_act\n"
             "best_model,0,1,0.5,0.125,relu\n"
             "retrain,0,1,0.5,0.125,relu\n");
  const Ended json = troupe_says("best -f json " + folder);
  BOOST_TEST(
      json.output.starts_with("{\n  \"study\": \"digits\",\n  \"metric\": \"loss\",\n"
                              "  \"best_model\": {\n    \"trial\": 0,\n"));
}

/// Folder of a finished study that an earlier troupe wrote.
struct FormatTwo {
  test::TempFolder temp;
  std::string folder = temp.file("tiny");
  std::string study = temp.file("tiny.yaml");

  FormatTwo() {
    fs::create_directory(folder);
    run_sql(test::read_file(std::string(TROUPE_ROOT) + "/test/e2e/format_2.sql"));
    test::write_file(folder + "/nodes.json", "{}");
    test::write_file(study,
                     "study: tiny\nentry: {command: [\"true\"]}\nmetric: loss\nmode: min\n"
                     "resource_attr: epoch\nmax_resource_attr: epochs\n"
                     "config_space: {k: {choice: [5, 3, 7]}, epochs: 3}\nsearcher: grid\n"
                     "scheduler: {name: asha, type: promotion}\nreport: name-value\n");
  }
  void run_sql(const std::string& sql) const {
    sqlite3* database = nullptr;
    BOOST_REQUIRE_EQUAL(sqlite3_open((folder + "/journal.db").c_str(), &database), SQLITE_OK);
    BOOST_REQUIRE_EQUAL(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }
};

BOOST_FIXTURE_TEST_CASE(a_study_of_format_2_opens_in_every_list, FormatTwo) {
  const Ended trials = troupe_says("trials " + folder);
  BOOST_TEST(trials.code == 0);
  BOOST_TEST(trials.output.find("    1  completed         3  0.33         2") != std::string::npos,
             trials.output);
  BOOST_TEST(troupe_says("best -f csv " + folder).output.find("config_k") != std::string::npos);
  BOOST_TEST(troupe_says("best " + folder).output.find("as that version chose it") !=
             std::string::npos);
  BOOST_TEST(troupe_says("events -f csv " + folder).output.find(",TrialPromoted,1,") !=
             std::string::npos);
  const Ended replay = troupe_says("replay " + folder + " 2>&1");
  BOOST_TEST(replay.code == 1);
  BOOST_TEST(replay.output == "troupe: " + folder +
                                  "/journal.db has journal format 2: its decisions can be derived "
                                  "again only by the troupe that wrote it; `troupe trials`, `best` "
                                  "and `events` show it\n");
}

BOOST_FIXTURE_TEST_CASE(a_study_of_format_2_is_shown_and_never_continued, FormatTwo) {
  const std::string run = "run " + study + " --dir " + folder + " 2>&1";
  const Ended shown = troupe_says(run);
  BOOST_TEST(shown.code == 0);
  BOOST_TEST(shown.output.find("is over (3 trials were started)") != std::string::npos,
             shown.output);
  run_sql("DELETE FROM rows WHERE number > 10");
  const Ended refused = troupe_says(run);
  BOOST_TEST(refused.code == 2);
  BOOST_TEST(refused.output.find("journal.db has journal format 2, which an earlier troupe wrote: "
                                 "`troupe trials`, `best`, `events` and `logs` show it, but it "
                                 "cannot be continued. Start a new study with --fresh") !=
                 std::string::npos,
             refused.output);
  const Ended clean = troupe_says("clean " + folder + " 2>&1");
  BOOST_TEST(clean.code == 1);
}

BOOST_FIXTURE_TEST_CASE(a_study_without_a_report_has_no_best_trial, StudyFixture) {
  const std::string fresh = temp.file("fresh");
  fs::create_directory(fresh);
  (void)Journal::create(fresh + "/journal.db", {}).value();
  const Ended ended = troupe_says("best " + fresh + " 2>&1");
  BOOST_TEST(ended.code == 1);
  BOOST_TEST(ended.output.starts_with("troupe: " + fresh +
                                      " has no best model and no "
                                      "configuration to retrain: no trial has reported;"));
  BOOST_TEST(troupe_says("trials -f json " + fresh).output == "[]\n");
  BOOST_TEST(troupe_says("events -f json " + fresh).output == "[]\n");
}

BOOST_FIXTURE_TEST_CASE(events_are_listed_in_order, StudyFixture) {
  const Ended csv = troupe_says("events -f csv " + folder);
  BOOST_TEST(csv.code == 0);
  BOOST_TEST(csv.output ==
             "index,time_utc,event,trial,detail\n"
             "0,2026-11-22 07:00:00.000000,TrialStarted,0,\"attempt 1 on n1, from 0 to 1: "
             "lr=0.125 act=relu\"\n"
             "1,2026-11-22 07:00:01.500000,TrialStarted,1,\"attempt 1 on n1, from 0 to 1: lr=1.0 "
             "act=a,b\"\n"
             "2,2026-11-22 07:00:03.000000,TrialReported,0,0.5 at 1: PAUSE\n"
             "2,2026-11-22 07:00:03.000000,BestModelChanged,0,0.5 at 1\n"
             "2,2026-11-22 07:00:03.000000,RetrainConfigChanged,0,0.5 at 1\n"
             "3,2026-11-22 07:00:04.500000,TrialPaused,0,at 1\n"
             "4,2026-11-22 07:00:06.000000,TrialFailed,1,attempt 1: exit code 3 (retry)\n"
             "5,2026-11-22 07:00:07.500000,TrialStarted,1,\"attempt 2 on n1, from 0 to 1: lr=1.0 "
             "act=a,b\"\n");
  const Ended json = troupe_says("events -f json " + folder);
  BOOST_TEST(
      json.output.starts_with("[\n{\"time\":\"2026-11-22 07:00:00.000000\",\"TrialStarted\":"
                              "{\"index\":0,\"trial\":0,"));
  BOOST_TEST(json.output.ends_with("}}\n]\n"));
}

BOOST_FIXTURE_TEST_CASE(logs_are_of_the_last_attempt_unless_one_is_named, StudyFixture) {
  BOOST_TEST(troupe_says("logs " + folder + " 1").output == "out of attempt-2\n");
  BOOST_TEST(troupe_says("logs " + folder + " 1 --attempt 1 --stderr").output ==
             "err of attempt-1\n");
}

BOOST_FIXTURE_TEST_CASE(a_missing_study_is_reported_in_a_sentence, StudyFixture) {
  const auto refusal = [](const std::string& arguments) {
    const Ended ended = troupe_says(arguments + " 2>&1");
    BOOST_TEST(ended.code == 2);
    return ended.output;
  };
  BOOST_TEST(refusal("logs " + folder + " 7") ==
             "troupe: the study has no trial 7; it has trials 0 to 1\n");
  BOOST_TEST(refusal("logs " + folder + " 1 --attempt 3") ==
             "troupe: trial 1 has no attempt 3; it has attempts 1 to 2\n");
  BOOST_TEST(refusal("trials " + folder + "/nowhere") ==
             "troupe: there is no folder " + folder + "/nowhere\n");
  BOOST_TEST(refusal("best " + folder + "/trials") ==
             "troupe: " + folder +
                 "/trials is not the folder of a study: there is no journal.db in it\n");
  BOOST_TEST(refusal("events " + folder + "/journal.db")
                 .starts_with("troupe: " + folder +
                              "/journal.db is a file; this command takes the folder of a study"));
  const Ended unprinted = troupe_says("logs " + folder + " 0 2>&1");
  BOOST_TEST(unprinted.code == 1);
  BOOST_TEST(unprinted.output.find("stdout.log cannot be read") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
