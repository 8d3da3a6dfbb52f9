// SIGKILL to the head at its edges: within 120 ms of the start, and around Ctrl-C and the end of
// the study. Every command opens the folder afterwards, and the study goes on.

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <poll.h>

#include "runtime/core/rng.hpp"
#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

BOOST_AUTO_TEST_SUITE(study_edges)

using std::chrono::microseconds;

const std::string short_study =
    "entry: {command: [" + program("e2e_curve") + R"(, --period_ms, "5"]}
config_space: {x: {uniform: [0, 1]}, epochs: 9}
max_resource_attr: epochs
scheduler: {name: asha, type: promotion, grace_period: 1, reduction_factor: 3}
n_workers: 2
max_failures: 0
max_retries: 0
when_exhausted: promote
stop_criterion: {max_num_trials_started: 8}
)";

/// TROUPE_E2E_KILLS: number of kills of each kind, for a longer run.
int kills() {
  const char* given = std::getenv("TROUPE_E2E_KILLS");
  return given == nullptr ? 3 : std::atoi(given);
}

/// Lets a moment pass, after which the kill falls.
template <typename Rep, typename Period>
void pass(std::chrono::duration<Rep, Period> moment) {
  const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(moment);
  const timespec timeout{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
  (void)ppoll(nullptr, 0, &timeout, nullptr);
}

microseconds below(Rng& rng, int milliseconds) {
  return microseconds(rng.below(static_cast<std::uint64_t>(milliseconds) * 1000));
}

/// What the kills of one kind met.
struct Tally {
  int killed = 0;    ///< Heads that were alive when the signal came.
  int journals = 0;  ///< Folders that had a journal then.
};

void kill_head(Command& run, Tally& tally) {
  tally.killed += run.ended() ? 0 : 1;
  run.signal(SIGKILL);
  (void)run.wait(std::chrono::seconds(10));
}

/// Every command that reads a journal shows this one.
void check_lists(const E2eStudy& study, Tally& tally) {
  if (!std::filesystem::exists(study.folder() + "/journal.db")) return;
  ++tally.journals;
  const bool begun = !study.journal().empty();
  for (const char* command : {"trials", "events"}) {
    const Finished shown = study.troupe(command);
    BOOST_TEST(shown.code == 0, command << ": " << shown.err);
  }
  for (const char* command : {"best", "clean"}) {  // May have nothing to show or to do.
    const Finished shown = study.troupe(command);
    BOOST_TEST((shown.code == 0 || shown.err.find("no best model") != std::string::npos ||
                shown.err.find("has not ended") != std::string::npos),
               command << ": " << shown.err);
  }
  if (begun) {
    const Finished replayed = study.troupe("replay");
    BOOST_TEST(replayed.code == 0, replayed.out << replayed.err);
  }
}

/// The study goes on to its end, with no trial that failed.
void check_end(const E2eStudy& study) {
  const Finished end = study.run();
  BOOST_TEST(end.code == 0, end.err);
  const Finished replayed = study.troupe("replay");
  BOOST_TEST(replayed.out.find(" 0 differences") != std::string::npos,
             replayed.out << replayed.err);
  const Finished trials = study.troupe("trials", {"-f", "csv"});
  BOOST_TEST(trials.code == 0, trials.err);
  BOOST_TEST(trials.out.find("failed") == std::string::npos, trials.out);
}

BOOST_AUTO_TEST_CASE(a_head_that_is_killed_within_120_ms_of_its_start_leaves_a_folder_that_opens) {
  Rng rng(1);
  Tally tally;
  for (int kill = 0; kill < kills(); ++kill) {
    const E2eStudy study(short_study);
    for (int start = 0; start < 2; ++start) {  // A new study, and then one that is resumed.
      const auto run = study.start();
      pass(below(rng, 120));
      kill_head(*run, tally);
      check_lists(study, tally);
    }
    check_end(study);
  }
  BOOST_TEST_MESSAGE(tally.killed << " kills, " << tally.journals << " journals");
  BOOST_TEST(tally.killed >= kills());
}

BOOST_AUTO_TEST_CASE(a_head_that_is_killed_around_an_interrupt_leaves_a_folder_that_opens) {
  Rng rng(2);
  Tally tally;
  for (int kill = 0; kill < kills(); ++kill) {
    const E2eStudy study(short_study);
    const auto run = study.start();
    pass(std::chrono::milliseconds(40) + below(rng, 160));
    run->signal(SIGINT);
    pass(below(rng, 60));
    kill_head(*run, tally);
    check_lists(study, tally);
    check_end(study);
  }
  BOOST_TEST_MESSAGE(tally.killed << " kills, " << tally.journals << " journals");
  BOOST_TEST(tally.killed > 0);
}

BOOST_AUTO_TEST_CASE(a_head_that_is_killed_near_its_end_leaves_a_folder_that_opens) {
  Rng rng(3);
  Tally tally;
  const E2eStudy whole(short_study);
  BOOST_TEST(whole.run().code == 0);
  const std::size_t nearly = whole.journal().size() - 2;
  for (int kill = 0; kill < kills(); ++kill) {
    const E2eStudy study(short_study);
    const auto run = study.start();
    while (!run->ended() && study.journal().size() < nearly) std::this_thread::yield();
    pass(below(rng, 25));
    kill_head(*run, tally);
    check_lists(study, tally);
    check_end(study);
  }
  BOOST_TEST_MESSAGE(tally.killed << " kills, " << tally.journals << " journals");
}

BOOST_AUTO_TEST_CASE(a_head_that_is_killed_anywhere_leaves_a_folder_that_opens) {
  Rng rng(4);
  Tally tally;
  const auto began = std::chrono::steady_clock::now();
  BOOST_TEST(E2eStudy(short_study).run().code == 0);
  const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - began;
  for (int kill = 0; kill < kills(); ++kill) {
    const E2eStudy study(short_study);
    const auto run = study.start();
    pass(whole * rng.uniform());
    kill_head(*run, tally);
    check_lists(study, tally);
    check_end(study);
  }
  BOOST_TEST_MESSAGE(tally.killed << " kills, " << tally.journals << " journals");
}

/// Every command gives an error that names the journal, or shows what it showed before.
BOOST_AUTO_TEST_CASE(a_finished_study_whose_journal_was_changed_is_not_taken_for_finished) {
  const E2eStudy study(short_study);
  BOOST_TEST_REQUIRE(study.run().code == 0);
  const std::string path = study.folder() + "/journal.db";
  const std::string whole = read_file(path);
  const auto show = [&](const std::string& command) {
    if (command == "run") return study.run();
    if (command == "logs") return study.troupe("logs", {"0"});
    return study.troupe(command);
  };
  const std::vector<std::string> commands{"trials", "best", "events", "replay",
                                          "logs",   "run",  "clean"};
  BOOST_TEST(show("clean").code == 0);  // Deletes nothing later.
  std::map<std::string, Finished> before;
  for (const std::string& command : commands) before.emplace(command, show(command));
  int refused = 0;
  for (int damage = 0; damage < 2 * kills(); ++damage) {
    Rng rng = Rng::stream(static_cast<std::uint64_t>(damage), "damage", 3);
    std::string bytes = whole;
    for (std::uint64_t count = 1 + rng.below(40); count > 0; --count)
      bytes[rng.below(bytes.size())] = static_cast<char>(rng.below(256));
    if (damage % 4 == 3) bytes.resize(rng.below(bytes.size()));
    for (const std::string& command : commands) {
      for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path + suffix);
      write_file(path, bytes);
      const Finished shown = show(command);
      const bool refused_it = shown.code == 1 || shown.code == 2;
      const bool named = refused_it && shown.err.find("journal.db") != std::string::npos;
      const bool same =
          shown.code == before.at(command).code && shown.out == before.at(command).out;
      refused += named ? 1 : 0;
      BOOST_TEST((named || same), damage << ", " << command << ": " << shown.code << shown.err);
    }
  }
  BOOST_TEST_MESSAGE(refused << " commands refused");
  BOOST_TEST(refused > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
