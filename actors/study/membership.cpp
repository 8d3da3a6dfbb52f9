#include "actors/study/membership.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "actors/study/study_totals.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/seconds.hpp"

namespace troupe::actors {

namespace {

/// For the timers and signals of a node, and for its clock, which may be slower than ours.
constexpr Duration lease_margin = std::chrono::milliseconds(200);

/// Slots by one resource: `has` divided by `needs`, rounded down.
double fitting(double has, double needs) {
  constexpr double unlimited = 1e6;
  return needs > 0 ? std::floor(has / needs + 1e-9) : unlimited;
}

/// Longest lease of a node: what it says is added to times.
constexpr double lease_max_s = 24 * 3600;

std::string in_seconds(Duration duration) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(duration).count()) + " s";
}

}  // namespace

std::uint32_t trial_slots(const StudySpec& spec, const std::string& node,
                          const runtime::Resources& resources) {
  if (node == spec.scheduler.node || node == spec.searcher.node) return 0;
  const TrialResources& trial = spec.resources;
  const auto fit = [](auto has, auto needs) {
    return fitting(static_cast<double>(has), static_cast<double>(needs));
  };
  return static_cast<std::uint32_t>(
      std::min({fit(resources.cpus, trial.cpus), fit(resources.gpus, trial.gpus),
                fit(resources.memory, trial.memory_bytes)}));
}

std::vector<AttemptAck> acknowledge(const StudyCore& core, const JoinStudy& join) {
  std::vector<AttemptAck> acks;
  for (const RetainedAttempt& retained : join.attempts) {
    const TrialRecord* trial = core.current(retained.trial, retained.attempt);
    AttemptAck ack{.trial = retained.trial, .attempt = retained.attempt};
    ack.wanted = trial != nullptr && trial->node == join.node;
    if (ack.wanted) {
      ack.reports = trial->reports;
      ack.warnings = trial->warnings;
    }
    acks.push_back(ack);
  }
  return acks;
}

bool Membership::is_own(const std::string& name) const {
  return !options_.own_prefix.empty() && name.starts_with(options_.own_prefix);
}

/// How long after it was last heard of the programs of a node may run. A node ends its programs
/// when its lease is over, which is no later than this head's, and kills what has not ended in
/// time.
Duration Membership::time_to_stop(double lease_s) const {
  return seconds(std::max(lease_s, options_.lease_s) + options_.grace_kill_s) + lease_margin;
}

std::optional<std::string> Membership::note_link(const std::string& name, runtime::NodeId id) {
  links_[name] = id;
  const auto impostor = std::ranges::find_if(members_, [&](const auto& entry) {
    return entry.second.agent.address().node == id && entry.first != name;
  });
  if (impostor == members_.end()) return std::nullopt;
  return impostor->first;
}

void Membership::forget_link(const std::string& name, runtime::NodeId id) {
  const auto link = links_.find(name);
  if (link != links_.end() && link->second == id) links_.erase(link);
}

std::optional<std::string> Membership::name_of(runtime::NodeId id) const {
  const auto link = std::ranges::find(links_, id, [](const auto& entry) { return entry.second; });
  if (link == links_.end()) return std::nullopt;
  return link->first;
}

/// The name that the node proved or gave when it linked; empty if that is `name`, or not known.
std::string Membership::linked_name(runtime::NodeId id, const std::string& name) const {
  std::string other;
  for (const auto& [known, linked] : links_) {
    if (linked != id) continue;
    if (known == name) return {};
    other = known;
  }
  return other;
}

Membership::Admission Membership::admit(const JoinStudy& join, std::uint32_t slots, Instant now) {
  if (!(join.lease_s >= 0 && join.lease_s <= lease_max_s))
    return {.refusal = "a lease of " + plain_number(join.lease_s) + " s; expected at most " +
                       plain_number(lease_max_s)};
  if (const auto other = linked_name(join.agent.address().node, join.node); !other.empty())
    return {.refusal = "this node is '" + other + "', not '" + join.node + "'"};
  const auto known = members_.find(join.node);
  if (known == members_.end()) {
    members_[join.node] = Member{.agent = join.agent, .slots = slots, .lease_s = join.lease_s};
    return {.kind = Admission::Kind::joined};
  }
  Member& member = known->second;
  if (!member.out_of_reach()) {
    if (join.returns && member.agent.address() == join.agent.address())
      return {.kind = Admission::Kind::already_member};
    return {.refusal = "a node named '" + join.node + "' is already there; choose another --name"};
  }
  if (member.state != State::awaited || !join.returns)
    return refuse_for_now(join.node, member, now);
  member.state = State::active;
  member.agent = join.agent;
  member.slots = slots;
  member.lease_s = join.lease_s;
  return {.kind = Admission::Kind::rejoined};
}

Membership::Admission Membership::refuse_for_now(const std::string& name, const Member& member,
                                                 Instant now) const {
  const bool by_time = !is_own(name);
  const Duration left = member.gone_at - now;
  return {.refusal =
              "a node named '" + name + "' is out of reach, and its programs may run " +
              (by_time ? "for " + in_seconds(left) : std::string("as long as its process lives")) +
              "; join then, or choose another --name",
          .again_in_s = by_time ? std::chrono::duration<double>(left).count() : 0};
}

