#include "actors/study/commit_batch.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "runtime/core/check.hpp"

namespace troupe::actors {

namespace {

bool starts_trial(const std::vector<Command>& commands) {
  return std::ranges::any_of(commands, [](const Command& command) {
    return std::holds_alternative<LaunchAttempt>(command);
  });
}

}  // namespace

CommitBatch::Step CommitBatch::add(PendingRow row, bool last, Instant now) {
  check(rows_.empty() || row.row.index == rows_.back().row.index + 1,
        "rows of a batch are numbered without a gap");
  const bool urgent = options_.wait_max == Duration(0) || starts_trial(row.commands) || last;
  rows_.push_back(std::move(row));
  if (commit_sent_) return {};
  if (!urgent) return commit_by(now + options_.wait_max);
  commit_sent_ = true;
  return {Step::Kind::send_commit};
}

/// One timer runs at a time. It may end too early for the rows that are there by then, and is set
/// again. SetCommitTimer comes first because often the messages before it make the timer needless.
CommitBatch::Step CommitBatch::commit_by(Instant when) {
  commit_by_ = std::min(commit_by_, when);
  if (timer_at_ <= commit_by_ || std::exchange(set_timer_sent_, true)) return {};
  return {Step::Kind::send_set_timer};
}

CommitBatch::Step CommitBatch::on_set_timer(Instant now) {
  set_timer_sent_ = false;
  if (commit_sent_ || timer_at_ <= commit_by_) return {};
  timer_at_ = commit_by_;
  return {Step::Kind::start_timer, std::max(commit_by_ - now, Duration(0))};
}

CommitBatch::Step CommitBatch::on_commit(bool suggestion_due, Instant now) {
  commit_sent_ = false;
  if (suggestion_due && options_.wait_max > Duration(0)) {
    suggestion_awaited_since_ = std::min(suggestion_awaited_since_, now);
    const Instant until = suggestion_awaited_since_ + options_.suggestion_wait_max;
    if (now < until) return commit_by(until);
  }
  return {Step::Kind::commit};
}

CommitBatch::Step CommitBatch::on_timeout(Instant now) {
  if (now < timer_at_) return {};  // Of a timer that was replaced by an earlier one.
  timer_at_ = Instant::never();
  if (rows_.empty()) return {};
  if (now < commit_by_) return commit_by(commit_by_);
  return {Step::Kind::commit};
}

std::vector<PendingRow> CommitBatch::take() {
  commit_by_ = suggestion_awaited_since_ = Instant::never();
  return std::exchange(rows_, {});
}

std::vector<NotifyWhenDurable> CommitBatch::take_durable_requests() {
  if (!rows_.empty()) return {};
  return std::exchange(waiting_, {});
}

}  // namespace troupe::actors
