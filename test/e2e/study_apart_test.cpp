// Nodes that do not share the folder of the study: checkpoints and logs are copied to and from
// them.

#include <csignal>
#include <filesystem>
#include <set>

#include <boost/test/unit_test.hpp>

#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(study_apart)

std::string lines(int workers, int trials, const std::string& options = ", --period_ms, '20'") {
  return "entry: {command: [" + program("e2e_keeper") + options + "]}\n" +
         "config_space: {x: {uniform: [0, 1]}, epochs: 27}\n"
         "max_resource_attr: epochs\nseed: 3\nmax_failures: 0\nlease: 1\ngrace_kill_s: 1\n"
         "scheduler: {name: asha, type: promotion}\nwhen_exhausted: promote\n"
         "n_workers: " +
         std::to_string(workers) +
         "\nstop_criterion: {max_num_trials_started: " + std::to_string(trials) + "}\n";
}

/// Starts nodes with folders of their own. Each gets more slots than the head's own node, which
/// then gets no trial.
struct Apart {
  explicit Apart(const E2eStudy& of) : study(of) {
    BOOST_REQUIRE(eventually([&] { return fs::exists(study.folder() + "/address"); },
                             std::chrono::seconds(20)));
  }
  [[nodiscard]] std::unique_ptr<Command> node(const std::string& name,
                                              const std::string& cpus) const {
    return std::make_unique<Command>(
        std::vector<std::string>{program("troupe"), "node", "--join", study.folder(), "--name",
                                 name, "--cpus", cpus, "--lease", "1", "--dir", folder(name)},
        std::vector{"TROUPE_E2E=" + study.folder()});
  }
  [[nodiscard]] std::string folder(const std::string& name) const { return folders.file(name); }

  const E2eStudy& study;
  TempFolder folders;
};

/// Number of rows of the journal that contain `text`.
std::size_t rows_with(const E2eStudy& study, const std::string& text) {
  std::size_t rows = 0;
  for (const auto& row : study.journal()) rows += row.find(text) != std::string::npos ? 1 : 0;
  return rows;
}

/// Whether the head is fetching a checkpoint.
bool is_fetching(const E2eStudy& study) {
  std::error_code ignored;
  for (fs::recursive_directory_iterator each(study.folder() + "/trials", ignored), end;
       !ignored && each != end; each.increment(ignored))
    if (each->path().extension() == ".partial" && fs::exists(each->path() / "checkpoint"))
      return true;
  return false;
}

/// Waits until the journal has `rows` rows.
void wait_for_rows(const E2eStudy& study, std::size_t rows) {
  BOOST_REQUIRE(
      eventually([&] { return study.journal().size() >= rows; }, std::chrono::seconds(60)));
}

BOOST_AUTO_TEST_CASE(trials_resume_on_other_nodes_from_their_checkpoints) {
  const E2eStudy study(lines(3, 24));
  const auto run = study.start();
  const Apart apart(study);
  const auto first = apart.node("a", "50");
  const auto second = apart.node("b", "50");
  BOOST_TEST(run->wait(std::chrono::seconds(120)).value_or(-1) == 0,
             run->err() << first->err() << second->err() << study.troupe("events").out);
  BOOST_TEST(rows_with(study, "TrialPromoted") > 4U);
  for (const char* name : {"a", "b"})
    BOOST_TEST(rows_with(study, std::string(R"("node":")") + name + "\"") > 4U, name);
  BOOST_TEST(study.troupe("replay").code == 0);
  BOOST_TEST(first->err().find("works in " + apart.folder("a")) != std::string::npos, first->err());
  // The logs and checkpoints that users look at are at the head.
  const Finished logs = study.troupe("logs", {"5"});
  BOOST_TEST(logs.out.find("tune-metric") != std::string::npos, logs.out << logs.err);
  BOOST_TEST(first->wait(std::chrono::seconds(20)).value_or(-1) == 0, first->err());
  BOOST_TEST(second->wait(std::chrono::seconds(20)).value_or(-1) == 0, second->err());
}

