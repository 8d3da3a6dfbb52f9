// SIGKILL to the head or a node at any moment: no process is left over, and the study continues
// with the same decisions.

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "test/e2e/study_kit.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::test {
namespace {

BOOST_AUTO_TEST_SUITE(study_kill)

/// A study whose programs double-fork, call setsid and ignore SIGTERM.
const std::string stubborn_study = "entry: {command: [sh, -c, '" + program("e2e_stubborn") +
                                   " --period_ms 15 \"$@\"; exit $?', sh]}\n" + R"(
config_space: {x: {uniform: [0, 1]}, epochs: 27}
max_resource_attr: epochs
scheduler: {name: pasha}
n_workers: 2
lease: 3
grace_kill_s: 1
stop_criterion: {max_num_trials_started: 40}
)";

/// Waits until the journal has `rows` rows, which happens before the end of the study.
void wait_for_rows(const E2eStudy& study, std::size_t rows, const Command& run) {
  BOOST_TEST_REQUIRE(eventually([&] { return study.journal().size() >= rows || run.ended(); },
                                std::chrono::seconds(60)));
  BOOST_TEST_REQUIRE(study.journal().size() >= rows, "the study ended before row " << rows);
}

void check_prefix(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  BOOST_REQUIRE(after.size() >= before.size());
  for (std::size_t i = 0; i < before.size(); ++i) BOOST_TEST(before[i] == after[i]);
}

BOOST_AUTO_TEST_CASE(a_head_that_is_killed_at_any_moment_resumes_its_study) {
  const E2eStudy study(stubborn_study);
  Rng rng(5);
  for (int kills = 0; kills < 3; ++kills) {
    const auto run = study.start();
    wait_for_rows(study, study.journal().size() + 5 + rng.below(25), *run);
    run->signal(SIGKILL);
    (void)run->wait(std::chrono::seconds(5));
    const auto before = study.journal();
    BOOST_TEST_REQUIRE(before.size() > 5u);
    BOOST_TEST(eventually([&] { return study.processes().empty(); }, std::chrono::seconds(6)));
    const auto resumed = study.start();
    wait_for_rows(study, before.size() + 3, *resumed);
    resumed->signal(SIGKILL);
    (void)resumed->wait(std::chrono::seconds(5));
    check_prefix(before, study.journal());
  }
  const Finished end = study.run();
  BOOST_TEST(end.code == 0, end.err << study.troupe("events").out);
  BOOST_TEST(study.troupe("replay").code == 0);
  BOOST_TEST(study.processes().empty());
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_at_any_moment_loses_only_its_running_attempts) {
  const E2eStudy study(stubborn_study);
  const auto run = study.start();
  Rng rng(6);
  std::size_t killed = 0;
  for (int kills = 0; kills < 3; ++kills) {
    wait_for_rows(study, study.journal().size() + 5 + rng.below(25), *run);
    for (const pid_t node : study.processes("troupe node")) killed += kill(node, SIGKILL) == 0;
  }
  BOOST_TEST(run->wait(std::chrono::seconds(120)).value_or(-1) == 0, run->err());
  // Three nodes were running trials when they were killed, or two if a node had not started again.
  BOOST_TEST(killed >= 2u);
  const auto rows = study.journal();
  const auto lost = std::ranges::count_if(
      rows, [](const std::string& row) { return row.find("NodeLeft") != std::string::npos; });
  BOOST_TEST(lost >= 2);
  BOOST_TEST(study.processes().empty());
  BOOST_TEST(study.troupe("replay").code == 0);
}

/// SIGKILL to head, node, process reaper and programs. All are stopped first, so that none of them
/// sees the end of another.
void kill_the_host(const E2eStudy& study) {
  for (const int signal : {SIGSTOP, SIGKILL})
    for (const pid_t process : study.processes()) (void)kill(process, signal);
  BOOST_TEST_REQUIRE(
      eventually([&] { return study.processes().empty(); }, std::chrono::seconds(10)));
}

/// TROUPE_E2E_TRIALS: number of trials, for a longer run.
std::string trials() {
  const char* given = std::getenv("TROUPE_E2E_TRIALS");
  return given == nullptr ? "4" : given;
}

/// The first time that a program has saved an epoch, the whole host is killed before the report.
BOOST_AUTO_TEST_CASE(a_host_that_is_killed_between_checkpoint_and_report_fails_no_trial) {
  const TempFolder stops;
  const E2eStudy study("entry: {command: [" + program("e2e_save_first") + ", --stops, " +
                       stops.path().string() + R"(]}
config_space: {x: {uniform: [0, 1]}, epochs: 9}
max_resource_attr: epochs
scheduler: {name: asha, type: promotion, grace_period: 1, reduction_factor: 3}
n_workers: 1
max_retries: 0
max_failures: 0
when_exhausted: promote
stop_criterion: {max_num_trials_started: )" +
                       trials() + "}\n");
  const auto stopped = [&] {
    return std::distance(std::filesystem::directory_iterator(stops.path()),
                         std::filesystem::directory_iterator());
  };
  std::ptrdiff_t kills = 0;
  std::optional<int> code;
  while (!code) {
    const auto run = study.start();
    BOOST_TEST_REQUIRE(
        eventually([&] { return stopped() > kills || run->ended(); }, std::chrono::seconds(60)));
    if (stopped() > kills) {
      ++kills;
      kill_the_host(study);
      (void)run->wait(std::chrono::seconds(5));
    } else {
      code = run->wait(std::chrono::seconds(5));
      BOOST_TEST_REQUIRE(code.has_value(), run->err());
      BOOST_TEST(*code == 0, run->err() << study.troupe("events").out);
    }
  }
  BOOST_TEST_MESSAGE(kills << " kills");
  BOOST_TEST(kills >= std::stol(trials()));
  for (const std::string& row : study.journal())
    BOOST_TEST(row.find("give_up") == std::string::npos, row);
  BOOST_TEST(study.troupe("replay").code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
