#include "runtime/process/process_ownership.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::runtime {

ReapedProcess& OwnedProcesses::add(ProcessId process, const ProcessSpec& spec, pid_t leader,
                                   std::optional<Cgroup> cgroup, bool kernel_limits_memory) {
  check(!owns(leader), "a new program is no child that is known");
  const auto [at, added] = processes_.try_emplace(process, process, spec, leader, std::move(cgroup),
                                                  kernel_limits_memory);
  check(added, "the number of a process is used once");
  leaders_.emplace(leader, process);
  return at->second;
}

ReapedProcess* OwnedProcesses::find(ProcessId process) {
  const auto found = processes_.find(process);
  return found == processes_.end() ? nullptr : &found->second;
}

bool OwnedProcesses::owns(pid_t child) const {
  return leaders_.contains(child) || orphans_.contains(child);
}

ReapedProcess* OwnedProcesses::owner_of(const ProcessStat& orphan,
                                        std::optional<ProcessId> cookie) {
  if (cookie) return find(*cookie);
  for (auto& [process, candidate] : processes_)
    if (candidate.has_used_session_of(orphan)) return &candidate;
  return processes_.size() == 1 ? &processes_.begin()->second : nullptr;
}

void OwnedProcesses::adopt(pid_t orphan, const ProcessStat& stat, ReapedProcess& owner) {
  check(!owns(orphan), "an orphan is adopted once");
  owner.adopt(orphan, stat);
  orphans_.emplace(orphan, owner.process());
}

void OwnedProcesses::reaped(pid_t child, int status) {
  if (const auto leader = leaders_.find(child); leader != leaders_.end()) {
    processes_.at(leader->second).leader_reaped(status);
    leaders_.erase(leader);
  } else if (const auto orphan = orphans_.find(child); orphan != orphans_.end()) {
    processes_.at(orphan->second).orphan_reaped(child);
    orphans_.erase(orphan);
  }
}

OwnedProcesses::Map::iterator OwnedProcesses::remove(Map::iterator finished) {
  check(finished->second.finished(), "a program that is removed has no process left");
  return processes_.erase(finished);
}

void UnattributedOrphans::replace(const std::set<pid_t>& found, Instant now) {
  std::map<pid_t, Instant> since;
  bool any_new = false;
  for (const pid_t orphan : found) {
    const auto known = since_.find(orphan);
    any_new |= known == since_.end();
    since.emplace(orphan, known == since_.end() ? now : known->second);
  }
  since_ = std::move(since);
  if (any_new) {
    retry_ = retry_first;
    next_look_ = Instant::never();
  }
  schedule(since_.size(), now);
}

void UnattributedOrphans::killed(std::size_t alive, Instant now) {
  since_.clear();
  schedule(alive, now);
}

bool UnattributedOrphans::settling(Instant now) const {
  return std::ranges::any_of(since_,
                             [&](const auto& each) { return each.second > now - settling_time; });
}

void UnattributedOrphans::schedule(std::size_t alive, Instant now) {
  if (alive == 0) {
    retry_ = retry_first;
    next_look_ = Instant::never();
  } else if (now >= next_look_ || next_look_ == Instant::never()) {
    next_look_ = now + retry_;
    retry_ = std::min(retry_ * 2, retry_last);
  }
  check(retry_ >= retry_first && retry_ <= retry_last, "the retry delay stays within its bounds");
}

}  // namespace troupe::runtime
