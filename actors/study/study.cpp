#include "actors/study/study.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "actors/study/rules_of.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

/// For an answer of a scheduler in another process; ours takes microseconds.
constexpr Duration scheduler_deadline = std::chrono::seconds(60);

std::uint32_t slots_of(const runtime::Resources& node, const TrialResources& trial) {
  double slots = 1e6;
  if (trial.cpus > 0) slots = std::min(slots, std::floor(node.cpus / trial.cpus + 1e-9));
  if (trial.gpus > 0)
    slots = std::min(slots,
                     std::floor(static_cast<double>(node.gpus) / static_cast<double>(trial.gpus)));
  if (trial.memory_bytes > 0)
    slots = std::min(slots, std::floor(static_cast<double>(node.memory) /
                                       static_cast<double>(trial.memory_bytes)));
  return static_cast<std::uint32_t>(slots);
}

constexpr Duration room_look_interval = std::chrono::seconds(1);

}  // namespace

Study::Study(StudyOptions options, std::unique_ptr<StudyLog> log,
             std::unique_ptr<EventSink> results)
    : options_(std::move(options)),
      log_(std::move(log)),
      results_(std::move(results)),
      core_(rules_of(options_.spec)) {}

Enlisted Study::on(Context& self, const JoinStudy& join) {
  if (core_.finished()) return Enlisted{{}, "the study is finished"};
  if (nodes_.contains(join.node))
    return Enlisted{{}, "a node named '" + join.node + "' is already there; choose another --name"};
  if (const auto other = name_behind(join.agent.address().node, join.node); !other.empty())
    return Enlisted{{}, "this node is '" + other + "', not '" + join.node + "'"};
  const bool host =
      join.node == options_.spec.scheduler.node || join.node == options_.spec.searcher.node;
  const std::uint32_t slots = host ? 0 : slots_of(join.resources, options_.spec.resources);
  nodes_[join.node] = Node{join.agent, slots, false};
  self.monitor(join.agent.address());
  if (open_) list_nodes(self);
  return Enlisted{options_.document, "", checkpoints_};
}

/// The name that the node proved or gave when it linked; empty if that is `name`, or not known.
std::string Study::name_behind(runtime::NodeId node, const std::string& name) const {
  std::string other;
  for (const auto& [known, id] : peers_) {
    if (id == node && known == name) return {};
    if (id == node) other = known;
  }
  return other;
}

void Study::list_nodes(Context& self) {
  for (auto& [name, node] : nodes_) {
    if (node.listed || node.slots == 0) continue;
    node.listed = true;
    take(self, NodeJoined{name, node.slots});
  }
  advance(self);
}

void Study::lose_node(Context& self, std::string name, const std::string& reason) {
  const auto node = nodes_.find(name);
  if (node == nodes_.end()) return;
  self.demonitor(node->second.agent.address());
  const bool listed = node->second.listed;
  nodes_.erase(node);
  if (listed) take(self, NodeLeft{std::move(name), reason});
  advance(self);
}

void Study::on(Context& self, const NodeProcessesGone& gone) {
  lose_node(self, gone.node, gone.reason);
}

void Study::on(Context& self, const runtime::Down& down) {
  for (const auto& [name, node] : nodes_) {
    if (node.agent.address() != down.who) continue;
    // Its processes may still be dying; whoever started it says when they are gone.
    if (!options_.own_node_prefix.empty() && name.starts_with(options_.own_node_prefix)) return;
    lose_node(self, name, down.reason);
    return;
  }
  for (auto& [kind, subscribers] : subscribers_) std::erase(subscribers, down.who);
  on_host_down(self, down);
}

void Study::on(Context& self, const runtime::Restarted& restarted) {
  if (restarted.who == checkpoints_.address()) tell_store_all(self);
  if (!open_) return;
  if (restarted.who == scheduler_->address() && !refeed_scheduler(self)) lose_scheduler(self);
  if (searcher_ && restarted.who == searcher_->address() && !refeed_searcher(self))
    lose_searcher(self);
}

void Study::on(Context& self, const Suggestion& suggestion) {
  if (suggestion_asked_ != suggestion.trial) return;  // Of a searcher that was restarted since.
  suggestion_asked_.reset();
  suggestion_ = suggestion;
  advance(self);
}

