// What a study does once rows are durable: orders to nodes, events to whoever subscribed.

#include <algorithm>
#include <utility>

#include "actors/results/study_state.hpp"
#include "actors/study/study.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

/// How far result files and status may be behind the journal.
constexpr Duration show_wait = std::chrono::milliseconds(100);
/// How long a commit waits for a suggestion that fills one more slot: a searcher beside the study
/// answers in microseconds.
constexpr Duration suggestion_wait = std::chrono::milliseconds(1);

bool fills_slot(const Outcome& outcome) {
  return std::ranges::any_of(outcome.commands, [](const Command& command) {
    return std::holds_alternative<LaunchAttempt>(command);
  });
}

}  // namespace

void Study::commit_soon(Context& self, const Outcome& outcome) {
  const Duration wait = options_.commit_wait;
  if (wait == Duration(0) || fills_slot(outcome) || core_.finished()) {
    // Behind all that waits in the mailbox now: those rows share one commit.
    if (!std::exchange(commit_due_, true))
      self.tell(runtime::Ref<Commit>(self.address()), Commit{});
  } else if (!commit_due_) {
    commit_by(self, self.now() + wait);
  }
}

/// One timer at a time. It may come early for the rows that are there by then, and is set again.
/// Often what is in the mailbox makes it needless.
void Study::commit_by(Context& self, Instant when) {
  commit_by_ = std::min(commit_by_, when);
  if (alarm_at_ <= commit_by_ || std::exchange(alarm_due_, true)) return;
  self.tell(runtime::Ref<SetAlarm>(self.address()), SetAlarm{});
}

void Study::on(Context& self, const SetAlarm&) {
  alarm_due_ = false;
  if (commit_due_ || alarm_at_ <= commit_by_) return;
  alarm_at_ = commit_by_;
  self.after(std::max(commit_by_ - self.now(), Duration(0)), CommitLate{});
}

void Study::on(Context& self, const Commit&) {
  commit_due_ = false;
  const bool more_to_come = suggestion_asked_ && core_.offer();
  if (more_to_come && options_.commit_wait > Duration(0)) {
    if (slot_waits_since_ == Instant::never()) slot_waits_since_ = self.now();
    const Instant until = slot_waits_since_ + suggestion_wait;
    if (self.now() < until) return commit_by(self, until);
  }
  commit(self);
}

void Study::on(Context& self, const CommitLate&) {
  if (self.now() < alarm_at_) return;  // An earlier one.
  alarm_at_ = Instant::never();
  if (pending_.empty()) return;
  if (self.now() < commit_by_) return commit_by(self, commit_by_);
  commit(self);
}

void Study::on(Context& self, const Show&) {
  show_due_ = false;
  show(self);
}

void Study::commit(Context& self) {
  commit_by_ = slot_waits_since_ = Instant::never();
  if (pending_.empty()) return;
  // If it fails, nothing of these rows was acted on: the study is as it stood before them.
  if (const auto committed = log_->commit(); !committed)
    throw StudyAbandoned(committed.error().what);
  const auto durable = std::exchange(pending_, {});
  tell_store(self, durable);
  for (const Pending& pending : durable)
    if (pending.settled)
      if (const auto node = nodes_.find(pending.settled->first); node != nodes_.end())
        node->second.settled.push_back(pending.settled->second);
  for (const Pending& pending : durable)
    for (const auto& command : pending.outcome.commands) act(self, command);
  for (const Pending& pending : durable) {
    for (const auto& event : pending.outcome.events) publish(self, event);
    results_->on(pending.outcome.events, pending.time_us);
  }
  tell_durable(self);
  if (core_.finished()) {
    show(self);
    self.stop();
  } else {
    show_soon(self);
  }
}

void Study::on(Context& self, const NotifyWhenDurable& when) {
  wait_for_durable_.push_back(when);
  tell_durable(self);
}

/// Everything that was taken is.
void Study::tell_durable(Context& self) {
  if (!open_ || !pending_.empty()) return;
  for (const NotifyWhenDurable& when : std::exchange(wait_for_durable_, {}))
    self.tell(when.reply_to, when.all);
}

/// Before anything is launched: what a node offers was heard of by then.
void Study::tell_store(Context& self, const std::vector<Pending>& durable) {
  if (!checkpoints_) return;
  bool matters = false;
  for (const Pending& pending : durable)
    matters = add_news(pending.outcome.events, news_.trials) || matters;
  if (!matters) return;
  news_.contenders = core_.contenders();
  self.tell(checkpoints_, std::exchange(news_, {}));
}