BOOST_AUTO_TEST_CASE(decisions_equal_those_of_a_shared_folder_although_a_node_leaves) {
  const E2eStudy shared(lines(1, 15));
  BOOST_TEST(shared.run().code == 0);

  const E2eStudy study(lines(1, 15, ", --period_ms, '30'"));
  const auto run = study.start();
  const Apart apart(study);
  auto first = apart.node("a", "50");
  const auto second = apart.node("b", "40");
  wait_for_rows(study, 40);
  first->signal(SIGKILL);
  BOOST_TEST(run->wait(std::chrono::seconds(120)).value_or(-1) == 0,
             run->err() << first->err() << second->err() << study.troupe("events").out);
  BOOST_TEST(rows_with(study, R"("node":"b")") > 0U);
  BOOST_TEST(shared.results_without_times().size() > 15U);
  BOOST_TEST(study.results_without_times() == shared.results_without_times(),
             boost::test_tools::per_element());
  BOOST_TEST(study.troupe("replay").code == 0);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_killed_in_an_upload_loses_only_its_attempt) {
  const E2eStudy study(lines(1, 6, ", --period_ms, '20', --weights, '60000000'"));
  const auto run = study.start();
  const Apart apart(study);
  const auto first = apart.node("a", "50");
  BOOST_REQUIRE(eventually([&] { return is_fetching(study); }, std::chrono::seconds(60)));
  first->signal(SIGKILL);
  const auto second = apart.node("b", "40");
  BOOST_TEST(run->wait(std::chrono::seconds(180)).value_or(-1) == 0, run->err() << second->err());
  BOOST_TEST(rows_with(study, "TrialFailed") <= 1U);
  BOOST_TEST(!is_fetching(study));
  BOOST_TEST(study.troupe("replay").code == 0);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_on_the_node_is_named_with_the_reason) {
  const E2eStudy study(
      "entry: {command: [/nowhere/train]}\nconfig_space: {x: {uniform: [0, 1]}}\n"
      "max_t: 9\nmax_failures: 1000000\nscheduler: {name: asha}\n"
      "stop_criterion: {max_num_trials_started: 1000000}\n");
  const auto run = study.start();
  const Apart apart(study);
  const auto node = apart.node("a", "50");
  // The trials of the head's own node fail too, until node `a` has joined.
  const auto is_named = [&] { return rows_with(study, "the program must be there on it too") > 0; };
  BOOST_TEST(eventually(is_named, std::chrono::seconds(60)), run->err() << node->err());
  run->signal(SIGINT);
  BOOST_TEST(run->wait(std::chrono::seconds(60)).has_value());
}

/// Number of trials with a checkpoint in a folder of the study.
std::size_t checkpoints_in(const fs::path& study) {
  std::size_t count = 0;
  std::error_code ignored;
  for (fs::directory_iterator each(study / "trials", ignored), end; !ignored && each != end;
       each.increment(ignored))
    count += fs::exists(each->path() / "checkpoint", ignored) ? 1 : 0;
  return count;
}

BOOST_AUTO_TEST_CASE(a_finished_study_keeps_its_best_checkpoint_when_it_is_cleaned) {
  const E2eStudy study(lines(3, 15));
  const auto run = study.start();
  const Apart apart(study);
  const auto node = apart.node("a", "50");
  BOOST_TEST(run->wait(std::chrono::seconds(120)).value_or(-1) == 0, run->err() << node->err());
  BOOST_TEST(node->wait(std::chrono::seconds(20)).value_or(-1) == 0, node->err());
  BOOST_TEST(study.troupe("clean").code == 0);
  // Those of the best model, of the configuration to retrain, and of the best completed trial.
  BOOST_TEST(checkpoints_in(study.folder()) >= 1U);
  BOOST_TEST(checkpoints_in(study.folder()) <= 3U);
  const std::string best = read_file(study.folder() + "/best.json");
  const auto at = best.find("\"checkpoint\": \"");
  BOOST_REQUIRE(at != std::string::npos);
  const std::string path = best.substr(at + 15, best.find('"', at + 15) - at - 15);
  BOOST_TEST(fs::exists(study.folder() + "/" + path + "/epoch"), path);
  std::size_t studies = 0;
  for (const auto& own : fs::directory_iterator(apart.folder("a"))) {
    BOOST_TEST(checkpoints_in(own.path()) <= 3U);
    ++studies;
  }
  BOOST_TEST(studies == 1U);
}

BOOST_AUTO_TEST_CASE(a_bound_on_bytes_is_held_and_changes_no_decision) {
  const E2eStudy free(lines(1, 15));
  BOOST_TEST(free.run().code == 0);
  const E2eStudy bound(lines(1, 15) + "checkpoints: {max_bytes: 3000}\n");
  BOOST_TEST(bound.run().code == 0);
  BOOST_TEST(rows_with(bound, "it starts over") > 0U);
  BOOST_TEST(bound.results_without_times() == free.results_without_times(),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
