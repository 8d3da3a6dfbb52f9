#include "actors/trial/trial.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "actors/study/document.hpp"
#include "actors/trial/trial_plan.hpp"
#include "runtime/simulation/scripted_processes.hpp"
#include "test/kit/probe.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/kit/test_node.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(trial_actor)

using runtime::simulation::Script;

constexpr const char* study_text = R"(
study: one
entry: {command: [./train]}
config_space: {lr: {loguniform: [1e-4, 1]}}
metric: loss
mode: min
resource_attr: epoch
max_t: 9
scheduler: {name: asha}
stop_criterion: {max_num_trials_started: 4}
)";

/// A trial in a temporary folder. Its program follows `script`.
struct OneTrial {
  AttemptEnded run(const std::string& more_text = "", Duration time = std::chrono::seconds(1)) {
    start(more_text);
    world.advance(time);
    std::optional<AttemptEnded> end;
    while (!study.is_silent()) {
      end = study.template take<AttemptEnded>();
      if (!end && !study.template take<ReportMalformed>()) (void)study.template expect<Reported>();
    }
    BOOST_REQUIRE(end.has_value());
    return *end;
  }

  void start(const std::string& more_text = "", CheckpointTransfersRef transfers = {}) {
    const std::string text = study_text + more_text;
    const std::string path = (folder.path() / "study.yaml").string();
    TrialPlan plan{.study = {text, path, study_folder, 7},
                   .launch = {.trial = 0,
                              .attempt = attempt,
                              .from = 0,
                              .until = 9,
                              .config = {{"lr", 0.1}},
                              .source_max = attempt - 1},
                   .report_to = {}};
    plan.spec = read_document(plan.study).value();
    plan.report_to = StudyRef(study.address());
    TrialEnvironment environment{
        .processes = &processes,
        .variables = std::make_shared<std::vector<std::string>>(),
        .deliver =
            [this](runtime::Address to, runtime::ProcessEvent event) {
              std::visit(
                  [&]<typename E>(E& one) { world.tell(runtime::Ref<E>(to), std::move(one)); },
                  event);
            },
        .log_warning = [](const std::string&) {},
        .disk_full_reason = [this](const std::string&) { return disk_full_reason; }};
    plan.transfers = transfers;
    (void)world.spawn<Trial>(std::move(plan), environment);
  }

  [[nodiscard]] bool published() const {
    return std::filesystem::exists(folder.path() / "trials/0000/checkpoint");
  }

