// Task sequences run by the real `troupe`, with heads that are killed.

#include <csignal>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/journal/journal.hpp"
#include "actors/json.hpp"
#include "actors/study/inputs.hpp"
#include "test/e2e/study_kit.hpp"

namespace troupe::test {
namespace {

BOOST_AUTO_TEST_SUITE(sequence)

/// A sequence file with one worker and one seed, so that decisions depend on the file only. `shift`
/// moves the optimum from task to task.
std::string five_tasks(const std::string& name, int trials = 8) {
  std::string text = "sequence: " + name + "\nentry: {command: [" + program("e2e_curve") +
                     ", --period_ms, '5']}\n" + R"(
config_space: {x: {uniform: [0, 1]}, epochs: 9}
metric: loss
mode: min
resource_attr: epoch
max_resource_attr: epochs
scheduler: {name: rush, grace_period: 1, reduction_factor: 3}
n_workers: 1
grace_kill_s: 1
lease: 3
stop_criterion: {max_num_trials_started: )" +
                     std::to_string(trials) + "}\ntasks:\n";
  for (int i = 1; i <= 5; ++i) text += "  - {name: t" + std::to_string(i) + "}\n";
  return text;
}

class Sequence {
 public:
  explicit Sequence(const std::string& text) {
    write_file(scratch_.path() / "sequence.yaml", text);
  }

  [[nodiscard]] std::unique_ptr<Command> start(std::vector<std::string> options = {}) const {
    std::vector<std::string> argv{program("troupe"), "run",    scratch_.file("sequence.yaml"),
                                  "--dir",           folder(), "--quiet"};
    argv.insert(argv.end(), options.begin(), options.end());
    return std::make_unique<Command>(std::move(argv), std::vector{"TROUPE_E2E=" + folder()});
  }
  [[nodiscard]] Finished run(std::vector<std::string> options = {}) const {
    const auto command = start(std::move(options));
    const auto code = command->wait(std::chrono::seconds(240));
    return {code.value_or(-1), command->out(), command->err()};
  }
  [[nodiscard]] Finished troupe(const std::string& command) const {
    return test::run({program("troupe"), command, folder()});
  }
  [[nodiscard]] std::string folder() const { return scratch_.file("out"); }
  [[nodiscard]] std::string memory() const { return folder() + "/memory.db"; }
  [[nodiscard]] std::string task(int number) const {
    return folder() + "/tasks/0" + std::to_string(number) + "-t" + std::to_string(number);
  }
  [[nodiscard]] std::size_t rows(int number) const {
    auto reader = actors::JournalReader::open(task(number) + "/journal.db");
    return reader ? reader->size().value() : 0;
  }
  /// Journal of a task without times: the incumbents at its start, then all decisions.
  [[nodiscard]] std::vector<std::string> decisions(int number) const {
    std::vector<std::string> all;
    auto reader = actors::JournalReader::open(task(number) + "/journal.db");
    BOOST_REQUIRE(reader.has_value());
    reader
        ->each(0,
               [&](const actors::Row& row) -> Result<void> {
                 const auto input = actors::from_json<actors::Input>(row.input).value();
                 if (const auto* opened = std::get_if<actors::StudyOpened>(&input))
                   all.push_back(actors::to_json(opened->incumbents));
                 if (row.decisions != "[]") all.push_back(row.decisions);
                 return {};
               })
        .value();
    return all;
  }
  /// Configurations of A*, without task numbers and times.
  [[nodiscard]] std::string known() const {
    return test::run({"sh", "-c",
                      program("troupe") + " memory show -f csv " + memory() + " | cut -d, -f 1,5-"})
        .out;
  }

