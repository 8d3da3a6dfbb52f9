// Studies whose file changes between two runs of `troupe run`.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

BOOST_AUTO_TEST_SUITE(study_change)

namespace fs = std::filesystem;

/// As in a report of a user: two of seven configurations always fail. Each attempt leaves a
/// checkpoint.
const std::string seven = R"yaml(
entry:
  command: [sh, -c, 'test ${batch} -lt 512 || exit 1; mkdir -p $TROUPE_CHECKPOINT_DIR;
    echo $TROUPE_RESUME_FROM > $TROUPE_CHECKPOINT_DIR/from; e=$TROUPE_RESUME_FROM;
    while [ $e -lt ${epochs} ]; do e=$((e + 1)); echo "epoch=$e loss=0.$((2000 - ${batch} + 9 - e))"; done']
  args: none
config_space: {batch: {choice: [16, 32, 64, 128, 256, 512, 1024]}, epochs: 9}
max_resource_attr: epochs
scheduler: {name: asha}
searcher: grid
n_workers: 1
report: name-value
)yaml";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Replaces `from` in the study file.
void edit(const E2eStudy& study, const std::string& from, const std::string& to) {
  std::string text = read_file(study.file());
  const std::size_t at = text.find(from);
  BOOST_REQUIRE(at != text.npos);
  write_file(study.file(), text.replace(at, from.size(), to));
}

void expect_no_differences(const E2eStudy& study) {
  fs::remove(study.folder() + "/study.yaml");  // The journal has everything.
  const Finished replay = study.troupe("replay");
  BOOST_TEST(replay.code == 0);
  BOOST_TEST(contains(replay.out, " 0 differences"), replay.out);
}

BOOST_AUTO_TEST_CASE(a_failed_study_goes_on_when_max_failures_is_raised) {
  const E2eStudy study(seven + "max_failures: 1\n");
  const Finished failed = study.run();
  BOOST_TEST(failed.code == 3, failed.err);
  edit(study, "max_failures: 1", "max_failures: 100  # More.");
  const Finished raised = study.run({});
  BOOST_TEST(raised.code == 0, raised.err << raised.out);
  BOOST_TEST(contains(raised.out, "the study goes on with other settings"), raised.out);
  BOOST_TEST(contains(raised.out, "max_failures: 1 -> 100"), raised.out);
  BOOST_TEST(contains(study.troupe("events").out, "max_failures: 1 -> 100"));
  BOOST_TEST(contains(study.troupe("trials", {"-f", "csv"}).out, "6,failed"));
  const Finished again = study.run({});
  BOOST_TEST(again.code == 0);
  BOOST_TEST(contains(again.err, "is over"), again.err);
  BOOST_TEST(!contains(again.out, "other settings"), "it is shown once");
  expect_no_differences(study);
}

BOOST_AUTO_TEST_CASE(what_decisions_depend_on_cannot_change_and_each_key_is_named) {
  const E2eStudy study(seven + "stop_criterion: {max_num_trials_started: 2}\nmax_failures: 9\n");
  BOOST_TEST(study.run().code == 0);
  edit(study, "scheduler: {name: asha}", "scheduler: {name: asha, grace_period: 3}");
  edit(study, "[16, 32, 64", "[8, 32, 64");
  const Finished refused = study.run();
  BOOST_TEST(refused.code == 2);
  BOOST_TEST(contains(refused.err, "scheduler.grace_period: 1 -> 3"), refused.err);
  BOOST_TEST(
      contains(refused.err,
               "config_space.batch: choice: [16, 32, 64, 128, 256, 512, 1024] -> choice: [8, "
               "32, 64, 128, 256, 512, 1024]"),
      refused.err);
  BOOST_TEST(contains(refused.err, "--fresh"), refused.err);
}

