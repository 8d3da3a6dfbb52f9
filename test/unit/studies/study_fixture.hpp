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
#include "actors/study/replay.hpp"
#include "actors/study/study.hpp"
#include "actors/study/study_log.hpp"
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

/// A sink that drops its rows.
class NoResults final : public EventSink {
 public:
  void on(const StudyRow&) override {}
  void flush() override {}
};

/// A DurableLog that counts its commits.
class CountedLog final : public StudyLog {
 public:
  CountedLog(Journal journal, int& commits) : log_(std::move(journal)), commits_(commits) {}

  [[nodiscard]] std::uint64_t size() const override { return log_.size(); }
  void add(const StudyRow& row) override { log_.add(row); }
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

/// Rows that outlive the log that writes them.
struct MemoryDisk {
  std::vector<Row> durable;
  bool full = false;
};

/// A study's log in memory.
class MemoryLog final : public StudyLog {
 public:
  explicit MemoryLog(MemoryDisk& disk) : disk_(disk) {}

  [[nodiscard]] std::uint64_t size() const override { return disk_.durable.size(); }
  void add(const StudyRow& row) override {
    added_.push_back(
        {row.index, row.time_us, to_json(row.input), to_json(row.decisions), to_json(row.events)});
  }
  Result<void> commit() override {
    if (disk_.full) return Error{ErrorKind::io, "the disk is full"};
    disk_.durable.insert(disk_.durable.end(), added_.begin(), added_.end());
    added_.clear();
    return {};
  }
  Result<void> each(std::uint64_t first,
                    const std::function<Result<void>(const Row&)>& take) override {
    std::vector<Row> rows = disk_.durable;
    rows.insert(rows.end(), added_.begin(), added_.end());
    for (const Row& row : rows) {
      if (row.index < first) continue;
      if (auto taken = take(row); !taken) return taken;
    }
    return {};
  }

 private:
  MemoryDisk& disk_;
  std::vector<Row> added_;
};

/// A study in one thread; the test plays its nodes and programs.
struct Head {
  using Agent = Probe<Launch, EndTrial>;

  /// `changes`: of the settings since the last run.
  explicit Head(const std::filesystem::path& folder, const char* text = pasha_of_four,
                std::vector<std::string> alive = {}, std::vector<SettingChange> changes = {})
      : journal_path((folder / "journal.db").string()),
        document{text, (folder / "study.yaml").string(), folder.string(), 7},
        spec(*read_document(document).value()) {
    auto journal = std::filesystem::exists(journal_path) ? Journal::open(journal_path)
                                                         : Journal::create(journal_path, {});
    StudyOptions options{
        .spec = spec, .document = document, .version = "test", .own_node_prefix = "own-"};
    options.own_nodes_alive = std::move(alive);
    if (!changes.empty())
      options.change =
          StudyChanged{std::move(changes), std::make_shared<const StudySpec>(options.spec)};
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

  /// A new agent that joins as `name`.
  [[nodiscard]] Agent joined(const std::string& name) {
    Agent agent = world.probe<Launch, EndTrial>();
    join(agent, name);
    return agent;
  }

  /// Gives up the link of an agent; its lease counts from now.
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

  /// Reports a loss that decreases with the resource.
  void report(const Launch& launch, Resource epoch) {
    const double loss = 1.0 / static_cast<double>(epoch) + 0.1 * launch.trial;
    world.tell(study, Reported{launch.trial, launch.attempt, epoch, loss, {}});
  }

  void exit(const Launch& launch, std::int32_t code = 0) {
    world.tell(study, AttemptEnded{launch.trial, launch.attempt, AttemptEnded::Cause::exited, code,
                                   "exit code " + std::to_string(code), ""});
  }

  /// Plays a launched program to its milestone.
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