  /// Writes what an earlier attempt left.
  void leave(const std::string& file, const std::string& text) const {
    const auto path = folder.path() / "trials/0000/attempt-1" / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  test::TempFolder folder;
  std::string study_folder = folder.path().string();
  std::uint32_t attempt = 1;
  std::optional<std::string> disk_full_reason;
  Script script;
  test::TestNode world;
  runtime::simulation::ScriptedProcesses processes{
      world.reactor(), [this](runtime::ProcessId process, const runtime::ProcessSpec&) {
        Script written = script;
        written.end.process = process;
        std::ofstream(folder.path() / "trials/0000" / ("attempt-" + std::to_string(attempt)) /
                      "checkpoint/weights")
            << "half of it";
        return written;
      }};
  test::Probe<Reported, ReportMalformed, AttemptEnded> study =
      world.probe<Reported, ReportMalformed, AttemptEnded>();
};

Script reports_and_exits(std::int32_t code) {
  Script script;
  script.prints = {
      {std::chrono::milliseconds(1), "[tune-metric]: {\"epoch\": 1, \"loss\": 0.5}\n"}};
  script.ends_after = std::chrono::milliseconds(1);
  script.end.code = code;
  return script;
}

BOOST_AUTO_TEST_CASE(a_failure_after_a_report_publishes_the_checkpoint) {
  OneTrial trial;
  trial.script = reports_and_exits(3);
  const AttemptEnded end = trial.run();
  BOOST_TEST((end.cause == AttemptEnded::Cause::exited));
  BOOST_TEST(end.code == 3);
  BOOST_TEST(trial.published());
}

BOOST_AUTO_TEST_CASE(
    a_failure_on_a_full_disk_is_not_the_programs_and_its_checkpoint_is_not_trusted) {
  OneTrial trial;
  trial.script = reports_and_exits(3);
  trial.disk_full_reason = "the disk is full";
  const AttemptEnded end = trial.run();
  BOOST_TEST((end.cause == AttemptEnded::Cause::lost));
  BOOST_TEST(end.detail == "exit code 3, and the disk is full");
  BOOST_TEST((end.node_fault == AttemptEnded::NodeFault::resources));
  BOOST_TEST(!trial.published());
}

BOOST_AUTO_TEST_CASE(a_program_that_cannot_start_is_a_fault_of_the_node_or_of_the_trial) {
  using Fault = AttemptEnded::NodeFault;
  for (const auto& [error, fault] :
       {std::pair(ENOENT, Fault::program), std::pair(EACCES, Fault::program),
        std::pair(ENOEXEC, Fault::program), std::pair(EMFILE, Fault::resources),
        std::pair(EAGAIN, Fault::resources), std::pair(E2BIG, Fault::none)}) {
    OneTrial trial;
    trial.script.end = {.cause = runtime::ProcessEnded::Cause::not_started,
                        .code = error,
                        .what = "cannot start ./train"};
    const AttemptEnded end = trial.run();
    BOOST_TEST((end.cause == AttemptEnded::Cause::not_started));
    BOOST_TEST(end.detail == "cannot start ./train");
    BOOST_TEST((end.node_fault == fault), error);
  }
}

BOOST_AUTO_TEST_CASE(a_command_that_a_shell_does_not_find_is_a_fault_of_the_node) {
  OneTrial trial;
  trial.script.end.code = 127;
  AttemptEnded end = trial.run();
  BOOST_TEST((end.node_fault == AttemptEnded::NodeFault::program));
  BOOST_TEST(end.detail == "exit code 127: a command was not found");
  OneTrial reported;
  reported.script = reports_and_exits(127);
  end = reported.run();
  BOOST_TEST((end.node_fault == AttemptEnded::NodeFault::none));
  BOOST_TEST(end.detail == "exit code 127");
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_a_fault_of_the_node) {
  OneTrial trial;
  trial.study_folder = "/sys/kernel/none";
  BOOST_TEST((trial.run().node_fault == AttemptEnded::NodeFault::resources));
  // What somebody put in place of the folder concerns this trial alone.
  OneTrial other;
  std::filesystem::create_directories(other.folder.path() / "trials");
  test::write_file(other.folder.path() / "trials/0000", "a file");
  const AttemptEnded end = other.run();
  BOOST_TEST((end.cause == AttemptEnded::Cause::not_started));
  BOOST_TEST((end.node_fault == AttemptEnded::NodeFault::none));
}

BOOST_AUTO_TEST_CASE(a_trial_whose_checkpoint_waits_for_space_at_the_head_says_so_once) {
  OneTrial trial;
  trial.script = reports_and_exits(0);
  auto node = trial.world.probe<AskManifest, AskChunk, ForgetTrials, OfferAnswered,
                                DownloadCheckpoint, UploadAttempt, UseStore>();
  trial.start("", node.ref());
  trial.world.advance(std::chrono::seconds(1));
  (void)trial.study.expect<Reported>();
  for (int tries = 0; tries < 3; ++tries) {
    (void)node.expect<UploadAttempt>();
    node.answer<UploadAttempt>(UploadReply{UploadReply::Result::no_room, "the disk is full"});
    trial.world.run();
  }
  BOOST_TEST(trial.study.expect<ReportMalformed>().warning ==
             "what it left waits for space at the head: the disk is full");
  BOOST_TEST(trial.study.is_silent());
  (void)node.expect<UploadAttempt>();
  node.answer<UploadAttempt>(UploadReply{});
  trial.world.run();
  const auto end = trial.study.expect<AttemptEnded>();
  BOOST_TEST((end.cause == AttemptEnded::Cause::exited));
  BOOST_TEST((end.node_fault == AttemptEnded::NodeFault::none));
}

BOOST_AUTO_TEST_CASE(a_successful_end_counts_on_a_full_disk) {
  OneTrial trial;
  trial.script = reports_and_exits(0);
  trial.disk_full_reason = "the disk is full";
  const AttemptEnded end = trial.run();
  BOOST_TEST((end.cause == AttemptEnded::Cause::exited));
  BOOST_TEST(end.code == 0);
  BOOST_TEST(trial.published());
}

/// It may have failed because of the checkpoint that a lost attempt left, although the log of that
/// attempt had a report that no study received.
BOOST_AUTO_TEST_CASE(reports_of_an_earlier_attempt_are_not_those_of_the_program) {
  for (const bool speaks : {false, true}) {
    OneTrial trial;
    trial.attempt = 2;
    trial.leave("stdout.log", "[tune-metric]: {\"epoch\": 1, \"loss\": 0.5}\n");
    trial.leave("checkpoint/weights", "torn");
    if (speaks)
      trial.script.prints = {
          {std::chrono::milliseconds(1), "[tune-metric]: {\"epoch\": 2, \"loss\": 0.4}\n"}};
    trial.script.end.code = 1;
    const AttemptEnded end = trial.run();
    BOOST_TEST(end.source == 1u);
    BOOST_TEST(end.silent == !speaks);
    BOOST_TEST(trial.published() == speaks);
  }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_program_that_never_reported_has_its_last_lines) {
  OneTrial trial;
  trial.script = reports_and_exits(0);
  trial.script.prints = {{std::chrono::milliseconds(1), "epoch 1: loss 0.5\n"},
                         {std::chrono::milliseconds(1), "a warning\n", runtime::Stream::err}};
  const AttemptEnded end = trial.run();
  BOOST_TEST(end.stdout_tail == "epoch 1: loss 0.5\n");
  BOOST_TEST(end.stderr_tail == "a warning\n");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_program_that_reported_has_no_lines_of_its_stdout) {
  OneTrial trial;
  trial.script = reports_and_exits(0);
  BOOST_TEST(trial.run().stdout_tail == "");
}

/// Reports every `gap`, `count` times, and then hangs.
Script reports_and_hangs(std::chrono::seconds gap, int count) {
  Script script;
  for (int epoch = 1; epoch <= count; ++epoch)
    script.prints.push_back(
        {gap, "[tune-metric]: {\"epoch\": " + std::to_string(epoch) + ", \"loss\": 0.5}\n"});
  script.ends = false;
  return script;
}

BOOST_AUTO_TEST_CASE(a_program_without_reports_for_the_time_given_has_failed) {
  OneTrial trial;
  trial.script = reports_and_hangs(std::chrono::seconds(40), 3);
  const AttemptEnded end = trial.run("report_timeout: 60\n", std::chrono::seconds(200));
  BOOST_TEST((end.cause == AttemptEnded::Cause::timed_out));
  BOOST_TEST(end.detail == "no report for 60 s (report_timeout)");
  BOOST_TEST(trial.published());  // A retry resumes from it.
}

BOOST_AUTO_TEST_CASE(a_program_that_hangs_before_its_first_report_leaves_no_checkpoint) {
  OneTrial trial;
  trial.script = reports_and_hangs(std::chrono::seconds(40), 0);
  trial.script.on_term = Script::OnTerm::ignores;
  const AttemptEnded end = trial.run("report_timeout: 60\n", std::chrono::seconds(80));
  BOOST_TEST((end.cause == AttemptEnded::Cause::timed_out));
  BOOST_TEST(!trial.published());
}

BOOST_AUTO_TEST_CASE(a_program_that_runs_longer_than_the_time_given_has_failed) {
  OneTrial trial;
  trial.script = reports_and_hangs(std::chrono::seconds(9), 9);
  const AttemptEnded end =
      trial.run("report_timeout: 60\ntrial_timeout: 30.5\n", std::chrono::seconds(60));
  BOOST_TEST((end.cause == AttemptEnded::Cause::timed_out));
  BOOST_TEST(end.detail == "not finished after 30.5 s (trial_timeout)");
}

/// Prints 8 epochs with `lines` reports each. A piece of output has all of `epochs_a_piece`.
Script prints_in_pieces(int lines, int epochs_a_piece) {
  Script script;
  for (int epoch = 1; epoch <= 8; epoch += epochs_a_piece) {
    std::string piece;
    for (int one = epoch; one < epoch + epochs_a_piece; ++one)
      for (int line = 0; line < lines; ++line)
        piece += "[tune-metric]: {\"epoch\": " + std::to_string(one) + ", \"loss\": 0.5}\n";
    script.prints.push_back({std::chrono::milliseconds(800), piece});
  }
  script.ends_after = std::chrono::milliseconds(1);
  return script;
}

BOOST_AUTO_TEST_CASE(a_program_that_flushes_each_epoch_twice_is_not_accused_of_buffering) {
  const auto buffering = [](int lines, int epochs_a_piece) {
    OneTrial trial;
    trial.script = prints_in_pieces(lines, epochs_a_piece);
    const std::string seen = trial.run("", std::chrono::seconds(20)).buffering;
    return seen.substr(0, seen.find(','));
  };
  BOOST_TEST(buffering(2, 1) == "");
  BOOST_TEST(buffering(2, 2) == "its 8 reports came in 4 pieces");
}

BOOST_AUTO_TEST_CASE(repeated_reports_show_that_a_program_does_not_hang) {
  OneTrial trial;
  for (int line = 0; line < 3; ++line)
    trial.script.prints.push_back(
        {std::chrono::seconds(40), "[tune-metric]: {\"epoch\": 1, \"loss\": 0.5}\n"});
  const AttemptEnded end = trial.run("report_timeout: 60\n", std::chrono::seconds(200));
  BOOST_TEST((end.cause == AttemptEnded::Cause::exited));
}

BOOST_AUTO_TEST_CASE(time_in_which_a_program_cannot_report_does_not_count) {
  using std::chrono::seconds;
  const Instant start{};
  TrialTimeouts timeouts(100, 10);
  timeouts.start(start);
  BOOST_TEST((timeouts.next() == start + seconds(10)));
  timeouts.set_reading(false, start + seconds(5));
  BOOST_TEST((timeouts.next() == start + seconds(100)));
  BOOST_TEST(!timeouts.check(start + seconds(10), start + seconds(10)));
  timeouts.set_reading(true, start + seconds(50));
  BOOST_TEST((timeouts.next() == start + seconds(60)));
  // The node was stopped for 40 s.
  BOOST_TEST(!timeouts.check(start + seconds(100), start + seconds(60)));
  BOOST_TEST((timeouts.next() == start + seconds(110)));
  BOOST_TEST(timeouts.check(start + seconds(110), start + seconds(110)).has_value());
  timeouts.on_report(start + seconds(139));
  BOOST_TEST((timeouts.check(start + seconds(140), start + seconds(140)) ==
              "not finished after 100 s (trial_timeout)"));
  timeouts.disarm();
  BOOST_TEST(!timeouts.next());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
