#include "actors/trial/process_program.hpp"

#include <filesystem>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/study/document.hpp"
#include "runtime/simulation/scripted_processes.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/kit/test_node.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(process_program)

using runtime::Stream;

/// Attempts of a trial in a temporary folder. Their output is given by the test.
struct Attempts {
  test::TempFolder folder;
  test::TestNode world;
  runtime::simulation::ScriptedProcesses processes{world.reactor()};
  std::string report;  ///< The section of the study file.
  bool saves = true;   ///< Whether the program leaves a checkpoint.

  /// The program of an attempt that goes on from `from`, after its start.
  std::unique_ptr<ProcessProgram> start(std::uint32_t attempt, Resource from,
                                        std::vector<ReportLine>& unreceived) {
    const std::string text =
        "study: one\nentry: {command: [./train]}\nconfig_space: {lr: {uniform: [0, 1]}}\n"
        "metric: loss\nmode: min\nresource_attr: epoch\nmax_t: 81\nscheduler: asha\n"
        "stop_criterion: {max_num_trials_started: 4}\nreport: " +
        report + "\n";
    TrialPlan plan{.study = {text, folder.file("study.yaml"), folder.path().string(), 7},
                   .launch = {.trial = 0,
                              .attempt = attempt,
                              .from = from,
                              .until = 81,
                              .config = {},
                              .source_max = attempt - 1}};
    plan.spec = read_document(plan.study).value();
    TrialEnvironment environment{.processes = &processes,
                                 .variables = std::make_shared<std::vector<std::string>>(),
                                 .deliver = [](runtime::Address, runtime::ProcessEvent) {},
                                 .log_warning = [](const std::string&) {}};
    auto program = std::make_unique<ProcessProgram>(plan, environment);
    unreceived = program->start({}).value();
    if (!saves) return program;
    std::filesystem::create_directories(checkpoint(attempt));
    test::write_file(std::filesystem::path(checkpoint(attempt)) / "weights", "w");
    return program;
  }
  std::string checkpoint(std::uint32_t attempt) const {
    return folder.file("trials/0000/attempt-" + std::to_string(attempt) + "/checkpoint");
  }
  static std::string resources(const std::vector<ReportLine>& lines) {
    std::string all;
    for (const ReportLine& line : lines)
      if (const auto* one = std::get_if<Report>(&line)) all += std::to_string(one->resource) + " ";
    return all;
  }
};

BOOST_FIXTURE_TEST_CASE(a_count_goes_on_behind_the_reports_in_the_log_of_a_lost_attempt, Attempts) {
  report = "{format: name-value, resource: count}";
  std::vector<ReportLine> unreceived;
  const auto first = start(1, 0, unreceived);
  BOOST_TEST(resources(first->read({1, Stream::out, "loss=5\nloss=4\nloss=3\n"})) == "1 2 3 ");
  // One report is durable; the head and the node are gone.
  const auto second = start(2, 1, unreceived);
  BOOST_TEST(resources(unreceived) == "2 3 ");
  BOOST_TEST(resources(second->read({2, Stream::out, "loss=2\nloss=1\n"})) == "4 5 ");
  // None of these was durable either.
  const auto third = start(3, 1, unreceived);
  BOOST_TEST(resources(unreceived) == "2 3 4 5 ");
  BOOST_TEST(resources(third->read({3, Stream::out, "loss=1\n"})) == "6 ");
}

BOOST_FIXTURE_TEST_CASE(a_program_without_a_checkpoint_counts_from_nothing, Attempts) {
  for (const char* format :
       {"{format: name-value, resource: count}", "{format: name-value, after_resume: restarts}"}) {
    report = format;
    saves = false;
    std::vector<ReportLine> unreceived;
    const std::string text = "epoch=1 loss=5\nepoch=2 loss=4\nepoch=3 loss=3\n";
    const auto first = start(1, 0, unreceived);
    BOOST_TEST(resources(first->read({1, Stream::out, "epoch=1 loss=5\n"})) == "1 ");
    const auto promoted = start(2, 1, unreceived);
    BOOST_TEST(resources(promoted->read({2, Stream::out, text})) == "1 2 3 ");
    saves = true;
    const auto retried = start(3, 1, unreceived);
    BOOST_TEST(resources(retried->read({3, Stream::out, text})) == "1 2 3 ");
    // From here on there is a checkpoint, and the log of its attempt counts from 0 too.
    const auto last = start(4, 1, unreceived);
    const bool counts = report.find("count") != std::string::npos;
    BOOST_TEST(resources(unreceived) == (counts ? "2 3 " : ""));
    BOOST_TEST(resources(last->read({4, Stream::out, "epoch=1 loss=2\n"})) ==
               (counts ? "4 " : "2 "));
    std::filesystem::remove_all(folder.file("trials"));
  }
}

BOOST_FIXTURE_TEST_CASE(a_log_at_its_limit_has_every_report_for_the_next_attempt, Attempts) {
  report =
      "{patterns: ['^Epoch (?<epoch>\\d+)', '^loss (?<loss>\\S+)', '^acc (?<acc>\\S+)'], "
      "max_log_bytes: 64K}";
  std::vector<ReportLine> unreceived;
  const auto first = start(1, 0, unreceived);
  std::vector<ReportLine> reported;
  for (int epoch = 1; epoch <= 40; ++epoch) {
    std::string text = "Epoch " + std::to_string(epoch) + "\nacc 0." + std::to_string(epoch) + "\n";
    for (int batch = 0; batch < 500; ++batch) text += "batch " + std::to_string(batch) + "\n";
    text += "loss " + std::to_string(epoch) + "\n";
    for (auto& line : first->read({1, Stream::out, text})) reported.push_back(std::move(line));
  }
  BOOST_TEST(reported.size() == 40u);
  const std::string log = folder.file("trials/0000/attempt-1/stdout.log");
  BOOST_TEST(std::filesystem::file_size(log) < std::uintmax_t{72} << 10);
  const auto second = start(2, 0, unreceived);
  BOOST_TEST((unreceived == reported));
}

BOOST_FIXTURE_TEST_CASE(a_script_that_cannot_start_is_explained_behind_stdbuf, Attempts) {
  const auto script = folder.path() / "train";
  test::write_file(script, "#!/bin/sh\r\nexit\r\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  std::vector<ReportLine> unreceived;
  for (const char* keys : {"{format: name-value}", "{format: name-value, unbuffer: true}"}) {
    report = keys;
    const auto program = start(1, 0, unreceived);
    const auto failure = program->execution_failure({.process = 1, .code = 127});
    BOOST_TEST_REQUIRE(failure.has_value(), keys);
    BOOST_TEST(failure->starts_with("cannot start ./train: its first line ends with CRLF"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
