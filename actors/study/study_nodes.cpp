// How nodes come, go, and come back: the third part of Study.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "actors/study/study.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/seconds.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

/// What the timers and signals of a node take, and its clock may go slower than this one.
constexpr Duration lease_margin = std::chrono::milliseconds(200);

std::string in_seconds(Duration duration) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(duration).count()) + " s";
}

}  // namespace

std::uint32_t Study::slots_of(const JoinStudy& join) const {
  if (join.node == options_.spec.scheduler.node || join.node == options_.spec.searcher.node)
    return 0;
  const TrialResources& trial = options_.spec.resources;
  const auto fit = [](auto has, auto needs) {
    return needs > 0 ? std::floor(static_cast<double>(has) / static_cast<double>(needs) + 1e-9)
                     : 1e6;
  };
  return static_cast<std::uint32_t>(
      std::min({fit(join.resources.cpus, trial.cpus), fit(join.resources.gpus, trial.gpus),
                fit(join.resources.memory, trial.memory_bytes)}));
}

bool Study::is_own(const std::string& node) const {
  return !options_.own_node_prefix.empty() && node.starts_with(options_.own_node_prefix);
}

/// After a node was last heard of, until nothing of its programs is left: it ends them when its
/// lease is over, which is no later than this head's, and kills what has not ended in time.
Duration Study::patience_with(const Node& node) const {
  return seconds(std::max(node.lease_s, options_.spec.lease_s) + options_.spec.grace_kill_s) +
         lease_margin;
}

void Study::on(Context& self, const JoinStudy& join) {
  auto answer = self.answer_later<JoinStudy>();
  if (join.returns && !open_)  // What it holds is compared with the journal, once that is read.
    returning_.push_back({join, std::move(answer)});
  else
    answer.give(enlist(self, join));
}

void Study::let_return(Context& self) {
  for (Returning& one : std::exchange(returning_, {})) one.answer.give(enlist(self, one.join));
}

JoinReply Study::enlist(Context& self, const JoinStudy& join) {
  const auto refusal = [](std::string why) { return JoinReply{{}, std::move(why)}; };
  if (core_.finished()) return refusal("the study is finished");
  if (const auto other = name_behind(join.agent.address().node, join.node); !other.empty())
    return refusal("this node is '" + other + "', not '" + join.node + "'");
  if (const auto known = nodes_.find(join.node); known != nodes_.end()) {
    if (join.returns && !known->second.lost &&
        known->second.agent.address() == join.agent.address())
      return welcome(join);  // The answer was too late for it.
    if (!known->second.lost)
      return refusal("a node named '" + join.node + "' is already there; choose another --name");
    if (known->second.awaited && join.returns) return take_back(self, join);
    const bool by_time = !is_own(join.node);
    const Duration left = known->second.gone_at - self.now();
    JoinReply later = refusal(
        "a node named '" + join.node + "' is out of reach, and its programs may run " +
        (by_time ? "for " + in_seconds(left) : std::string("as long as its process lives")) +
        "; join then, or choose another --name");
    if (by_time) later.again_in_s = std::chrono::duration<double>(left).count();
    return later;
  }
  nodes_[join.node] =
      Node{.agent = join.agent, .slots = slots_of(join), .lease_s = join.lease_s, .settled = {}};
  self.monitor(join.agent.address());
  if (open_) list_nodes(self);
  return welcome(join);
}

/// With what the journal has of what the node brings. Nothing that it holds is wanted if it was
/// given up: that has been lost, or runs elsewhere.
JoinReply Study::welcome(const JoinStudy& join) const {
  JoinReply enlisted{options_.document, "", checkpoints_};
  for (const RetainedAttempt& held : join.attempts) {
    const TrialRecord* trial = core_.current(held.trial, held.attempt);
    AttemptAck taken{.trial = held.trial, .attempt = held.attempt};
    taken.wanted = trial != nullptr && trial->node == join.node;
    if (taken.wanted) {
      taken.reports = trial->reports;
      taken.warnings = trial->warnings;
    }
    enlisted.taken.push_back(taken);
  }
  return enlisted;
}

JoinReply Study::take_back(Context& self, const JoinStudy& join) {
  Node& node = nodes_.at(join.node);
  node.agent = join.agent;
  node.slots = slots_of(join);
  node.lease_s = join.lease_s;
  node.lost = node.awaited = false;
  self.monitor(join.agent.address());
  JoinReply enlisted = welcome(join);
  const bool same = join.joined != 0 && join.joined == core_.joined_at(join.node);
  take(self, NodeRejoined{join.node, node.slots, join.attempts, same});
  advance(self);
  return enlisted;
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
    take(self, NodeJoined{name, node.slots, node.lease_s});
  }
  advance(self);
}