std::vector<NodeJoined> Membership::activate_joined() {
  std::vector<NodeJoined> rows;
  for (auto& [name, member] : members_) {
    if (member.state != State::joined || member.slots == 0) continue;
    member.state = State::active;
    rows.push_back({name, member.slots, member.lease_s});
  }
  return rows;
}

std::optional<std::string> Membership::member_of(runtime::Address agent) const {
  for (const auto& [name, member] : members_)
    if (!member.out_of_reach() && member.agent.address() == agent) return name;
  return std::nullopt;
}

bool Membership::is_active(const std::string& name) const {
  const auto member = members_.find(name);
  return member != members_.end() && member->second.state == State::active;
}

bool Membership::is_awaited(const std::string& name) const {
  const auto member = members_.find(name);
  return member != members_.end() && member->second.state == State::awaited;
}

Duration Membership::mark_lost(const std::string& name, Instant last_heard, Instant now) {
  Member& member = members_.at(name);
  check(member.state == State::active, "a node is lost while it is active");
  member.state = State::lost;
  member.gone_at = last_heard + time_to_stop(member.lease_s);
  return std::max(member.gone_at - now, Duration(0));
}

Membership::Expiry Membership::expiry(const std::string& name, Instant now) const {
  const auto member = members_.find(name);
  const bool due =
      member != members_.end() && member->second.out_of_reach() && now >= member->second.gone_at;
  if (!due) return Expiry::not_due;
  return is_own(name) ? Expiry::processes_left : Expiry::left;
}

std::optional<Membership::Removed> Membership::remove(const std::string& name) {
  const auto member = members_.find(name);
  if (member == members_.end()) return std::nullopt;
  const Removed removed{member->second.agent, member->second.state != State::joined};
  members_.erase(member);
  return removed;
}

std::vector<std::string> Membership::possibly_running(
    const std::map<TrialId, TrialRecord>& trials) const {
  std::vector<std::string> names;
  const auto& alive = options_.own_alive;
  for (const auto& [id, trial] : trials) {
    if (!trial.has_process() || std::ranges::find(names, trial.node) != names.end()) continue;
    if (!is_own(trial.node) || std::ranges::find(alive, trial.node) != alive.end())
      names.push_back(trial.node);
  }
  std::ranges::sort(names);
  return names;
}

void Membership::note_earlier(const Input& input) {
  if (const auto* joined = std::get_if<NodeJoined>(&input))
    leases_s_[joined->node] = joined->lease_s;
  if (const auto spec = settings_in(input))
    earlier_grace_s_ = std::max(earlier_grace_s_, spec->grace_kill_s);
}

Duration Membership::await(const std::string& name, Instant now) {
  const double lease_s = leases_s_[name];
  const double longer_grace_s = std::max(0.0, earlier_grace_s_ - options_.grace_kill_s);
  const Duration left = time_to_stop(lease_s) + seconds(longer_grace_s);
  members_[name] = Member{.state = State::awaited, .lease_s = lease_s, .gone_at = now + left};
  return left;
}

void Membership::note_processes_gone(const std::string& name) {
  std::erase(options_.own_alive, name);
}

AgentRef Membership::agent(const std::string& name) const {
  const auto member = members_.find(name);
  return member == members_.end() ? AgentRef() : member->second.agent;
}

void Membership::note_durable_end(const std::string& name, RetainedAttempt attempt) {
  const auto member = members_.find(name);
  if (member != members_.end()) member->second.durable_ends.push_back(attempt);
}

std::vector<RetainedAttempt> Membership::take_durable_ends(const std::string& name) {
  const auto member = members_.find(name);
  if (member == members_.end()) return {};
  return std::exchange(member->second.durable_ends, {});
}

std::string Membership::waiting_for() const {
  const bool none_reachable =
      std::ranges::all_of(members_, [](const auto& entry) { return entry.second.out_of_reach(); });
  if (!none_reachable) {
    const bool has_slots =
        std::ranges::any_of(members_, [](const auto& entry) { return entry.second.slots > 0; });
    return has_slots ? "" : "a node that has what a trial needs";
  }
  if (members_.empty()) return "a node to join";
  return "node " + members_.begin()->first + ", which is out of reach";
}

void GivenUpAttempts::add_all(const std::map<TrialId, TrialRecord>& trials,
                              const std::string& node) {
  for (const auto& [id, trial] : trials)
    if (trial.has_process() && trial.node == node) add(trial);
}

std::optional<GivenUpAttempts::Refusal> GivenUpAttempts::refuse(const Input& input) {
  const auto attempt = std::visit(
      [](const auto& one) -> std::pair<TrialId, std::uint32_t> {
        if constexpr (requires { one.attempt; })
          return {one.trial, one.attempt};
        else
          return {};
      },
      input);
  const auto given_up = nodes_.extract(attempt);
  if (given_up.empty()) return std::nullopt;
  return Refusal{given_up.mapped(), "what it says of attempt " + std::to_string(attempt.second) +
                                        " of trial " + std::to_string(attempt.first) +
                                        " is too late: the attempt was given up"};
}

}  // namespace troupe::actors