 private:
  TempFolder scratch_;
};

BOOST_AUTO_TEST_CASE(a_head_that_is_killed_in_the_third_task_changes_no_decision) {
  const Sequence killed(five_tasks("five"));
  const Sequence undisturbed(five_tasks("five"));
  const auto whole = undisturbed.start();
  for (const std::size_t rows : {5u, 20u}) {
    const auto run = killed.start();
    BOOST_TEST_REQUIRE(eventually([&] { return killed.rows(3) >= rows || run->ended(); },
                                  std::chrono::seconds(120)));
    BOOST_TEST_REQUIRE(killed.rows(3) >= rows, "the run ended before its third task");
    run->signal(SIGKILL);
    (void)run->wait(std::chrono::seconds(5));
  }
  const Finished end = killed.run();
  BOOST_TEST(end.code == 0, end.err);
  BOOST_TEST(whole->wait(std::chrono::seconds(240)).value_or(-1) == 0, whole->err());
  for (int task = 1; task <= 5; ++task) BOOST_TEST_CONTEXT("task " << task)
  BOOST_TEST(killed.decisions(task) == undisturbed.decisions(task),
             boost::test_tools::per_element());
  BOOST_TEST(!killed.known().empty());
  BOOST_TEST(killed.known() == undisturbed.known());
  const Finished replay = killed.troupe("replay");
  BOOST_TEST(replay.code == 0, replay.out << replay.err);
  BOOST_TEST(replay.out.find("each task began with A* as the tasks before it left it") !=
             std::string::npos);
  BOOST_TEST(eventually([&] { return processes_with("TROUPE_E2E=" + killed.folder()).empty(); },
                        std::chrono::seconds(6)));
}

BOOST_AUTO_TEST_CASE(two_sequences_that_use_one_memory_at_once_lose_nothing) {
  const TempFolder shared;
  const std::string memory = shared.file("team.db");
  const Sequence one(five_tasks("one", 4));
  const Sequence two(five_tasks("two", 4));
  const auto first = one.start({"--memory", memory});
  const auto second = two.start({"--memory", memory, "--seed", "100"});
  BOOST_TEST(first->wait(std::chrono::seconds(240)).value_or(-1) == 0, first->err());
  BOOST_TEST(second->wait(std::chrono::seconds(240)).value_or(-1) == 0, second->err());
  const Finished list = test::run({program("troupe"), "memory", "list", memory, "-f", "csv"});
  for (const char* name : {"one", "two"})
    for (int task = 1; task <= 5; ++task) {
      const std::string called = "," + std::string(name) + ".t" + std::to_string(task) + ",";
      const auto at = list.out.find(called);
      BOOST_TEST(at != std::string::npos, called);
      BOOST_TEST(list.out.find(called, at + 1) == std::string::npos, called << " twice");
    }
  BOOST_TEST(one.troupe("replay").code == 0);
  BOOST_TEST(two.troupe("replay").code == 0);
}

BOOST_AUTO_TEST_CASE(the_lists_accept_a_sequence) {
  const Sequence sequence(five_tasks("lists", 3));
  BOOST_REQUIRE(sequence.run().code == 0);
  const Finished best = sequence.troupe("best");
  BOOST_TEST(best.code == 0);
  BOOST_TEST(best.out.find("finished") != std::string::npos);
  const Finished trials = sequence.troupe("trials");
  BOOST_TEST(trials.code == 2);
  BOOST_TEST(trials.err.find("is the folder of a sequence; name one of its tasks:\n  " +
                             sequence.task(1)) != std::string::npos);
  BOOST_TEST(test::run({program("troupe"), "trials", sequence.task(2)}).code == 0);
  BOOST_TEST(test::run({program("troupe"), "events", sequence.task(2)}).out.find("incumbent") !=
             std::string::npos);
  const Finished again = sequence.run();  // The sequence is over: the command does nothing.
  BOOST_TEST(again.code == 0);
}

/// Sum of a column of CSV text without quotes.
int sum_of(const std::string& csv, const std::string& column) {
  std::istringstream lines(csv);
  int sum = 0;
  std::ptrdiff_t wanted = -1;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream cells(line);
    std::ptrdiff_t number = 0;
    for (std::string cell; std::getline(cells, cell, ','); ++number)
      if (cell == column)
        wanted = number;
      else if (number == wanted)
        sum += std::stoi(cell);
  }
  return sum;
}

BOOST_AUTO_TEST_CASE(the_lists_count_the_trials_below_the_hurdle) {
  std::string text = five_tasks("keeps", 6);
  text.replace(text.find("{name: rush,"), 12, "{name: rush, type: promotion,");
  const Sequence sequence(text);
  BOOST_REQUIRE(sequence.run().code == 0);
  const Finished best = test::run({program("troupe"), "best", sequence.folder(), "-f", "csv"});
  BOOST_TEST(sum_of(best.out, "trials") == 30);
  BOOST_TEST(sum_of(best.out, "below_hurdle") > 0, best.out);
}

BOOST_AUTO_TEST_CASE(a_sequence_may_get_more_tasks_and_no_other_change) {
  const std::string text = five_tasks("grows", 3);
  const Sequence sequence(text);
  BOOST_REQUIRE(sequence.run().code == 0);
  const std::string file = sequence.folder() + "/../sequence.yaml";
  write_file(file, text + "  - {name: t6}\n");
  BOOST_TEST(sequence.run().code == 0);
  BOOST_TEST(sequence.rows(6) > 0u);
  write_file(file, text.substr(0, text.rfind("  - {name: t5}")));
  const Finished shorter = sequence.run();
  BOOST_TEST(shorter.code == 2);
  BOOST_TEST(shorter.err.find("was begun, and the file has no such task at that place") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_setting_that_comes_too_late_for_a_task_is_named) {
  const Sequence sequence(five_tasks("late", 3));
  BOOST_REQUIRE(sequence.run().code == 0);
  const std::string file = sequence.folder() + "/../sequence.yaml";
  write_file(file, five_tasks("late", 4));
  const Finished raised = sequence.run();
  BOOST_TEST(raised.code == 0);
  BOOST_TEST(raised.err.find("task 1 of 5, 't1' is over, and these settings have no effect on "
                             "it:\n  stop_criterion.max_num_trials_started: 3 -> 4\n") !=
                 std::string::npos,
             raised.err);
  std::string other = five_tasks("late", 3);
  other.replace(other.find("reduction_factor: 3"), 19, "reduction_factor: 2");
  write_file(file, other);
  const Finished refused = sequence.run();
  BOOST_TEST(refused.code == 2);
  BOOST_TEST(refused.err.find("scheduler.reduction_factor: 3 -> 2") != std::string::npos,
             refused.err);
}

BOOST_AUTO_TEST_CASE(a_task_uses_the_memory_of_an_earlier_run) {
  const TempFolder scratch;
  const auto write = [&](const std::string& name, const std::string& space,
                         const std::string& more) {
    write_file(scratch.path() / (name + ".yaml"),
               "study: " + name + "\nentry: {command: [" + program("e2e_curve") + "]}\n" +
                   "config_space: {" + space + ", epochs: 9}\n" +
                   "metric: loss\nmode: min\nresource_attr: epoch\nmax_resource_attr: epochs\n"
                   "scheduler: {name: rush}\nstop_criterion: {max_num_trials_started: 6}\n" +
                   more);
  };
  const auto run = [&](const std::string& name) {
    return test::run({program("troupe"), "run", scratch.file(name + ".yaml"), "--dir",
                      scratch.file(name), "--memory", scratch.file("team.db")});
  };
  write("monday", "x: {uniform: [0, 1]}", "");
  write("tuesday", "x: {uniform: [0, 1]}", "seed: 5\n");
  write("wider", "x: {uniform: [-1, 2]}", "");
  write("other", "x: {choice: [low, high]}", "");
  write("renamed", "rate: {uniform: [0, 1]}", "memory: {rename: {x: rate}}\n");
  const Finished monday = run("monday");
  BOOST_TEST(monday.code == 0, monday.err);
  BOOST_TEST(monday.out.find("0 incumbents ran, hurdle stopped 0 of 6 trials, joined A*: yes") !=
                 std::string::npos,
             monday.out);
  const Finished tuesday = run("tuesday");
  BOOST_TEST(tuesday.code == 0, tuesday.err);
  BOOST_TEST(tuesday.out.find("1 incumbent ran, hurdle stopped ") != std::string::npos,
             tuesday.out);
  const Finished wider = run("wider");
  BOOST_TEST(wider.code == 0, wider.err);
  BOOST_TEST(wider.out.find("1 incumbent ran") != std::string::npos, wider.out);
  const Finished other = run("other");
  BOOST_TEST(other.code == 2);
  BOOST_TEST(
      other.err.find("'x' is choice: [\"low\", \"high\"] in config_space") != std::string::npos,
      other.err);
  BOOST_TEST(other.err.find("values of another kind") != std::string::npos, other.err);
  const Finished renamed = run("renamed");
  BOOST_TEST(renamed.code == 0, renamed.err);
  // The head died after the end of the study, before the memory was told: the same command tells
  // it.
  std::filesystem::remove(scratch.file("team.db"));
  BOOST_TEST(run("monday").code == 0);
  const Finished list =
      test::run({program("troupe"), "memory", "list", scratch.file("team.db"), "-f", "csv"});
  BOOST_TEST(list.out.find(",monday,") != std::string::npos);
  const Finished forgotten =
      test::run({program("troupe"), "memory", "forget", scratch.file("team.db"), "mondy"});
  BOOST_TEST(forgotten.code == 2);
  BOOST_TEST(forgotten.err.find("has no task 'mondy'; did you mean 'monday'?") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::test
