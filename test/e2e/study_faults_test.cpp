// Nodes and folders that fail while a study runs.

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(study_faults)

/// A study of a shell script that is started by the `sh` of the PATH.
struct ShellStudy {
  explicit ShellStudy(int trials)
      : study(
            "entry: {command: [sh, ./train]}\nconfig_space: {x: {uniform: [0, 1]}}\nmax_t: 3\n"
            "scheduler: {name: random_search}\nn_workers: 4\nmax_retries: 0\nmax_failures: 1\n"
            "lease: 1\nstop_criterion: {max_num_trials_started: " +
            std::to_string(trials) + "}\n") {
    std::ofstream(fs::path(study.file()).parent_path() / "train")
        << "for epoch in 1 2 3; do\nsleep 0.3\n"
           "echo \"[tune-metric]: {\\\"epoch\\\": $epoch, \\\"loss\\\": 0.$epoch}\"\ndone\n";
  }
  /// Starts a node with 50 processors, so that it gets the next trial, and with this PATH.
  [[nodiscard]] std::unique_ptr<Command> node(const std::string& path) const {
    BOOST_REQUIRE(eventually([&] { return fs::exists(study.folder() + "/address"); },
                             std::chrono::seconds(20)));
    return std::make_unique<Command>(
        std::vector<std::string>{program("troupe"), "node", "--join", study.folder(), "--name", "b",
                                 "--cpus", "50", "--lease", "1"},
        std::vector{"TROUPE_E2E=" + study.folder(), "PATH=" + path});
  }
  E2eStudy study;
};

BOOST_AUTO_TEST_CASE(a_node_that_cannot_start_the_program_does_not_fail_the_study) {
  const ShellStudy shell(40);
  const auto run = shell.study.start({});
  const auto node = shell.node("/nonexistent");
  const auto nodes = [&] { return shell.study.troupe("nodes").out; };
  BOOST_TEST(eventually([&] { return nodes().find("set aside") != std::string::npos; },
                        std::chrono::seconds(60)),
             run->out() << node->err());
  BOOST_TEST_MESSAGE(nodes());
  BOOST_TEST(nodes().find("cannot start sh: No such file or directory") != std::string::npos);
  BOOST_TEST(run->wait(std::chrono::seconds(120)).value_or(-1) == 0, run->out() << run->err());
  BOOST_TEST_MESSAGE(run->out());
  BOOST_TEST(run->out().find("node b is set aside, no trial starts there: cannot start sh: ") !=
                 std::string::npos,
             run->out());
  BOOST_TEST(shell.study.results_without_times().size() == 1u + 3 * 40);
  BOOST_TEST(shell.study.troupe("replay").out.find(" 0 differences") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_study_that_no_node_can_start_stops_and_goes_on_after_the_repair) {
  const E2eStudy study(
      "entry: {command: [./train]}\nconfig_space: {x: {uniform: [0, 1]}}\nmax_t: 1\n"
      "scheduler: {name: random_search}\nn_workers: 3\nmax_failures: 0\n"
      "stop_criterion: {max_num_trials_started: 6}\n");
  const fs::path script = fs::path(study.file()).parent_path() / "train";
  std::ofstream(script) << "#!/bin/sh\necho '[tune-metric]: {\"epoch\": 1, \"loss\": 1}'\n";
  const Finished failed = study.run({});
  BOOST_TEST(failed.code == 3);
  BOOST_TEST_MESSAGE(failed.out);
  BOOST_TEST(failed.out.find("failed (the same command resumes it): no node can start the program: "
                             "own-1: cannot start ./train: the file is not executable") !=
                 std::string::npos,
             failed.out << failed.err);
  fs::permissions(script, fs::perms::owner_all);
  const Finished repaired = study.run({});
  BOOST_TEST(repaired.code == 0, repaired.out << repaired.err);
  BOOST_TEST(study.results_without_times().size() == 1u + 6);
}

/// A study that runs for a minute unless it is stopped.
std::string endless(const std::string& more = "") {
  return "entry: {command: [" + program("e2e_curve") +
         ", --period_ms, '50']}\nconfig_space: {x: {uniform: [0, 1]}, epochs: 27}\n"
         "max_resource_attr: epochs\nscheduler: {name: random_search}\nn_workers: 2\n"
         "grace_kill_s: 1\nstop_criterion: {max_num_trials_started: 100}\n" +
         more;
}

BOOST_AUTO_TEST_CASE(a_study_whose_folder_goes_away_stops_and_says_so) {
  for (const bool moved : {true, false}) {
    const E2eStudy study(endless());
    const auto run = study.start({});
    BOOST_REQUIRE(eventually([&] { return study.results_without_times().size() > 3; },
                             std::chrono::seconds(30)));
    if (moved)
      fs::rename(study.folder(), study.folder() + "2");
    else
      std::system(("rm -rf " + study.folder() + " 2> /dev/null").c_str());
    BOOST_TEST(run->wait(std::chrono::seconds(20)).value_or(-1) == 130, run->out() << run->err());
    BOOST_TEST_MESSAGE(run->out());
    BOOST_TEST(run->out().find("removed or moved while it ran") != std::string::npos,
               run->out() << run->err());
    BOOST_TEST(eventually([&] { return study.processes().empty(); }, std::chrono::seconds(10)));
    if (!moved) continue;
    fs::remove_all(study.folder());
    fs::rename(study.folder() + "2", study.folder());
    const auto again = study.start({});
    const std::size_t rows = study.journal().size();
    BOOST_TEST(
        eventually([&] { return study.journal().size() > rows + 5; }, std::chrono::seconds(30)),
        again->out() << again->err());
    again->signal(SIGINT);
    BOOST_TEST(again->wait(std::chrono::seconds(20)).value_or(-1) == 130);
    BOOST_TEST(study.troupe("replay").out.find(" 0 differences") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_changed_copy_of_the_study_file_is_a_warning) {
  const E2eStudy study(endless());
  const auto run = study.start({});
  BOOST_REQUIRE(eventually([&] { return study.results_without_times().size() > 3; },
                           std::chrono::seconds(30)));
  std::ofstream(study.folder() + "/study.yaml", std::ios::app) << "max_failures: 9\n";
  BOOST_TEST(eventually(
                 [&] {
                   return run->out().find("/study.yaml was changed: it is a copy") !=
                          std::string::npos;
                 },
                 std::chrono::seconds(5)),
             run->out());
  BOOST_TEST(!run->ended());
  run->signal(SIGINT);
  BOOST_TEST(run->wait(std::chrono::seconds(20)).value_or(-1) == 130);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
