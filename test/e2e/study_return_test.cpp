// A head that restarts within the lease takes back its nodes and their running trials.

#include <algorithm>
#include <csignal>
#include <filesystem>

#include <boost/test/unit_test.hpp>

#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

BOOST_AUTO_TEST_SUITE(study_return)

const std::string slow_curves =
    "entry: {command: [" + program("e2e_curve") + ", --period_ms, '60']}\n" + R"(
config_space: {x: {uniform: [0, 1]}, epochs: 27}
max_resource_attr: epochs
scheduler: {name: pasha}
seed: 3
grace_kill_s: 1
stop_criterion: {max_num_trials_started: 14}
)";

/// The folders of all attempts, as "0003/attempt-2".
std::vector<std::string> attempts(const E2eStudy& study) {
  std::vector<std::string> found;
  namespace fs = std::filesystem;
  for (const auto& trial : fs::directory_iterator(study.folder() + "/trials"))
    for (const auto& entry : fs::directory_iterator(trial.path()))
      if (entry.path().filename().string().starts_with("attempt-"))
        found.push_back(trial.path().filename().string() + "/" + entry.path().filename().string());
  std::ranges::sort(found);
  return found;
}

/// Runs the study, and kills and restarts its head `kills` times, each after `rows` more rows.
Finished run_with_kills(const E2eStudy& study, int kills, std::size_t rows) {
  auto run = study.start();
  for (int i = 0; i < kills; ++i) {
    const std::size_t before = study.journal().size();
    BOOST_REQUIRE(eventually([&] { return study.journal().size() >= before + rows; },
                             std::chrono::seconds(60)));
    run->signal(SIGKILL);
    (void)run->wait(std::chrono::seconds(5));
    run = study.start();
  }
  const auto code = run->wait(std::chrono::seconds(120));
  return {code.value_or(-1), run->out(), run->err()};
}

BOOST_AUTO_TEST_CASE(a_head_that_restarts_within_the_lease_changes_no_result) {
  const std::string lines = slow_curves + "n_workers: 1\nlease: 20\n";
  const E2eStudy undisturbed(lines);
  BOOST_TEST(undisturbed.run().code == 0);
  const E2eStudy study(lines);
  const Finished run = run_with_kills(study, 4, 9);
  BOOST_TEST(run.code == 0, run.err << study.troupe("events").out);
  BOOST_TEST(study.results_without_times() == undisturbed.results_without_times(),
             boost::test_tools::per_element());
  BOOST_TEST(attempts(study) == attempts(undisturbed), boost::test_tools::per_element());
  BOOST_TEST(study.troupe("replay").code == 0);
  BOOST_TEST(study.processes().empty());
}

BOOST_AUTO_TEST_CASE(a_head_that_restarts_after_the_lease_finds_its_node_gone) {
  const E2eStudy study(slow_curves + "n_workers: 2\nlease: 1\n");
  {
    const auto run = study.start();
    BOOST_REQUIRE(
        eventually([&] { return study.journal().size() > 10; }, std::chrono::seconds(20)));
    run->signal(SIGKILL);
    (void)run->wait(std::chrono::seconds(5));
  }
  BOOST_TEST(eventually([&] { return study.processes().empty(); }, std::chrono::seconds(10)));
  const Finished run = study.run();
  BOOST_TEST(run.code == 0, run.err << study.troupe("events").out);
  BOOST_TEST(study.troupe("replay").code == 0);
  BOOST_TEST(study.processes().empty());
}

BOOST_AUTO_TEST_CASE(a_new_study_waits_for_the_processes_of_the_old_one) {
  const E2eStudy study(slow_curves + "n_workers: 2\nlease: 2\n");
  {
    const auto run = study.start();
    BOOST_REQUIRE(
        eventually([&] { return study.journal().size() > 10; }, std::chrono::seconds(20)));
    run->signal(SIGKILL);
    (void)run->wait(std::chrono::seconds(5));
  }
  const Finished run = study.run({"--quiet", "--fresh"});
  BOOST_TEST(run.code == 0, run.err);
  BOOST_TEST(run.err.find("waiting for its last processes to end") != std::string::npos, run.err);
  BOOST_TEST(study.processes().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
