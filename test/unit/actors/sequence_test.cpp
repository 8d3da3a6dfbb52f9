#include "actors/sequence/sequence.hpp"

#include <filesystem>
#include <optional>

#include <boost/test/unit_test.hpp>

#include "actors/head/session.hpp"
#include "actors/memory/memory.hpp"
#include "actors/sequence/sequence_folder.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/kit/test_node.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(sequence)

using runtime::Context;
using test::TestNode;

const std::string three_tasks = R"(sequence: s
entry: {command: [./train]}
config_space: {lr: {uniform: [0, 1]}, epochs: 9}
metric: loss
mode: min
resource_attr: epoch
max_resource_attr: epochs
scheduler: {name: asha, grace_period: 1, reduction_factor: 3}
stop_criterion: {max_num_trials_started: 6}
max_failures: 0
tasks: [{name: a}, {name: b}, {name: c}]
)";

/// Node agent that runs every trial immediately; the loss is the distance from an optimum.
class InstantNode {
 public:
  using Ref = AgentRef;
  InstantNode(StudyRef study, double optimum, bool fails)
      : study_(study), optimum_(optimum), fails_(fails) {}

  void started(Context& self) {
    self.monitor(study_);
    (void)self.ask(study_, JoinStudy{"n1", {.cpus = 1}, self.ref<InstantNode>()},
                   std::chrono::seconds(1));
  }
  void on(Context& self, const Launch& launch) {
    const double lr = std::get<double>(launch.config.at(0).value);
    for (Resource epoch = launch.from + 1; epoch <= launch.until && !fails_; ++epoch)
      self.tell(study_, Reported{launch.trial,
                                 launch.attempt,
                                 epoch,
                                 std::abs(lr - optimum_) + 1.0 / static_cast<double>(epoch),
                                 {}});
    const int code = fails_ ? 1 : 0;
    self.tell(study_, AttemptEnded{launch.trial, launch.attempt, AttemptEnded::Cause::exited, code,
                                   "exit code " + std::to_string(code), ""});
  }
  void on(Context&, const EndTrial&) {}
  void on(Context& self, const runtime::Down&) { self.stop(); }

 private:
  StudyRef study_;
  double optimum_;
  bool fails_;
};

/// Faults that a test injects into a sequence, and what the test observes.
struct Script {
  std::optional<std::size_t> failing;  ///< Task whose trials fail.
  std::optional<std::size_t>
      cut_off;  ///< Task after whose study the process ends, before the memory is told.
  std::vector<std::string> ended;
};

class TestStage final : public TaskRunner {
 public:
  TestStage(const SequenceSpec& spec, std::string folder, Script& script)
      : spec_(spec), folder_(std::move(folder)), script_(script) {}

  Result<Begun> begin(Context& self, std::size_t task) override {
    folder_of_task_.reset();
    auto opened = HeadFolder::open(path(task));
    if (!opened) return opened.error();
    folder_of_task_.emplace(std::move(opened).value());
    auto session = open_session({.spec = spec_.tasks[task].spec,
                                 .file = folder_ + "/sequence.yaml",
                                 .memory = folder_ + "/memory.db"},
                                *folder_of_task_);
    if (!session) return session.error();
    const StudyRef study = spawn_study(self, std::move(session).value(), *folder_of_task_);
    const auto node =
        self.spawn<InstantNode>(study, 0.3 * static_cast<double>(task), script_.failing == task);
    if (script_.cut_off != task) self.tell(self.ref<Sequence>(), TaskCleared{task});
    return Begun{study, {node.address()}};
  }
  void interrupt() override {}
  Result<void> set_aside(std::size_t task) override {
    return HeadFolder::open(path(task))->set_aside() ? Result<void>()
                                                     : Error{ErrorKind::io, "cannot be set aside"};
  }
  void ended(std::size_t task, const TaskResult& end, bool joined, bool ended_now) override {
    script_.ended.push_back(spec_.tasks[task].name + (end.counts() ? "" : " failed") +
                            (joined ? " joined" : "") + (ended_now ? "" : " before"));
  }