BOOST_AUTO_TEST_CASE(more_trials_and_another_layout_continue_a_finished_study) {
  const E2eStudy study(seven + "stop_criterion: {max_num_trials_started: 2}\nmax_failures: 9\n");
  BOOST_TEST(study.run().code == 0);
  edit(study, "n_workers: 1", "n_workers: 2");
  const Finished over = study.run();
  BOOST_TEST(over.code == 0);
  BOOST_TEST(contains(over.err,
                      "is over (2 trials were started), and these changes do not let it go "
                      "on:\n  n_workers: 1 -> 2\n"),
             over.err);
  edit(study, "stop_criterion: {max_num_trials_started: 2}",
       "# A comment.\nstop_criterion:\n  max_num_trials_started: 5\n");
  BOOST_TEST(study.run().code == 0);
  BOOST_TEST(contains(study.troupe("trials", {"-f", "csv"}).out, "\n4,"));
  expect_no_differences(study);
}

BOOST_AUTO_TEST_CASE(
    trials_that_a_limit_stopped_go_on_from_their_checkpoints_until_they_are_cleaned) {
  const std::string two = seven + "stop_criterion: {max_num_evaluations: 4}\nmax_failures: 9\n";
  const E2eStudy study(two);
  BOOST_TEST(study.run().code == 0);
  const auto has_checkpoint = [&](const std::string& trial) {
    return fs::exists(study.folder() + "/trials/" + trial + "/checkpoint");
  };
  BOOST_TEST(has_checkpoint("0000"));
  edit(study, "max_num_evaluations: 4", "max_num_evaluations: 30");
  BOOST_TEST(study.run().code == 0);
  expect_no_differences(study);
  const Finished cleaned = study.troupe("clean");
  BOOST_TEST(cleaned.code == 0, cleaned.err);
  BOOST_TEST(contains(cleaned.out, "kept: trial"), cleaned.out);
  std::size_t left = 0;
  for (const auto& trial : fs::directory_iterator(study.folder() + "/trials"))
    left += fs::exists(trial.path() / "checkpoint") ? 1 : 0;
  BOOST_TEST(left >= 1u);
  BOOST_TEST(left <= 2u);
  BOOST_TEST(contains(study.troupe("clean").out, "no checkpoint was deleted"));
}

/// The earlier a trial starts, the better it is. The program goes on where its checkpoint ends, and
/// the lines that it prints are counted.
const std::string counted = R"yaml(
entry:
  command: [sh, -c, 'c=$TROUPE_CHECKPOINT_DIR/epoch; e=0; test ! -f $c || e=$(cat $c);
    while [ $e -lt ${epochs} ]; do e=$((e + 1)); echo $e >$c; echo "loss=0.${x}$((9 - e))"; done']
  args: none
config_space: {x: {choice: [1, 2, 3, 4, 5, 6, 7, 8]}, epochs: 9}
max_resource_attr: epochs
scheduler: {name: asha, type: promotion, grace_period: 1, reduction_factor: 3}
searcher: grid
n_workers: 1
report: {format: name-value, resource: count}
)yaml";

BOOST_AUTO_TEST_CASE(a_paused_trial_that_was_cleaned_starts_over_and_its_reports_count_from_0) {
  const E2eStudy study(counted + "stop_criterion: {max_num_trials_started: 3}\n");
  const Finished first = study.run();
  BOOST_TEST(first.code == 0, first.err);
  // Trial 2 has a checkpoint that is not published.
  fs::remove(study.folder() + "/trials/0002/checkpoint");
  const Finished cleaned = study.troupe("clean");
  BOOST_TEST(cleaned.code == 0, cleaned.err);
  BOOST_TEST(fs::exists(study.folder() + "/trials/0000/checkpoint/epoch"));
  for (const std::string trial : {"0001", "0002"})
    BOOST_TEST(!fs::exists(study.folder() + "/trials/" + trial + "/attempt-1/checkpoint"), trial);
  edit(study, "max_num_trials_started: 3", "max_num_trials_started: 8");
  BOOST_TEST(study.run().code == 0);
  const std::vector<std::string> rows = study.results_without_times();
  std::string all;
  for (const std::string& row : rows) all += row + "\n";
  // Trial 1 was promoted, and its epochs 1 to 3 ran again.
  for (const std::string row : {"\n1,2,0.27,", "\n1,3,0.26,"}) BOOST_TEST(contains(all, row), all);
  expect_no_differences(study);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
