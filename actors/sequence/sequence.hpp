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
#include "actors/head/task_result.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "actors/study/protocol.hpp"
#include "runtime/context.hpp"

namespace troupe::actors {

/// All processes of a task have ended, and its local node too.
struct TaskCleared {
  static constexpr std::string_view wire_name = "TaskCleared";
  std::uint64_t task = 0;  ///< Index of the task.
  static auto fields(auto& m) { return std::tuple{field("task", m.task)}; }
};

/// Interrupt the sequence and its running task, so that both can be resumed.
struct InterruptSequence {
  static constexpr std::string_view wire_name = "InterruptSequence";
  std::string reason;
  static auto fields(auto& m) { return std::tuple{field("reason", m.reason)}; }
};

/// Error that ends the sequence actor; the sequence can be resumed by another process.
struct SequenceAbandoned : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Runs the study of each task of a sequence: folders, nodes and output.
class TaskRunner {
 public:
  virtual ~TaskRunner() = default;

  struct Begun {
    StudyRef study;
    std::vector<runtime::Address> watchers;  ///< Other actors that end before the next task begins.
  };
  /// Starts the study of a task, new or resumed, with the incumbents of the memory. Sends
  /// TaskCleared to the sequence when the processes of the task have ended.
  virtual Result<Begun> begin(runtime::Context& self, std::size_t task) = 0;
  /// The running task is interrupted: restart no node of it.
  virtual void interrupt() = 0;
  /// Moves the folder of a failed task aside, so that the task can begin again.
  virtual Result<void> set_aside(std::size_t task) = 0;
  /// Called after the memory was told. `ended_now`: the task ended in this run of the sequence.
  virtual void ended(std::size_t task, const TaskResult& end, bool joined, bool ended_now) = 0;
};

struct SequencePlan {
  std::vector<SequenceTask> tasks;
  std::string folder;  ///< Absolute path of the folder of the sequence.
  std::string memory;  ///< Path of its memory.
};

/// Actor that runs the tasks of a sequence one after another; the end of a task extends A* and
/// starts the next task. It has no durable state of its own: the journals of the tasks and the
/// memory tell where a killed head had stopped.
class Sequence {
 public:
  using Ref = runtime::Ref<StudyFinished, TaskCleared, InterruptSequence>;

  Sequence(SequencePlan plan, std::unique_ptr<TaskRunner> runner);

  void started(runtime::Context& self);
  void on(runtime::Context& self, const StudyFinished& finished);
  void on(runtime::Context& self, const TaskCleared& cleared);
  void on(runtime::Context& self, const InterruptSequence& interrupt);
  void on(runtime::Context& self, const runtime::Down& down);

 private:
  void begin_next(runtime::Context& self);
  void begin(runtime::Context& self);
  [[nodiscard]] bool finish_task(runtime::Context& self, bool ended_now);
  void finish_if_cleared(runtime::Context& self);
  [[nodiscard]] std::string folder_of(std::size_t task) const;

  SequencePlan plan_;
  std::unique_ptr<TaskRunner> runner_;
  std::size_t task_ = 0;  ///< Index of the running or next task.
  StudyRef study_;
  std::set<runtime::Address> awaited_;  ///< Actors of the running task that have not ended.
  bool finished_ = false;               ///< StudyFinished arrived.
  bool cleared_ = false;
  bool interrupted_ = false;
};

}  // namespace troupe::actors
