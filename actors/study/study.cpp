#include "actors/study/study.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "actors/study/study_rules.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/printable.hpp"
#include "runtime/core/seconds.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

/// How far result files and status may be behind the journal.
constexpr Duration publish_wait = std::chrono::milliseconds(100);

constexpr runtime::RestartPolicy store_restarts{.restarts_max = 3,
                                                .within = std::chrono::seconds(60)};

StudyHosts::Options hosts_of(const StudyOptions& options) {
  const StudySpec& spec = options.spec;
  return {.scheduler = {spec.scheduler.node, spec.scheduler.actor},
          .searcher = {spec.searcher.node, spec.searcher.actor},
          .searcher_learns = learns(spec.searcher.options),
          .document = options.document,
          .rules = rules_of(spec)};
}

Membership::Options members_of(const StudyOptions& options) {
  return {.own_prefix = options.own_node_prefix,
          .own_alive = options.own_nodes_alive,
          .lease_s = options.spec.lease_s,
          .grace_kill_s = options.spec.grace_kill_s};
}

}  // namespace

Study::Study(StudyOptions options, std::unique_ptr<StudyLog> log,
             std::unique_ptr<EventSink> results)
    : options_(std::move(options)),
      results_(std::move(results)),
      history_(std::move(log)),
      core_(rules_of(options_.spec)),
      hosts_(hosts_of(options_)),
      members_(members_of(options_)),
      batch_({.wait_max = options_.commit_wait}) {
  const StudySpec& spec = options_.spec;
  if (spec.searcher.actor.empty() && !learns(spec.searcher.options)) return;
  late_.emplace(spec, options_.document.seed);
  const auto scheduler = traits(spec.scheduler.options);
  promotes_meanwhile_ =
      scheduler.judges == schedulers::SchedulerTraits::Judges::each_report && scheduler.pauses;
}

// Opening: the hosts are found, and the journal is begun or replayed.

void Study::started(Context& self) {
  self.watch_nodes();
  if (options_.checkpoints)
    checkpoints_.connect(self.spawn_supervised<CheckpointStore>(
        store_restarts, [store = *options_.checkpoints] { return CheckpointStore(store); }));
  open(self);
}

void Study::stopping(Context&) {
  results_->flush();
}

void Study::on(Context& self, const StudyHosts::Reopen&) {
  open(self);
}

void Study::open(Context& self) {
  if (hosts_.is_open() || !hosts_.open(self, members_.links(), history_)) return;
  if (!begun_ && !begin(self)) return;
  begun_ = true;
  for (Input& input : std::exchange(held_, {})) take(self, std::move(input));
  for (WaitingJoin& waiting : std::exchange(joins_, {}))
    waiting.answer.give(admit(self, waiting.join));
  // Before nodes are activated, so that the searcher's knowledge does not depend on when they join.
  ask_suggestion(self);
  activate_joined(self);
  answer_durable_requests(self);
}

/// Takes the first row of this session. False: the scheduler is lost; what was replayed stays.
bool Study::begin(Context& self) {
  if (history_.is_new()) {
    take(self,
         StudyOpened{options_.spec.name, options_.document.seed, options_.version,
                     options_.spec.n_workers, options_.document.incumbents, options_.document.path,
                     std::make_shared<const StudySpec>(options_.spec)});
  } else {
    if (!recover(self)) return false;
    resume(self);
  }
  start_wallclock(self);
  return true;
}

/// Replays the journal, or the rest of it after a scheduler was lost in between.
bool Study::recover(Context& self) {
  const auto ask = [&](std::uint64_t index, const schedulers::Event& event) {
    return hosts_.ask_scheduler(self, index, event, history_);
  };
  return history_.replay([&](const Row& row) {
    ReplayedRow replayed = replay_row(core_, row, ask);
    if (replayed.status == ReplayedRow::Status::scheduler_lost) return false;
    if (replayed.status == ReplayedRow::Status::differs)
      throw StudyAbandoned(
          "row " + std::to_string(row.index) +
          " of the journal is not what this program derives from its inputs: was it "
          "written by another version, or changed? `troupe replay` shows the "
          "differences");
    tell_facts(self, row.index, std::move(replayed.facts));
    hosts_.note_row();
    members_.note_earlier(replayed.row.input);
    time_.note(replayed.row.input, row.time_us);
    results_->on(replayed.row);
    return true;
  });
}