void Study::show_soon(Context& self) {
  if (!std::exchange(show_due_, true)) self.after(show_wait, Show{});
}

void Study::show(Context& self) {
  results_->flush();
  send_to_subscribers(self, status(self));
}

void Study::act(Context& self, const Command& command) {
  if (const auto* launch = std::get_if<LaunchAttempt>(&command)) {
    const auto node = nodes_.find(launch->node);
    if (node == nodes_.end())
      return;  // Lost meanwhile: a later row says so, and restarts the trial.
    self.tell(node->second.agent,
              Launch{launch->trial, launch->attempt, launch->from, launch->until, launch->config,
                     std::exchange(node->second.settled, {}), core_.joined_at(launch->node)});
  }
  if (const auto* end = std::get_if<EndAttempt>(&command)) {
    const auto node = nodes_.find(core_.trials().at(end->trial).node);
    if (node != nodes_.end()) self.tell(node->second.agent, EndTrial{end->trial, end->attempt});
  }
}

void Study::publish(Context& self, const StudyEvent& event) {
  std::visit([&](const auto& one) { send_to_subscribers(self, one); }, event);
}

template <typename E>
void Study::send_to_subscribers(Context& self, const E& event) {
  const auto subscribers = subscribers_.find(std::string(E::wire_name));
  if (subscribers == subscribers_.end()) return;
  for (const auto& address : subscribers->second) self.tell(runtime::Ref<E>(address), event);
}

void Study::on(Context& self, const Subscribe& subscribe) {
  self.monitor(subscribe.subscriber);
  send_past(self, subscribe);
  for (const auto& kind : subscribe.kinds) {
    auto& subscribers = subscribers_[kind];
    if (std::find(subscribers.begin(), subscribers.end(), subscribe.subscriber) ==
        subscribers.end())
      subscribers.push_back(subscribe.subscriber);
  }
}

void Study::send_past(Context& self, const Subscribe& subscribe) {
  const std::uint64_t committed = log_->size();
  if (subscribe.from >= committed) return;
  const auto sent = log_->each(subscribe.from, [&](const Row& row) -> Result<void> {
    if (row.index >= committed) return {};  // To be sent with all others, once it is durable.
    const auto events = events_of(row);
    if (!events) return events.error();
    for (const auto& event : *events)
      std::visit(
          [&]<typename E>(const E& one) {
            if (std::ranges::find(subscribe.kinds, E::wire_name) != subscribe.kinds.end())
              self.tell(runtime::Ref<E>(subscribe.subscriber), one);
          },
          event);
    return {};
  });
  if (!sent) throw StudyAbandoned(sent.error().what);
}

StudyStatus Study::status(Context& self) const {
  StudyStatus status{.study = options_.spec.name,
                     .trials = core_.counts(),
                     .standing = standing_,
                     .max_resource = options_.spec.max_t,
                     .resource_spent = core_.resource_spent(),
                     .active_s = static_cast<double>(active_us(self.wall().count())) * 1e-6,
                     .waiting_for = core_.waiting_for()};
  if (!open_) status.waiting_for = "the nodes that host its scheduler and searcher";
  const bool none = std::ranges::all_of(nodes_, [](const auto& node) { return node.second.lost; });
  if (open_ && none) status.waiting_for = "a node to join";
  if (open_ && none && !nodes_.empty())
    status.waiting_for = "node " + nodes_.begin()->first + ", which is out of reach";
  status.no_room = no_room_;
  if (!no_room_.empty()) status.waiting_for = "room on the disk";
  if (const auto& best = core_.best()) {
    status.has_best = true;
    status.best_trial = best->trial;
    status.best_resource = best->resource;
    status.best_metric = best->metric;
    status.best_config = core_.trials().at(best->trial).config;
  }
  return status;
}

void Study::keep_time(const Input& input, std::int64_t time_us) {
  if (std::holds_alternative<StudyResumed>(input))
    active_before_us_ += last_row_us_ - session_start_us_;
  if (std::holds_alternative<StudyResumed>(input) || std::holds_alternative<StudyOpened>(input))
    session_start_us_ = time_us;
  last_row_us_ = time_us;
}

std::int64_t Study::active_us(std::int64_t now_us) const {
  return session_start_us_ == 0 ? 0 : active_before_us_ + now_us - session_start_us_;
}

void Study::stopping(Context&) {
  results_->flush();
}

}  // namespace troupe::actors
