// A study whose scheduler and searcher run in other processes decides the same.

#include <filesystem>
#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

BOOST_AUTO_TEST_SUITE(study_hosts)

std::string lines(const std::string& placement) {
  return "entry: {command: [" + program("e2e_curve") + "]}\n" + R"(
config_space: {x: {uniform: [0, 1]}, epochs: 27}
max_resource_attr: epochs
n_workers: 1
stop_criterion: {max_num_trials_started: 12}
)" + placement;
}

std::unique_ptr<Command> node(const E2eStudy& study, const std::string& name) {
  return std::make_unique<Command>(std::vector<std::string>{program("troupe"), "node", "--join",
                                                            study.folder(), "--name", name});
}

void wait_for_address(const E2eStudy& study) {
  BOOST_REQUIRE(eventually([&] { return std::filesystem::exists(study.folder() + "/address"); },
                           std::chrono::seconds(20)));
}

BOOST_AUTO_TEST_CASE(a_remote_scheduler_and_searcher_give_the_same_journal) {
  const E2eStudy here(lines("scheduler: {name: pasha}\nsearcher: {name: random}\n"));
  BOOST_TEST(here.run().code == 0);
  const E2eStudy elsewhere(
      lines("scheduler: {name: pasha, node: s1}\nsearcher: {name: random, node: s2}\n"));
  const auto run = elsewhere.start();
  wait_for_address(elsewhere);
  const auto first = node(elsewhere, "s1");
  const auto second = node(elsewhere, "s2");
  BOOST_TEST(run->wait(std::chrono::seconds(60)).value_or(-1) == 0,
             run->err() << first->err() << second->err());
  auto rows = here.journal();
  auto remote = elsewhere.journal();
  BOOST_TEST_REQUIRE(rows.size() > 30u);
  BOOST_TEST_REQUIRE(remote.size() == rows.size());
  rows.erase(rows.begin());  // Row 0 holds the study, which names the nodes.
  remote.erase(remote.begin());
  BOOST_TEST(rows == remote, boost::test_tools::per_element());
  BOOST_TEST(elsewhere.troupe("replay").code == 0);
  BOOST_TEST(first->wait(std::chrono::seconds(20)).value_or(-1) == 0, first->err());
}

BOOST_AUTO_TEST_CASE(an_actor_of_a_user_decides_for_a_study) {
  const E2eStudy study(lines("scheduler: {name: asha, node: mine, actor: every-third}\n"));
  const auto run = study.start();
  wait_for_address(study);
  Command mine({program("e2e_own_scheduler"), study.folder(), "mine", "every-third"});
  BOOST_TEST(run->wait(std::chrono::seconds(60)).value_or(-1) == 0, run->err() << mine.err());
  BOOST_TEST(mine.wait(std::chrono::seconds(20)).value_or(-1) == 0, mine.err());
  std::map<std::string, int> reports;
  for (const auto& row : study.results_without_times())
    if (row.find(",CONTINUE,") != row.npos || row.find(",STOP,") != row.npos)
      ++reports[row.substr(0, row.find(','))];
  BOOST_TEST(reports.size() == 12u);
  for (const auto& [trial, count] : reports)
    BOOST_TEST(count == (std::stoi(trial) % 3 == 0 ? 9 : 3), "trial " << trial);
  const Finished replay = study.troupe("replay");
  BOOST_TEST(replay.code == 0, replay.out);
  BOOST_TEST(
      replay.out.find("decisions of actor every-third are not recomputed") != std::string::npos,
      replay.out);
}

BOOST_AUTO_TEST_CASE(a_second_node_takes_trials_while_the_study_runs) {
  const E2eStudy study("entry: {command: [" + program("e2e_curve") + ", --period_ms, '20']}\n" + R"(
config_space: {x: {uniform: [0, 1]}, epochs: 27}
max_resource_attr: epochs
scheduler: {name: asha}
resources: {cpus: 1}
n_workers: 8
stop_criterion: {max_num_trials_started: 40}
)");
  const auto run = study.start();
  wait_for_address(study);
  const auto second = node(study, "second");
  BOOST_TEST(run->wait(std::chrono::seconds(60)).value_or(-1) == 0, run->err() << second->err());
  std::size_t there = 0;
  for (const auto& row : study.journal())
    there += row.find("\"node\":\"second\"") != std::string::npos ? 1 : 0;
  BOOST_TEST(there > 2u);
  BOOST_TEST(study.troupe("replay").code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