/// Takes the first row after a recovery. Attempts on nodes that cannot come back are given up.
void Study::resume(Context& self) {
  checkpoints_.tell_all(self, history_, core_);
  const std::vector<std::string> awaited = members_.possibly_running(core_.trials());
  for (const auto& [id, trial] : core_.trials())
    if (trial.has_process() && std::ranges::find(awaited, trial.node) == awaited.end())
      given_up_.add(trial);
  for (const std::string& name : awaited)
    self.after(members_.await(name, self.now()), NodeExpired{name});
  take(self, StudyResumed{options_.version, options_.spec.n_workers, awaited,
                          std::move(options_.change)});
}

void Study::start_wallclock(Context& self) {
  const auto limit = options_.spec.stop_criterion.max_wallclock_time;
  if (!limit) return;
  const double left_s = *limit - static_cast<double>(time_.active_us(time_.last_row_us())) * 1e-6;
  const std::chrono::duration<double> left(std::max(left_s, 0.0));
  self.after(std::chrono::duration_cast<Duration>(left), WallclockOver{});
}

void Study::on(Context& self, const runtime::Restarted& restarted) {
  if (restarted.who == checkpoints_.store().address()) checkpoints_.tell_all(self, history_, core_);
  if (hosts_.on_restarted(self, restarted, history_)) advance(self);
}

// Inputs: each becomes a row.

void Study::on(Context& self, const StopStudy& stop) {
  // Nothing can be decided without hosts. What runs ends with its node; the next run resumes it.
  if (!hosts_.is_open()) return self.stop();
  take_and_advance(self, StopRequested{stop.how, stop.reason});
}

Result<runtime::Done> Study::on(Context& self, const StopTrial& stop) {
  const std::string which = "trial " + std::to_string(stop.trial);
  if (!hosts_.is_open())
    return Error{ErrorKind::refused, "the study waits for its scheduler or searcher; try again"};
  if (!core_.trials().contains(stop.trial))
    return Error{ErrorKind::bad_input, "the study has no " + which};
  TrialStopRequested request{stop.trial, stop.reason};
  if (!core_.accepts(request)) return Error{ErrorKind::refused, which + " has ended, or is ending"};
  take_and_advance(self, std::move(request));
  return runtime::Done{};
}

void Study::on(Context& self, const WallclockOver&) {
  take_and_advance(self, TimeExpired{options_.spec.stop_criterion.max_wallclock_time.value_or(0)});
}

void Study::take_and_advance(Context& self, Input input) {
  take(self, std::move(input));
  advance(self);
}

void Study::take(Context& self, Input input) {
  if (!hosts_.is_open()) {
    held_.push_back(std::move(input));
    return;
  }
  if (!core_.accepts(input)) return refuse(input);
  const std::uint64_t index = history_.next_index();
  std::vector<schedulers::Decision> decisions;
  if (const auto event = core_.question(input)) {
    auto answer = hosts_.ask_scheduler(self, index, *event, history_);
    if (!answer) {
      held_.push_back(std::move(input));
      return;
    }
    decisions = std::move(*answer);
  }
  const std::int64_t time_us = std::max<std::int64_t>(self.wall().count(), time_.last_row_us());
  std::optional<PendingRow::End> end;
  if (const auto* ended = std::get_if<AttemptEnded>(&input))
    end.emplace(
        PendingRow::End{core_.trials().at(ended->trial).node, {ended->trial, ended->attempt}});
  Outcome outcome = core_.apply(input, index, decisions);
  if (options_.checks == StudyOptions::Checks::all) core_.check_invariants();
  if (std::holds_alternative<AttemptEnded>(input)) may_promote_ = true;
  tell_facts(self, index, std::move(outcome.facts));
  hosts_.note_row();
  time_.note(input, time_us);
  StudyRow row{index, time_us, std::move(input), std::move(decisions), std::move(outcome.events)};
  history_.add(row);
  follow(self, batch_.add({std::move(row), std::move(outcome.commands), std::move(end)},
                          core_.finished().has_value(), self.now()));
}

/// Reports an input of an attempt that was given up, once for each attempt. What a program says
/// while it is being ended is dropped silently.
void Study::refuse(const Input& input) {
  const auto refusal = given_up_.refuse(input);
  if (refusal && options_.refused) options_.refused(refusal->node, refusal->why);
}

// Nodes.

void Study::on(Context& self, const JoinStudy& join) {
  auto answer = self.answer_later<JoinStudy>();
  if (self.sender() != self.node() && join.agent.address().node != self.sender())
    return answer.give(JoinReply{{}, "the agent of a node must be on that node"});
  if (join.returns && !hosts_.is_open())  // Its attempts are compared with the journal.
    joins_.push_back({join, std::move(answer)});
  else
    answer.give(admit(self, join));
}

