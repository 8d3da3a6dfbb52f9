// SIGKILL to the head or a node at any moment: no process is left over, and the study continues
// with the same decisions.

#include <algorithm>
#include <csignal>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "test/e2e/study_kit.hpp"

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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
