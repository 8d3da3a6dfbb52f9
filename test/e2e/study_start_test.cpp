// How `troupe run` starts programs: folders, arguments, time-outs, scripts that cannot start.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(study_start)

/// A study of a shell script `train` beside its file. `entry` follows the command in `entry`.
struct ScriptStudy {
  explicit ScriptStudy(const std::string& script, const std::string& entry,
                       const std::string& lines)
      : study("entry: {command: [./train]" + entry + "}\n" + lines) {
    const std::string path = (fs::path(study.file()).parent_path() / "train").string();
    std::ofstream(path, std::ios::binary) << script;
    fs::permissions(path, fs::perms::owner_all);
  }
  E2eStudy study;
};

std::size_t count(const std::string& text, const std::string& words) {
  std::size_t found = 0;
  for (std::size_t at = text.find(words); at != text.npos; at = text.find(words, at + 1)) ++found;
  return found;
}

/// Writes its parameter to a file in its folder, and reports what it reads there.
const std::string writes_a_file = R"(#!/bin/sh
for epoch in 1 2 3 4 5 6; do
  echo "$2" > best_model.txt
  sleep 0.1
  echo "[tune-metric]: {\"epoch\": $epoch, \"loss\": $(cat best_model.txt)}"
done
)";
const std::string four_at_a_time = R"(
config_space: {x: {uniform: [0, 1]}}
max_t: 6
scheduler: {name: random_search}
n_workers: 4
stop_criterion: {max_num_trials_started: 8}
)";

BOOST_AUTO_TEST_CASE(trials_that_modify_a_shared_file_are_named_once) {
  const ScriptStudy shared(writes_a_file, "", four_at_a_time);
  const Finished run = shared.study.run({});
  BOOST_TEST(run.code == 0, run.err << run.out);
  BOOST_TEST(count(run.out, "'best_model.txt' in ") == 1u, run.out);
  BOOST_TEST(run.out.find("`entry: {cwd: trial}`") != std::string::npos, run.out);
}

BOOST_AUTO_TEST_CASE(trials_with_folders_of_their_own_read_what_they_wrote) {
  const ScriptStudy own(writes_a_file, ", cwd: trial", four_at_a_time);
  const Finished run = own.study.run({});
  BOOST_TEST(run.code == 0, run.err << run.out);
  BOOST_TEST(run.out.find("best_model") == std::string::npos, run.out);
  BOOST_TEST(fs::exists(own.study.folder() + "/trials/0003/work/best_model.txt"));
  BOOST_TEST(fs::is_symlink(own.study.folder() + "/trials/0003/work/train"));
  const auto rows = own.study.results_without_times();
  BOOST_TEST(rows.size() == 1u + 8 * 6);
  BOOST_TEST(!fs::exists(fs::path(own.study.file()).parent_path() / "best_model.txt"));
}

BOOST_AUTO_TEST_CASE(a_program_that_hangs_fails_with_the_time_out_that_ended_it) {
  const ScriptStudy hangs("#!/bin/sh\nsleep 600\n", "",
                          "config_space: {x: {uniform: [0, 1]}}\nmax_t: 3\n"
                          "scheduler: {name: random_search}\nmax_failures: 0\n"
                          "report_timeout: 0.5\nstop_criterion: {max_num_trials_started: 1}\n");
  const Finished run = hangs.study.run({}, std::chrono::seconds(30));
  BOOST_TEST(run.code == 3);
  BOOST_TEST(run.out.find("no report for 0.5 s (report_timeout)") != std::string::npos, run.out);
  BOOST_TEST(hangs.study.processes().empty());
}

BOOST_AUTO_TEST_CASE(a_script_with_windows_line_ends_is_named_so) {
  for (const char* interpreter : {"/bin/sh", "/usr/bin/env sh"}) {
    const ScriptStudy script(std::string("#!") + interpreter + "\r\nexit 0\r\n", "",
                             four_at_a_time);
    const Finished run = script.study.run({});
    BOOST_TEST(run.code == 3);
    BOOST_TEST(
        run.out.find("cannot start ./train: its first line ends with CRLF") != std::string::npos,
        run.out);
  }
}

BOOST_AUTO_TEST_CASE(null_lists_and_flags_arrive_as_arguments) {
  const ScriptStudy script(
      R"(#!/bin/sh
echo "$*" > "$TROUPE_TRIAL_DIR/arguments"
echo 'epoch=1 loss=1'
)",
      ", booleans: flag, lists: nargs",
      "config_space: {a: {choice: [null, 3]}, b: {choice: [false, true]}, "
      "c: {choice: [[1, 2], [3]]}, d: {randint: [100000, 300000], step: "
      "200000}, e: {finrange: [300000, 300000, 1]}}\nsearcher: grid\nmax_t: 1\n"
      "report: {format: name-value}\nscheduler: {name: random_search}\n");
  const Finished run = script.study.run({});
  BOOST_TEST(run.code == 0, run.err << run.out);
  const auto arguments = [&](const char* trial) {
    return read_file(script.study.folder() + "/trials/" + trial + "/arguments");
  };
  BOOST_TEST(arguments("0000") == "--c 1 2 --d 100000 --e 300000\n");
  BOOST_TEST(arguments("0015") == "--a 3 --b --c 3 --d 300000 --e 300000\n");
  BOOST_TEST(script.study.troupe("replay").out.find(" 0 differences") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
