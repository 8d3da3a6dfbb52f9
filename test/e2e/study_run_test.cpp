// Whole studies by the command `troupe run`.

#include <csignal>
#include <filesystem>

#include <boost/test/unit_test.hpp>

#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

BOOST_AUTO_TEST_SUITE(study_run)

const std::string curve_space = R"(
config_space: {x: {uniform: [0, 1]}, epochs: 27}
max_resource_attr: epochs
seed: 3
)";

std::string entry(const std::string& name, const std::string& more = "") {
  return "entry: {command: [" + program("e2e_" + name) + more + "]}\n";
}

BOOST_AUTO_TEST_CASE(pasha_tunes_a_program_and_leaves_its_results) {
  const E2eStudy study(entry("curve") + curve_space +
                       "scheduler: {name: pasha}\nn_workers: 2\n"
                       "stop_criterion: {max_num_trials_started: 20}\n");
  const Finished run = study.run({});
  BOOST_TEST(run.code == 0, run.err << run.out);
  for (const char* file : {"journal.db", "study.yaml", "results.csv", "trials.csv", "best.json",
                           "trials/0000/config.json", "trials/0000/attempt-1/stdout.log"})
    BOOST_TEST(std::filesystem::exists(study.folder() + "/" + file), file << " is missing");
  BOOST_TEST(run.out.find("best") != std::string::npos);
  const Finished replay = study.troupe("replay");
  BOOST_TEST(replay.code == 0);
  BOOST_TEST(replay.out.find(" 0 differences") != std::string::npos, replay.out);
  BOOST_TEST(study.processes().empty());
  BOOST_TEST(read_file(study.folder() + "/.gitignore").ends_with("\n*\n"));
  const Finished again = study.run({});
  BOOST_TEST(again.code == 0);
  BOOST_TEST(again.err.find("is over") != std::string::npos);
  const auto spent = [](const std::string& output) {
    const std::size_t line = output.find("  spent ");
    return output.substr(line, output.find('\n', line) - line);
  };
  BOOST_TEST(spent(again.out) == spent(run.out));
  const Finished quiet = study.run({"--quiet"});
  BOOST_TEST(quiet.out + quiet.err == "");
  // A file with another R describes another study.
  std::string text = read_file(study.file());
  text.replace(text.find("epochs: 27"), 10, "epochs: 81");
  write_file(study.file(), text);
  const Finished changed = study.run({});
  BOOST_TEST(changed.code == 2);
  BOOST_TEST(changed.err.find("max_t: 27 -> 81") != std::string::npos, changed.err);
}

/// Trial 0 completes 9 epochs; trial 1 is better at each epoch, and fails at epoch 4 or goes on.
std::string two_trials(const std::string& end_of_trial_1) {
  return "entry: {command: [bash, -c, 'for e in 1 2 3 4 5 6 7 8 9; do "
         "if [ $0 = 2 ]; then sleep 0.05; fi; "
         "touch $TROUPE_CHECKPOINT_DIR/epoch-$e; "
         "echo epoch=$e loss=$(($0 == 2 ? 90 - 2 * e : 91 - 2 * e)); "
         "if [ $0$e = 24 ]; then " +
         end_of_trial_1 +
         "; fi; done', '${x}']}\n"
         "config_space: {x: {ordinal: [1, 2]}}\npoints_to_evaluate: [{x: 1}, {x: 2}]\n"
         "max_t: 9\nmax_failures: 5\nscheduler: asha\nreport: {format: name-value}\n"
         "checkpoints: {max_bytes: 1}\nstop_criterion: {max_num_trials_started: 2}\n";
}

BOOST_AUTO_TEST_CASE(a_trial_that_failed_is_not_the_best_and_the_best_keeps_its_checkpoint) {
  const E2eStudy study(two_trials("exit 1"));
  const Finished run = study.run({});
  BOOST_TEST(run.code == 0, run.err << run.out);
  BOOST_TEST(
      run.out.find("best model  loss 73 at epoch 9, trial 0 (also to retrain") != std::string::npos,
      run.out);
  const std::string best = read_file(study.folder() + "/best.json");
  BOOST_TEST(best.find("\"checkpoint\": \"trials/0000/checkpoint\"") != std::string::npos, best);
  BOOST_TEST(std::filesystem::exists(study.folder() + "/trials/0000/checkpoint/epoch-9"));
  BOOST_TEST(!std::filesystem::exists(study.folder() + "/trials/0001/checkpoint"));
}

