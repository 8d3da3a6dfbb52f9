#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "actors/events.hpp"
#include "actors/head/task_end.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "actors/study/protocol.hpp"
#include "runtime/context.hpp"

namespace troupe::actors {

/// Every process of a task's study is gone, and its node with them.
struct TaskCleared {
  static constexpr std::string_view wire_name = "TaskCleared";
  std::uint64_t task = 0;  ///< From 0.
  static auto fields(auto& m) { return std::tuple{field("task", m.task)}; }
};

/// End the sequence so that it can be resumed, and its running task with it.
struct InterruptSequence {
  static constexpr std::string_view wire_name = "InterruptSequence";
  std::string reason;
  static auto fields(auto& m) { return std::tuple{field("reason", m.reason)}; }
};

/// Why a sequence cannot go on in this process. Thrown, it ends the sequence actor.
struct SequenceAbandoned : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where the tasks of a sequence take place: folders, nodes and whoever watches.
class TaskStage {
 public:
  virtual ~TaskStage() = default;

  struct Begun {
    StudyRef study;
    std::vector<runtime::Address> audience;  ///< Who is to be gone, too, before the next task.
  };
  /// Starts the study of a task, new or resumed, with what the memory knows. A TaskCleared follows
  /// when it is over.
  virtual Result<Begun> begin(runtime::Context& self, std::size_t task) = 0;
  /// The running task is being interrupted.
  virtual void leave() = 0;
  /// A task that failed is to be begun anew: its folder is made free.
  virtual Result<void> set_aside(std::size_t task) = 0;
  /// The memory was told; `anew`: the task ended just now.
  virtual void ended(std::size_t task, const TaskEnd& end, bool joined, bool anew) = 0;
};

struct SequencePlan {
  std::vector<SequenceTask> tasks;
  std::string folder;  ///< Absolute; of the sequence.
  std::string memory;  ///< Path.
};

/// Runs the tasks of a sequence, one after another: the end of one is the event that grows A* and
/// starts the next. What it knows is in the journals of its tasks and in the memory, and nowhere
/// else; so it goes on exactly where a head was killed, wherever that was.
class Sequence {
 public:
  using Ref = runtime::Ref<StudyFinished, TaskCleared, InterruptSequence>;

  Sequence(SequencePlan plan, std::unique_ptr<TaskStage> stage);

  void started(runtime::Context& self);
  void on(runtime::Context& self, const StudyFinished& finished);
  void on(runtime::Context& self, const TaskCleared& cleared);
  void on(runtime::Context& self, const InterruptSequence& interrupt);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  void go_on(runtime::Context& self);
  void begin(runtime::Context& self);
  [[nodiscard]] bool conclude(runtime::Context& self, bool anew);
  void end_if_clear(runtime::Context& self);
  [[nodiscard]] std::string folder_of(std::size_t task) const;

  SequencePlan plan_;
  std::unique_ptr<TaskStage> stage_;
  std::size_t task_ = 0;  ///< The one that runs, or is about to.
  StudyRef study_;
  std::set<runtime::Address> awaited_;  ///< Of the task that runs: who is not gone yet.
  bool finished_ = false;               ///< The study has said so.
  bool cleared_ = false;
  bool interrupted_ = false;
};

}  // namespace troupe::actors