JoinReply Study::admit(Context& self, const JoinStudy& join) {
  using Kind = Membership::Admission::Kind;
  if (core_.finished()) return JoinReply{{}, std::string(JoinReply::over)};
  if (printable(join.node) != join.node)
    return JoinReply{{}, "a node's name has no control characters; choose another --name"};
  const std::uint32_t fitting = trial_slots(options_.spec, join.node, join.resources);
  const std::uint32_t slots = std::min(fitting, join.slots.value_or(fitting));
  const Membership::Admission admission = members_.admit(join, slots, self.now());
  if (admission.kind == Kind::refused)
    return JoinReply{{}, admission.refusal, {}, {}, admission.again_in_s};
  if (admission.kind == Kind::already_member) return welcome(join);
  self.monitor(join.agent.address());
  if (admission.kind == Kind::joined) {
    if (hosts_.is_open()) activate_joined(self);
    return welcome(join);
  }
  JoinReply reply = welcome(join);
  const bool same = join.joined != 0 && join.joined == core_.joined_row(join.node);
  take_and_advance(self, NodeRejoined{join.node, slots, join.attempts, same});
  return reply;
}

/// The answer to a node that is a member now.
JoinReply Study::welcome(const JoinStudy& join) const {
  return {.study = options_.document,
          .refusal = {},
          .checkpoints = checkpoints_.store(),
          .acks = acknowledge(core_, join),
          .variables = options_.variables};
}

void Study::activate_joined(Context& self) {
  for (NodeJoined& joined : members_.activate_joined()) take(self, std::move(joined));
  advance(self);
}

void Study::remove_node(Context& self, const std::string& name, const std::string& reason) {
  const auto removed = members_.remove(name);
  if (!removed) return;
  if (removed->agent) self.demonitor(removed->agent.address());
  if (removed->in_journal) {
    given_up_.add_all(core_.trials(), name);
    take(self, NodeLeft{name, reason});
  }
  advance(self);
}

void Study::on(Context& self, const runtime::NodeUp& up) {
  if (const auto impostor = members_.note_link(up.name, up.node))
    remove_node(self, *impostor, "it joined under a name that is not its own");
  open(self);
}

void Study::on(Context&, const runtime::NodeDown& down) {
  members_.forget_link(down.name, down.node);
}

void Study::on(Context& self, const runtime::Down& down) {
  const auto name = members_.member_of(down.who);
  if (!name) {
    subscribers_.remove(down.who);
    return hosts_.on_down(self, down, history_.next_index());
  }
  // An agent that ended by itself saw its programs end first. The programs of an own node may still
  // be dying; NodeProcessesGone says when they are gone.
  const bool may_run = down.cause == runtime::Cause::node_lost || members_.is_own(*name);
  if (!may_run || !members_.is_active(*name)) return remove_node(self, *name, down.reason);
  const Instant last_heard = down.lease_from != Instant{} ? down.lease_from : self.now();
  self.after(members_.mark_lost(*name, last_heard, self.now()), NodeExpired{*name});
  take_and_advance(self, NodeLost{*name, down.reason});
}

void Study::on(Context& self, const NodeExpired& expired) {
  switch (members_.expiry(expired.node, self.now())) {
    case Membership::Expiry::not_due:
      return;
    case Membership::Expiry::processes_left:  // Frozen, perhaps.
      if (options_.end_own_node) options_.end_own_node(expired.node);
      return;
    case Membership::Expiry::left:
      break;
  }
  remove_node(self, expired.node,
              members_.is_awaited(expired.node) ? "it did not come back to the study's head"
                                                : "its lease is over");
}

void Study::on(Context& self, const RestOver& over) {
  take_and_advance(self, NodeRested{over.node});
}

void Study::on(Context& self, const NodeProcessesGone& gone) {
  // The journal may not be read yet.
  members_.note_processes_gone(gone.node);
  std::erase_if(joins_, [&](const WaitingJoin& one) { return one.join.node == gone.node; });
  remove_node(self, gone.node, gone.reason);
}

// Commits, and what follows from durable rows.