BOOST_AUTO_TEST_CASE(one_worker_and_the_same_seed_give_the_same_results) {
  const std::string lines = entry("curve") + curve_space +
                            "scheduler: {name: pasha}\nn_workers: 1\n"
                            "stop_criterion: {max_num_trials_started: 15}\n";
  const E2eStudy first(lines);
  const E2eStudy second(lines);
  BOOST_TEST(first.run().code == 0);
  BOOST_TEST(second.run().code == 0);
  BOOST_TEST(first.results_without_times().size() > 15u);
  BOOST_TEST(first.results_without_times() == second.results_without_times(),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_scheduler_type_runs_a_study_to_its_end) {
  for (const char* scheduler : {"{name: asha, type: stopping}", "{name: asha, type: promotion}",
                                "{name: pasha, type: stopping}"}) {
    const E2eStudy study(
        entry("curve") + curve_space + "scheduler: " + scheduler +
        "\nn_workers: 2\nstop_criterion: {max_num_trials_started: 12}\nwhen_exhausted: promote\n");
    const Finished run = study.run();
    BOOST_TEST(run.code == 0, scheduler << run.err);
    BOOST_TEST(study.troupe("replay").code == 0, scheduler);
  }
}

BOOST_AUTO_TEST_CASE(an_interrupted_study_is_resumed_by_the_same_command) {
  const E2eStudy study(
      entry("curve", ", --period_ms, '20'") + curve_space +
      "scheduler: {name: asha}\nn_workers: 2\nstop_criterion: {max_num_trials_started: 12}\n");
  {
    const auto run = study.start();
    BOOST_REQUIRE(
        eventually([&] { return study.journal().size() > 10; }, std::chrono::seconds(20)));
    run->signal(SIGINT);
    BOOST_TEST(run->wait(std::chrono::seconds(20)).value_or(-1) == 130);
  }
  BOOST_TEST(study.processes().empty());
  const auto before = study.journal();
  BOOST_TEST(study.run().code == 0);
  const auto after = study.journal();
  BOOST_REQUIRE(after.size() > before.size());
  for (std::size_t i = 0; i < before.size(); ++i) BOOST_TEST(before[i] == after[i]);
  BOOST_TEST(study.troupe("replay").code == 0);
}

BOOST_AUTO_TEST_CASE(a_program_that_cannot_be_started_fails_the_study_with_its_name) {
  const E2eStudy study("entry: {command: [/nowhere/train]}\n" + curve_space +
                       "scheduler: {name: asha}\nstop_criterion: {max_num_trials_started: 9}\n");
  const Finished run = study.run({});
  BOOST_TEST(run.code == 3);
  BOOST_TEST(run.out.find("/nowhere/train") != std::string::npos, run.out);
  BOOST_TEST(run.out.find("No such file") != std::string::npos, run.out);
}

BOOST_AUTO_TEST_CASE(faulty_programs_harm_no_study_and_leave_no_process) {
  for (const std::string name : {"silent", "flood", "stubborn", "late"}) {
    const E2eStudy study(
        entry(name) + curve_space +
        "scheduler: {name: asha}\nn_workers: 2\ngrace_kill_s: 0.5\nmax_failures: 100\n"
        "stop_criterion: {max_num_trials_started: 3}\n");
    const Finished run = study.run({}, std::chrono::seconds(60));
    const int expected = name == "silent" ? 3 : 0;  // Without a report there is no result.
    BOOST_TEST(run.code == expected, name << ": " << run.code << run.out << run.err);
    BOOST_TEST(study.processes().empty(), name);
    BOOST_TEST(study.troupe("replay").code == 0, name);
  }
}

BOOST_AUTO_TEST_CASE(failures_are_retried_and_shown_with_cause_and_last_lines) {
  const E2eStudy study(entry("curve", ", --fail_at, '2', --signal, '11'") + curve_space +
                       "scheduler: {name: asha}\nmax_retries: 1\nmax_failures: 9\nstop_criterion: "
                       "{max_num_trials_started: 3}\n");
  const Finished run = study.run({});
  BOOST_TEST(run.out.find("SIGSEGV") != std::string::npos, run.out);
  BOOST_TEST(run.out.find("failing as asked to") != std::string::npos, run.out);
  BOOST_TEST(study.troupe("replay").code == 0);
}

BOOST_AUTO_TEST_CASE(a_second_run_of_a_running_study_is_refused) {
  const E2eStudy study(entry("curve", ", --period_ms, '50'") + curve_space +
                       "scheduler: {name: asha}\nstop_criterion: {max_num_trials_started: 50}\n");
  const auto first = study.start();
  BOOST_REQUIRE(eventually([&] { return !study.journal().empty(); }, std::chrono::seconds(20)));
  const Finished second = study.run();
  BOOST_TEST(second.code == 1);
  BOOST_TEST(second.err.find("is being run by process " + std::to_string(first->pid())) !=
                 std::string::npos,
             second.err);
  first->signal(SIGINT);
  BOOST_TEST(first->wait(std::chrono::seconds(20)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
