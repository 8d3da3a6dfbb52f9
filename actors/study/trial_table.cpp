#include "actors/study/trial_table.hpp"

#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::actors {

namespace {

/// EX_TEMPFAIL of sysexits.h: the program asks to be started again.
constexpr std::int32_t exit_try_again = 75;

/// Restarts in a row that use up no retry, without a report between them, before they count as
/// failures. Without the bound a program that always asks for a restart would run for ever.
constexpr std::uint32_t idle_restarts_max = 20;

}  // namespace

TrialRecord& TrialTable::add(TrialId id, Config config, Resource until) {
  check(id == counts_.started, "trials are numbered in the order of their start");
  TrialRecord& trial = trials_[id];
  trial.id = id;
  trial.config = std::move(config);
  trial.until = until;
  ++counts_.started;
  ++count_of(trial.state);
  return trial;
}

const TrialRecord* TrialTable::current(TrialId id, std::uint32_t attempt) const {
  const auto found = trials_.find(id);
  if (found == trials_.end() || found->second.attempt != attempt) return nullptr;
  return found->second.has_process() ? &found->second : nullptr;
}

std::uint64_t& TrialTable::count_of(TrialState state) {
  switch (state) {
    case TrialState::running:
      return counts_.running;
    case TrialState::paused:
    case TrialState::pending:
      return counts_.paused;
    case TrialState::stopped:
      return counts_.stopped;
    case TrialState::completed:
      return counts_.completed;
    case TrialState::failed:
      break;
  }
  return counts_.failed;
}

void TrialTable::move_to(TrialRecord& trial, TrialState state) {
  std::uint64_t& left = count_of(trial.state);
  check(left > 0, "each state has at least the trials that leave it");
  --left;
  ++count_of(state);
  if (trial.state == TrialState::pending) pending_.erase(trial.id);
  if (state == TrialState::pending) pending_.insert(trial.id);
  trial.state = state;
  trial.next_state.reset();
}

std::optional<TrialId> TrialTable::next_restart() const {
  if (pending_.empty()) return std::nullopt;
  return *pending_.begin();
}

void TrialTable::check_invariants() const {
  TrialTable again;
  for (const auto& [id, trial] : trials_) {
    check(trial.id == id, "a trial's record has its number");
    ++again.counts_.started;
    ++again.count_of(trial.state);
    if (trial.state == TrialState::pending) again.pending_.insert(id);
    check(trial.attempt > 0, "a trial has had an attempt");
    check(!trial.next_state || trial.has_process(), "only a process has a next state");
    check(!trial.promotion || trial.next_state == TrialState::paused,
          "only a trial that is being paused keeps a slot for its promotion");
  }
  check(again.counts_ == counts_, "the counts of trials agree with their states");
  check(again.pending_ == pending_, "the queue of restarts holds the pending trials");
}

bool exited_with_success(const AttemptEnded& end) {
  return end.cause == AttemptEnded::Cause::exited && end.code == 0;
}

bool asks_for_restart(const AttemptEnded& end) {
  return end.cause == AttemptEnded::Cause::exited && end.code == exit_try_again;
}

TrialFailed::Then after_failure(const TrialRecord& trial, const AttemptEnded& end,
                                std::uint32_t retries_max, bool node_fault) {
  using Then = TrialFailed::Then;
  const bool blameless =
      node_fault || asks_for_restart(end) || end.cause == AttemptEnded::Cause::lost;
  if (blameless && trial.idle_restarts < idle_restarts_max) return Then::restart;
  return trial.retries < retries_max ? Then::retry : Then::give_up;
}

}  // namespace troupe::actors