void Study::on(Context& self, const Reported& report) {
  take(self, report);
  advance(self);
}

void Study::on(Context& self, const ReportMalformed& malformed) {
  take(self, malformed);
  advance(self);
}

void Study::on(Context& self, const AttemptEnded& ended) {
  take(self, ended);
  advance(self);
}

void Study::on(Context& self, const StopStudy& stop) {
  if (!open_) {  // Nothing can be decided: what runs ends with its node, and the next run takes it
                 // up.
    self.stop();
    return;
  }
  take(self, StopRequested{stop.how, stop.reason});
  advance(self);
}

void Study::on(Context& self, const WallclockOver&) {
  take(self, TimeExpired{options_.spec.stop_criterion.max_wallclock_time.value_or(0)});
  advance(self);
}

StudyStatus Study::on(Context& self, const AskStatus&) {
  return status(self);
}

void Study::take(Context& self, const Input& input) {
  if (!open_) {
    held_.push_back(input);
    return;
  }
  if (!core_.accepts(input)) return;
  const std::uint64_t index = next_index_;
  std::vector<schedulers::Decision> decisions;
  if (const auto question = core_.question(input)) {
    auto answer = consult(self, index, *question);
    if (!answer) {
      held_.push_back(input);
      lose_scheduler(self);
      return;
    }
    decisions = std::move(*answer);
  }
  const std::int64_t time_us = std::max<std::int64_t>(self.wall().count(), last_row_us_);
  Outcome outcome = core_.apply(input, index, decisions);
  observe(self, outcome);
  keep_time(input, time_us);
  log_->add(index, time_us, input, decisions, outcome.events);
  ++next_index_;
  hosts_lost_ = 0;
  commit_soon(self, outcome);
  pending_.push_back(Pending{std::move(outcome), time_us});
}

/// The searcher belongs to the pure core: it learns in the order of the rows, committed or not.
void Study::observe(Context& self, const Outcome& outcome) {
  for (const auto& command : outcome.commands)
    if (const auto* report = std::get_if<ObserveReport>(&command))
      self.tell(*searcher_, Observe{report->trial, report->resource, report->metric});
}

/// None: the scheduler is lost.
std::optional<std::vector<schedulers::Decision>> Study::consult(Context& self, std::uint64_t index,
                                                                const schedulers::Event& event) {
  constexpr int attempts_max = 3;
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    auto answer = self.ask(*scheduler_, Decide{index, event}, scheduler_deadline);
    if (answer) {
      standing_ = answer->standing;
      return std::move(answer->decisions);
    }
    if (!options_.spec.scheduler.node.empty()) return std::nullopt;
    (void)refeed_scheduler(self);  // It failed, and was made anew. One of ours is never lost.
  }
  throw StudyAbandoned("the scheduler fails at row " + std::to_string(index) +
                       " of the journal, again and again");
}

void Study::advance(Context& self) {
  if (!open_) return;
  while (const auto offer = open_ ? core_.offer() : std::nullopt) {
    if (!has_room(self)) return;
    SlotFreed slot{offer->node, std::nullopt};
    if (offer->suggestion_for) {
      if (!suggestion_) break;  // Goes on when it comes.
      slot.suggestion = std::exchange(suggestion_, std::nullopt);
    }
    take(self, slot);
    ask_ahead(self);
  }
  ask_ahead(self);
}

/// If not: looks again in a while, and says so meanwhile.
bool Study::has_room(Context& self) {
  const bool had_room = no_room_.empty();
  const auto lack = options_.lack_of_room ? options_.lack_of_room() : std::nullopt;
  no_room_ = lack.value_or(std::string());
  if (lack && !std::exchange(looks_for_room_, true)) self.after(room_look_interval, LookForRoom{});
  if (had_room != no_room_.empty()) show_soon(self);
  return no_room_.empty();
}

void Study::on(Context& self, const LookForRoom&) {
  looks_for_room_ = false;
  if (has_room(self)) advance(self);
}

void Study::ask_ahead(Context& self) {
  if (!open_ || suggestion_ || suggestion_asked_) return;
  suggestion_asked_ = core_.next_suggestion();
  if (!suggestion_asked_) return;
  self.tell(*searcher_, Suggest{*suggestion_asked_, next_index_, SuggestionRef(self.address())});
}

}  // namespace troupe::actors
