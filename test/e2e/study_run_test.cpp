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
  const Finished again = study.run();
  BOOST_TEST(again.code == 0);
  BOOST_TEST(again.err.find("is over") != std::string::npos);
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
  for (const char* name : {"silent", "flood", "stubborn", "late"}) {
    const E2eStudy study(
        entry(name) + curve_space +
        "scheduler: {name: asha}\nn_workers: 2\ngrace_kill_s: 0.5\nmax_failures: 100\n"
        "stop_criterion: {max_num_trials_started: 3}\n");
    const Finished run = study.run({}, std::chrono::seconds(60));
    BOOST_TEST(run.code == 0, name << ": " << run.code << run.out << run.err);
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
