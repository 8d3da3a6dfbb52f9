#include "actors/sequence/sequence.hpp"

#include <filesystem>
#include <utility>

namespace troupe::actors {

using runtime::Context;

namespace {

template <typename T>
T value_or_abandon(Result<T> result) {
  if (!result) throw SequenceAbandoned(result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

}  // namespace

Sequence::Sequence(SequencePlan plan, std::unique_ptr<TaskRunner> runner)
    : plan_(std::move(plan)), runner_(std::move(runner)) {}

std::string Sequence::folder_of(std::size_t task) const {
  return (std::filesystem::path(plan_.folder) / task_folder(task, plan_.tasks.at(task).name))
      .string();
}

/// Skips finished tasks, after telling the memory of each: the last head may have died before it
/// did. Begins a failed task again.
void Sequence::started(Context& self) {
  while (task_ < plan_.tasks.size()) {
    const auto end = value_or_abandon(read_task_result(folder_of(task_)));
    const auto finished = end ? end->state.finished() : std::nullopt;
    if (finished && finished->outcome == StudyFinished::Outcome::failed)
      value_or_abandon(runner_->set_aside(task_));
    if (!end || !end->counts()) break;
    if (!finish_task(self, false)) return;
  }
  begin_next(self);
}

void Sequence::begin_next(Context& self) {
  if (task_ == plan_.tasks.size() || interrupted_) return self.stop();
  begin(self);
}

void Sequence::begin(Context& self) {
  check(awaited_.empty(), "every actor of a task has ended before the next task begins");
  finished_ = false;
  cleared_ = false;
  TaskRunner::Begun begun = value_or_abandon(runner_->begin(self, task_));
  study_ = begun.study;
  awaited_ = {begun.watchers.begin(), begun.watchers.end()};
  awaited_.insert(study_.address());
  for (const auto& address : awaited_) self.monitor(address);
  self.tell(study_, Subscribe{self.address(), {std::string(StudyFinished::wire_name)}});
}

void Sequence::on(Context&, const StudyFinished&) {
  finished_ = true;
}

void Sequence::on(Context& self, const TaskCleared& cleared) {
  if (cleared.task != task_) return;
  cleared_ = true;
  finish_if_cleared(self);
}

void Sequence::on(Context& self, const runtime::Down& down) {
  if (awaited_.erase(down.who) == 0) return;
  if (down.who == study_.address() && down.cause == runtime::Cause::failed)
    throw SequenceAbandoned("task '" + plan_.tasks[task_].name + "': " + down.reason);
  finish_if_cleared(self);
}

/// Reads the result of the task from its journal, once every actor and process of it has ended.
void Sequence::finish_if_cleared(Context& self) {
  if (!awaited_.empty() || !cleared_) return;
  cleared_ = false;
  if (!finished_) return self.stop();
  if (finish_task(self, true)) begin_next(self);
}

/// Adds the result of the task to the memory. False if the sequence ends: the task failed or was
/// interrupted.
bool Sequence::finish_task(Context& self, bool ended_now) {
  const auto end = value_or_abandon(read_task_result(folder_of(task_)));
  const bool counts = end && end->counts();
  const bool joined = counts && value_or_abandon(remember(*end, plan_.tasks[task_].spec,
                                                          folder_of(task_), plan_.memory));
  if (end) runner_->ended(task_, *end, joined, ended_now);
  if (counts) {
    ++task_;
    return true;
  }
  self.stop();
  return false;
}

void Sequence::on(Context& self, const InterruptSequence& interrupt) {
  interrupted_ = true;
  if (awaited_.empty()) return;
  runner_->interrupt();
  self.tell(study_, StopStudy{StopRequested::How::interrupt, interrupt.reason});
}

}  // namespace troupe::actors