 private:
  [[nodiscard]] std::string path(std::size_t task) const {
    return folder_ + "/" + task_folder(task, spec_.tasks[task].name);
  }
  const SequenceSpec& spec_;
  std::string folder_;
  Script& script_;
  std::optional<HeadFolder> folder_of_task_;
};

struct Fixture {
  test::TempFolder scratch;
  std::string folder = scratch.path().string();
  SequenceSpec spec = *read_sequence_text(three_tasks, folder + "/sequence.yaml").spec;

  Fixture() { test::write_file(scratch.path() / "sequence.yaml", three_tasks); }

  /// Runs the sequence on a new node, as a new process would.
  std::vector<std::string> run(Script script = {}) {
    TestNode world;
    const auto sequence =
        world.spawn<Sequence>(SequencePlan{spec.tasks, folder, folder + "/memory.db"},
                              std::make_unique<TestStage>(spec, folder, script));
    (void)world.node().wait(sequence, std::chrono::seconds(5));
    return script.ended;
  }
  /// Learning rates of the members of A*.
  std::vector<double> known() {
    std::vector<double> rates;
    const auto memory = Memory::open(folder + "/memory.db").value().incumbents().value();
    for (const auto& incumbent : memory)
      rates.push_back(std::get<double>(incumbent.config.at(0).value));
    return rates;
  }
  std::size_t contradictions() {
    return check_incumbents(folder, tasks_in(folder).value()).value().size();
  }
};

BOOST_FIXTURE_TEST_CASE(the_end_of_a_task_grows_the_incumbents_and_starts_the_next, Fixture) {
  const auto ended = run();
  BOOST_REQUIRE(ended.size() == 3u);
  BOOST_TEST(ended[0] == "a joined");
  const auto tasks = tasks_in(folder).value();
  BOOST_TEST(tasks[0].end->incumbents().empty());
  BOOST_TEST(tasks[1].end->incumbents().size() == 1u);
  BOOST_TEST((tasks[1].end->incumbents()[0] == tasks[0].end->state.retrain()->config));
  BOOST_TEST(tasks[2].end->state.incumbents_started() == tasks[2].end->incumbents().size());
  BOOST_TEST(contradictions() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_head_that_died_before_it_told_the_memory_makes_up_for_it, Fixture) {
  BOOST_TEST(run({.cut_off = 1}) == (std::vector<std::string>{"a joined"}),
             boost::test_tools::per_element());
  BOOST_TEST(known().size() == 1u);
  const auto ended = run();
  BOOST_REQUIRE(ended.size() == 3u);
  BOOST_TEST(ended[0] == "a joined before");
  BOOST_TEST(ended[1].ends_with(" before"));
  const auto interrupted = known();
  Fixture undisturbed;
  (void)undisturbed.run();
  BOOST_TEST(interrupted == undisturbed.known(), boost::test_tools::per_element());
  BOOST_TEST(contradictions() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_sequence_that_is_over_does_nothing_again, Fixture) {
  const auto first = run();
  const auto before = known();
  const auto again = run();
  BOOST_TEST(!again.empty());
  BOOST_TEST(again.size() == first.size());
  for (const auto& ended : again) BOOST_TEST(ended.ends_with(" before"));
  BOOST_TEST(known() == before, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_task_that_failed_ends_the_sequence_and_is_begun_anew_by_the_next_run,
                        Fixture) {
  BOOST_TEST(run({.failing = 1}) == (std::vector<std::string>{"a joined", "b failed"}),
             boost::test_tools::per_element());
  BOOST_TEST(known().size() == 1u);
  BOOST_TEST(run().size() == 3u);
  BOOST_TEST(std::filesystem::exists(folder + "/tasks/02-b.1/journal.db"));
  BOOST_TEST(contradictions() == 0u);
}

BOOST_FIXTURE_TEST_CASE(incumbents_that_nobody_left_are_noticed, Fixture) {
  (void)run();
  std::filesystem::remove_all(folder + "/tasks/01-a");
  std::filesystem::copy(folder + "/tasks/02-b", folder + "/tasks/01-a",
                        std::filesystem::copy_options::recursive);
  BOOST_TEST(contradictions() > 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