void Study::follow(Context& self, CommitBatch::Step step) {
  switch (step.kind) {
    case CommitBatch::Step::Kind::none:
      return;
    case CommitBatch::Step::Kind::send_commit:
      return self.tell(runtime::Ref<Commit>(self.address()), Commit{});
    case CommitBatch::Step::Kind::send_set_timer:
      return self.tell(runtime::Ref<SetCommitTimer>(self.address()), SetCommitTimer{});
    case CommitBatch::Step::Kind::start_timer:
      self.after(step.delay, CommitTimeout{});
      return;
    case CommitBatch::Step::Kind::commit:
      return commit(self);
  }
}

void Study::on(Context& self, const Commit&) {
  const bool suggestion_due = hosts_.suggestion_due() && core_.offer();
  follow(self, batch_.on_commit(suggestion_due, self.now()));
}

void Study::on(Context& self, const SetCommitTimer&) {
  follow(self, batch_.on_set_timer(self.now()));
}

void Study::on(Context& self, const CommitTimeout&) {
  follow(self, batch_.on_timeout(self.now()));
}

void Study::commit(Context& self) {
  const std::vector<PendingRow> rows = batch_.take();
  if (rows.empty()) return;
  // If it fails, nothing of these rows was acted on: the study is as it stood before them.
  history_.commit();
  checkpoints_.tell(self, rows, core_);
  for (const PendingRow& pending : rows)
    if (pending.end) members_.note_durable_end(pending.end->node, pending.end->attempt);
  for (const PendingRow& pending : rows)
    for (const auto& command : pending.commands) act(self, command);
  for (const PendingRow& pending : rows) {
    for (const auto& event : pending.row.events) subscribers_.send(self, event);
    results_->on(pending.row);
  }
  answer_durable_requests(self);
  if (core_.finished()) {
    publish(self);
    self.stop();
  } else {
    publish_soon(self);
  }
}

/// Sends an order to the node of an attempt. A node that was lost meanwhile gets none: a later row
/// says so, and restarts the trial.
void Study::act(Context& self, const Command& command) {
  if (const auto* launch = std::get_if<LaunchAttempt>(&command)) {
    if (const AgentRef agent = members_.agent(launch->node))
      self.tell(agent, Launch{launch->trial, launch->attempt, launch->from, launch->until,
                              launch->config, members_.take_durable_ends(launch->node),
                              core_.joined_row(launch->node), launch->source_max});
  }
  if (const auto* end = std::get_if<EndAttempt>(&command)) {
    if (const AgentRef agent = members_.agent(core_.trials().at(end->trial).node))
      self.tell(agent, EndTrial{end->trial, end->attempt});
  }
  if (const auto* rest = std::get_if<RestNode>(&command))
    self.after(seconds(rest->rest_s), RestOver{rest->node});
}

void Study::on(Context& self, const NotifyWhenDurable& request) {
  batch_.wait_until_durable(request);
  answer_durable_requests(self);
}

void Study::answer_durable_requests(Context& self) {
  if (!hosts_.is_open()) return;  // Inputs that are held are no rows yet.
  for (const NotifyWhenDurable& request : batch_.take_durable_requests())
    self.tell(request.reply_to, request.all);
}

// Publication.

void Study::on(Context& self, const Subscribe& subscribe) {
  subscribers_.add(self, subscribe, history_);
}

StudyStatus Study::on(Context& self, const AskStatus&) {
  return status(self);
}

void Study::publish_soon(Context& self) {
  if (!std::exchange(publish_due_, true)) self.after(publish_wait, Publish{});
}

void Study::on(Context& self, const Publish&) {
  publish_due_ = false;
  publish(self);
}

void Study::publish(Context& self) {
  results_->flush();
  subscribers_.send(self, status(self));
}

StudyStatus Study::status(Context& self) const {
  StudyStatus status{.study = options_.spec.name,
                     .trials = core_.counts(),
                     .standing = hosts_.scheduler_status(),
                     .max_resource = options_.spec.max_t,
                     .resource_spent = core_.resource_spent(),
                     .active_s = static_cast<double>(time_.active_us(self.wall().count())) * 1e-6,
                     .waiting_for = core_.waiting_for(),
                     .no_room = disk_full_};
  for (const std::string& node : {core_.nodes_waited_for(), members_.waiting_for()})
    if (!node.empty()) status.waiting_for = node;
  if (!hosts_.is_open()) status.waiting_for = "the nodes that host its scheduler and searcher";
  if (!disk_full_.empty()) status.waiting_for = "room on the disk";
  status.best_model = core_.best_model();
  status.retrain = core_.retrain();
  return status;
}

}  // namespace troupe::actors