/// Those on which processes of the study may be left, though its head was lost.
std::vector<std::string> Study::awaited() const {
  std::vector<std::string> names;
  for (const auto& [id, trial] : core_.trials()) {
    if (!trial.has_process() || std::ranges::find(names, trial.node) != names.end()) continue;
    const auto& alive = options_.own_nodes_alive;
    if (!is_own(trial.node) || std::ranges::find(alive, trial.node) != alive.end())
      names.push_back(trial.node);
  }
  std::ranges::sort(names);
  return names;
}

/// Nobody has heard of them since this head began, so their leases end before one that begins now.
void Study::await(Context& self, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    Node node{.agent = {}, .lease_s = leases_s_[name], .listed = true, .settled = {}};
    node.lost = node.awaited = true;
    node.gone_at = self.now() + patience_with(node);
    self.after(node.gone_at - self.now(), LeaseOver{name});
    nodes_[name] = std::move(node);
  }
}

/// Its programs may run: they are waited for.
void Study::lose_touch(Context& self, const std::string& name, const runtime::Down& down) {
  Node& node = nodes_.at(name);
  if (!node.listed) return lose_node(self, name, down.reason);
  node.lost = true;
  const bool dated = down.lease_from != Instant{};
  node.gone_at = (dated ? down.lease_from : self.now()) + patience_with(node);
  self.after(std::max(node.gone_at - self.now(), Duration(0)), LeaseOver{name});
  take(self, NodeLost{name, down.reason});
  advance(self);
}

void Study::on(Context& self, const LeaseOver& over) {
  const auto node = nodes_.find(over.node);
  if (node == nodes_.end() || !node->second.lost || self.now() < node->second.gone_at) return;
  if (is_own(over.node)) {  // Frozen, perhaps. Whoever started it says when it is gone.
    if (options_.end_own_node) options_.end_own_node(over.node);
    return;
  }
  lose_node(
      self, over.node,
      node->second.awaited ? "it did not come back to the study's head" : "its lease is over");
}

void Study::lose_node(Context& self, std::string name, const std::string& reason) {
  const auto node = nodes_.find(name);
  if (node == nodes_.end()) return;
  if (node->second.agent.address() != runtime::Address{})
    self.demonitor(node->second.agent.address());
  const bool listed = node->second.listed;
  nodes_.erase(node);
  if (listed) {
    give_up_attempts(name);
    take(self, NodeLeft{std::move(name), reason});
  }
  advance(self);
}

void Study::on(Context& self, const NodeProcessesGone& gone) {
  // The journal may not be read yet.
  std::erase(options_.own_nodes_alive, gone.node);
  std::erase_if(returning_, [&](const Returning& one) { return one.join.node == gone.node; });
  lose_node(self, gone.node, gone.reason);
}

void Study::on(Context& self, const runtime::Down& down) {
  for (const auto& [name, node] : nodes_) {
    if (node.agent.address() != down.who || node.lost) continue;
    // An agent that ended by itself saw its programs end first. Those of a node beside this head
    // may still be dying; whoever started it says when they are gone.
    if (down.cause == runtime::Cause::node_lost || is_own(name))
      lose_touch(self, std::string(name), down);
    else
      lose_node(self, name, down.reason);
    return;
  }
  for (auto& [kind, subscribers] : subscribers_) std::erase(subscribers, down.who);
  on_host_down(self, down);
}

void Study::give_up_attempts(const std::string& node) {
  for (const auto& [id, trial] : core_.trials())
    if (trial.has_process() && trial.node == node) given_up_[{id, trial.attempt}] = node;
}

/// What comes too late is said once an attempt; what a program says while it is being ended is not
/// worth a word.
void Study::turn_away(const Input& input) {
  const auto attempt = std::visit(
      [](const auto& one) -> std::pair<TrialId, std::uint32_t> {
        if constexpr (requires { one.attempt; })
          return {one.trial, one.attempt};
        else
          return {};
      },
      input);
  const auto given_up = given_up_.extract(attempt);
  if (given_up.empty() || !options_.refused) return;
  options_.refused(given_up.mapped(), "what it says of attempt " + std::to_string(attempt.second) +
                                          " of trial " + std::to_string(attempt.first) +
                                          " is too late: the attempt was given up");
}

}  // namespace troupe::actors
