#include "runtime/process/reaped_process.hpp"

#include <algorithm>

#include <signal.h>
#include <sys/wait.h>

#include "runtime/core/check.hpp"

namespace troupe::runtime {

namespace {

using namespace std::chrono_literals;

constexpr Duration kill_interval_first = 1ms;
/// Only a process in an uninterruptible wait outlives SIGKILL for so long.
constexpr Duration kill_interval_last = 200ms;

std::string in_mib(std::uint64_t bytes) {
  constexpr std::uint64_t mib = 1U << 20;
  if (bytes % mib == 0) return std::to_string(bytes / mib) + " MiB";
  return std::to_string(bytes) + " bytes";
}

}  // namespace

ReapedProcess::ReapedProcess(ProcessId process, const ProcessSpec& spec, pid_t leader,
                             std::optional<Cgroup> cgroup, bool kernel_limits_memory)
    : process_(process),
      leftover_grace_(spec.leftover_grace),
      memory_limit_bytes_(spec.memory_limit_bytes.value_or(0)),
      samples_(memory_limit_bytes_ > 0 && !kernel_limits_memory),
      leader_(leader),
      cgroup_(std::move(cgroup)),
      sessions_{leader} {
  check(leader_ > 1, "a program has a pid of its own");
}

void ReapedProcess::leader_reaped(int status) {
  check(leader_ != 0, "a program is reaped once");
  leader_ = 0;
  status_ = status;
}

void ReapedProcess::adopt(pid_t orphan, const ProcessStat& stat) {
  check(orphan != leader_, "a program is no orphan of itself");
  orphans_.insert(orphan);
  sessions_.insert({stat.session, stat.group});
  // The orphan may not have been in the tree, or not have been found, when `terminate` ran.
  if (state_ == State::terminating) {
    signal_trees({orphan}, SIGTERM, &terminated_);
    signal_trees({orphan}, SIGCONT);
  }
}

void ReapedProcess::orphan_reaped(pid_t orphan) {
  check(orphans_.erase(orphan) == 1, "an orphan that is reaped was adopted");
}

bool ReapedProcess::has_used_session_of(const ProcessStat& stat) const {
  return sessions_.contains(stat.session) || sessions_.contains(stat.group);
}

void ReapedProcess::end(Duration grace, Instant now) {
  if (state_ == State::killing) return;
  if (leader_ != 0) requested_ = true;
  if (state_ == State::terminating) {
    deadline_ = std::min(deadline_, now + grace);
    return;
  }
  terminate(grace, now);
}

void ReapedProcess::end_of_lease(Duration grace, Instant now) {
  lost_ = leader_ != 0 && !requested_;
  end(grace, now);
}

void ReapedProcess::sample_memory(Instant now) {
  const auto members = cgroup_ ? cgroup_->members() : signal_trees(roots(), 0);
  std::uint64_t bytes = 0;
  for (const pid_t pid : members) bytes += resident_bytes(pid);
  if (bytes <= memory_limit_bytes_) return;
  bytes = 0;
  for (const pid_t pid : members) bytes += proportional_bytes(pid);
  if (bytes <= memory_limit_bytes_) return;
  memory_exceeded_ = true;
  state_ = State::killing;
  kill(now);
}

void ReapedProcess::advance(Instant now) {
  if (finished()) return;
  if (leader_ == 0 && state_ == State::running) terminate(leftover_grace_, now);
  if (now < deadline_) return;
  state_ = State::killing;
  kill(now);
}

bool ReapedProcess::finished() const {
  return leader_ == 0 && orphans_.empty() && !(cgroup_ && cgroup_->populated());
}

int ReapedProcess::cgroup_events_fd() const {
  return cgroup_ && leader_ == 0 ? cgroup_->events_fd() : -1;
}

ProcessEnded ReapedProcess::ended() const {
  ProcessEnded ended;
  ended.process = process_;
  ended.requested = requested_ && !lost_;
  ended.killed = static_cast<std::uint32_t>(killed_.size());
  if (lost_) {
    ended.cause = ProcessEnded::Cause::lost;
    ended.what = "its lease is over";
  } else if (memory_exceeded_ || (cgroup_ && cgroup_->was_out_of_memory())) {
    ended.cause = ProcessEnded::Cause::out_of_memory;
    ended.code = SIGKILL;
    ended.what = "limit " + in_mib(memory_limit_bytes_);
  } else if (WIFSIGNALED(status_)) {
    ended.cause = ProcessEnded::Cause::signaled;
    ended.code = WTERMSIG(status_);
  } else {
    ended.code = WEXITSTATUS(status_);
  }
  return ended;
}

std::set<pid_t> ReapedProcess::roots() const {
  auto roots = orphans_;
  if (leader_ != 0) roots.insert(leader_);
  return roots;
}

void ReapedProcess::terminate(Duration grace, Instant now) {
  check(state_ == State::running, "SIGTERM is sent once");
  state_ = State::terminating;
  deadline_ = now + grace;
  if (grace <= Duration{}) return;  // `advance` kills the tree at once.
  // The cgroup lacks processes that have left it, and /proc lacks orphans that are not adopted yet,
  // so both lists are used. A handler of SIGTERM may run for seconds, to save a checkpoint, and
  // many programs take a second SIGTERM for an order to give that up: so each process gets it once.
  if (cgroup_) cgroup_->signal_members(SIGTERM, &terminated_);
  signal_trees(roots(), SIGTERM, &terminated_);
  // A stopped process handles SIGTERM only after it continues.
  if (cgroup_) cgroup_->signal_members(SIGCONT);
  signal_trees(roots(), SIGCONT);
}

void ReapedProcess::kill(Instant now) {
  check(state_ == State::killing, "SIGKILL is sent in the last state");
  if (cgroup_) {
    killed_.merge(cgroup_->members());
    cgroup_->kill();
  }
  killed_.merge(kill_trees(roots()));
  kill_interval_ = std::clamp(kill_interval_ * 2, kill_interval_first, kill_interval_last);
  deadline_ = now + kill_interval_;
}

}  // namespace troupe::runtime
