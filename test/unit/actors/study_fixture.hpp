#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/json.hpp"
#include "actors/study/document.hpp"
#include "actors/study/durable_log.hpp"
#include "actors/study/replay.hpp"
#include "actors/study/study.hpp"
#include "test/kit/probe.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/kit/test_node.hpp"

namespace troupe::actors::test_study {

using test::Probe;
using test::TestNode;

inline constexpr const char* pasha_of_four = R"(
study: four
entry: {command: [./train]}
config_space: {lr: {loguniform: [1e-4, 1]}, epochs: 27}
metric: loss
mode: min
resource_attr: epoch
max_resource_attr: epochs
scheduler: {name: pasha, grace_period: 1, reduction_factor: 3}
n_workers: 2
stop_criterion: {max_num_trials_started: 4}
max_failures: 3
)";

/// Result files are another test's business.
class NoResults final : public EventSink {
 public:
  void on(const std::vector<StudyEvent>&, std::int64_t) override {}
  void flush() override {}
};

/// The journal, and how often it was committed.
class CountedLog final : public StudyLog {
 public:
  CountedLog(Journal journal, int& commits) : log_(std::move(journal)), commits_(commits) {}

  [[nodiscard]] std::uint64_t size() const override { return log_.size(); }
  void add(std::uint64_t index, std::int64_t time_us, const Input& input,
           const std::vector<schedulers::Decision>& decisions,
           const std::vector<StudyEvent>& events) override {
    log_.add(index, time_us, input, decisions, events);
  }
  Result<void> commit() override {
    ++commits_;
    return log_.commit();
  }
  Result<void> each(std::uint64_t first,
                    const std::function<Result<void>(const Row&)>& take) override {
    return log_.each(first, take);
  }

 private:
  DurableLog log_;
  int& commits_;
};

/// A study in one thread; the test is its node and its programs.
struct Head {
  using Agent = Probe<Launch, EndTrial>;

  explicit Head(const std::filesystem::path& folder, const char* text = pasha_of_four,
                std::vector<std::string> alive = {})
      : journal_path((folder / "journal.db").string()),
        document{text, (folder / "study.yaml").string(), folder.string(), 7},
        spec(*read_document(document).value()) {
    auto journal = std::filesystem::exists(journal_path) ? Journal::open(journal_path)
                                                         : Journal::create(journal_path, {});
    StudyOptions options{spec, document, "test", "own-"};
    options.own_nodes_alive = std::move(alive);
    options.refused = [this](const std::string& node, const std::string& why) {
      refused.push_back(node + ": " + why);
    };
    options.disk_full_reason = [this] { return disk_full_reason; };
    study = world.spawn<Study>(std::move(options),
                               std::make_unique<CountedLog>(std::move(journal).value(), commits),
                               std::make_unique<NoResults>());
  }

  void join(Agent& agent, const std::string& name) {
    const auto enlisted = world.ask(study, JoinStudy{name, {.cpus = 2}, agent.ref()});
    BOOST_REQUIRE(enlisted.has_value());
    BOOST_TEST(enlisted->refusal == "");
    world.run();
  }

  /// Its link was given up; the lease counts from now.
  void lose(const Agent& agent) {
    world.tell(runtime::Ref<runtime::Down>(study.address()),
               runtime::Down{agent.address(), runtime::Cause::node_lost, "silence", world.now()});
    world.run();
  }

  [[nodiscard]] JoinReply bring_back(Agent& agent, const std::string& name,
                                     std::vector<RetainedAttempt> attempts) {
    const auto enlisted = world.ask(study, JoinStudy{.node = name,
                                                     .resources = {.cpus = 2},
                                                     .agent = agent.ref(),
                                                     .returns = true,
                                                     .attempts = std::move(attempts)});
    BOOST_REQUIRE(enlisted.has_value());
    world.run();
    return *enlisted;
  }

  /// The loss of a configuration gets better with the resource.
  void report(const Launch& launch, Resource epoch) {
    const double loss = 1.0 / static_cast<double>(epoch) + 0.1 * launch.trial;
    world.tell(study, Reported{launch.trial, launch.attempt, epoch, loss, {}});
  }

  void exit(const Launch& launch, std::int32_t code = 0) {
    world.tell(study, AttemptEnded{launch.trial, launch.attempt, AttemptEnded::Cause::exited, code,
                                   "exit code " + std::to_string(code), ""});
  }

  /// Runs a launched program as far as it was told to go.
  void play(const Launch& launch) {
    for (Resource epoch = launch.from + 1; epoch <= launch.until; ++epoch) report(launch, epoch);
    exit(launch);
    world.run();
  }

  [[nodiscard]] std::vector<Row> rows() const {
    return JournalReader::open(journal_path).value().read(0, 100'000).value();
  }

  int commits = 0;
  std::vector<std::string> refused;
  std::optional<std::string> disk_full_reason;
  TestNode world;
  std::string journal_path;
  StudyDocument document;
  StudySpec spec;
  StudyRef study;
};

inline std::size_t differences(const Head& head) {
  Replay replay(head.spec, head.document.seed);
  std::size_t count = 0;
  for (const Row& row : head.rows()) count += replay.on(row).size();
  return count;
}

}  // namespace troupe::actors::test_study
