#include "actors/sequence/sequence.hpp"

#include <filesystem>
#include <utility>

namespace troupe::actors {

using runtime::Context;

namespace {

template <typename T>
T need(Result<T> result) {
  if (!result) throw SequenceAbandoned(result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

}  // namespace

Sequence::Sequence(SequencePlan plan, std::unique_ptr<TaskStage> stage)
    : plan_(std::move(plan)), stage_(std::move(stage)) {}

std::string Sequence::folder_of(std::size_t task) const {
  return (std::filesystem::path(plan_.folder) / task_folder(task, plan_.tasks.at(task).name))
      .string();
}

/// What is over already was perhaps not told to the memory before the last head died; one that
/// failed is begun anew, for somebody will have seen to it.
void Sequence::started(Context& self) {
  while (task_ < plan_.tasks.size()) {
    const auto end = need(task_end(folder_of(task_)));
    const auto finished = end ? end->state.finished() : std::nullopt;
    if (finished && finished->outcome == StudyFinished::Outcome::failed)
      need(stage_->set_aside(task_));
    if (!end || !end->counts()) break;
    if (!conclude(self, false)) return;
  }
  go_on(self);
}

void Sequence::go_on(Context& self) {
  if (task_ == plan_.tasks.size() || interrupted_) return self.stop();
  begin(self);
}

void Sequence::begin(Context& self) {
  finished_ = false;
  cleared_ = false;
  TaskStage::Begun begun = need(stage_->begin(self, task_));
  study_ = begun.study;
  awaited_ = {begun.audience.begin(), begun.audience.end()};
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
  end_if_clear(self);
}

void Sequence::on(Context& self, const runtime::Down& down) {
  if (awaited_.erase(down.who) == 0) return;
  if (down.who == study_.address() && down.cause == runtime::Cause::failed)
    throw SequenceAbandoned("task '" + plan_.tasks[task_].name + "': " + down.reason);
  end_if_clear(self);
}

/// The task's end is read where it is durable.
void Sequence::end_if_clear(Context& self) {
  if (!awaited_.empty() || !cleared_) return;
  cleared_ = false;
  if (!finished_) return self.stop();
  if (conclude(self, true)) go_on(self);
}

/// The task is over: A* grows. False: the sequence ends here.
bool Sequence::conclude(Context& self, bool anew) {
  const auto end = need(task_end(folder_of(task_)));
  const bool counts = end && end->counts();
  const bool joined =
      counts && need(remember(*end, plan_.tasks[task_].spec, folder_of(task_), plan_.memory));
  if (end) stage_->ended(task_, *end, joined, anew);
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
  stage_->leave();
  self.tell(study_, StopStudy{StopRequested::How::interrupt, interrupt.reason});
}

}  // namespace troupe::actors
