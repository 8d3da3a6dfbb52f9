#include "runtime/process/reaped_process.hpp"

#include <algorithm>

#include <signal.h>
#include <sys/wait.h>

namespace troupe::runtime {

namespace {

using namespace std::chrono_literals;

constexpr Duration retry_first = 1ms;
constexpr Duration retry_last = 200ms;  ///< Nobody survives SIGKILL but in an uninterruptible wait.

std::string in_mib(std::uint64_t bytes) {
  constexpr std::uint64_t mib = 1U << 20;
  if (bytes % mib == 0) return std::to_string(bytes / mib) + " MiB";
  return std::to_string(bytes) + " bytes";
}

}  // namespace

ReapedProcess::ReapedProcess(ProcessId process, const ProcessSpec& spec, pid_t main,
                             std::optional<Cgroup> cgroup, bool kernel_limits_memory)
    : process_(process),
      leftover_grace_(spec.leftover_grace),
      memory_limit_bytes_(spec.memory_limit_bytes.value_or(0)),
      samples_(memory_limit_bytes_ > 0 && !kernel_limits_memory),
      main_(main),
      cgroup_(std::move(cgroup)),
      sessions_{main} {}

void ReapedProcess::main_reaped(int status) {
  main_ = 0;
  status_ = status;
}

void ReapedProcess::adopt(pid_t orphan, const ProcessStat& stat) {
  orphans_.insert(orphan);
  sessions_.insert({stat.session, stat.group});
  // It was not there, or not found, when the others were signalled.
  if (phase_ == Phase::terminating) {
    signal_trees({orphan}, SIGTERM);
    signal_trees({orphan}, SIGCONT);
  }
}

bool ReapedProcess::knows(const ProcessStat& stat) const {
  return sessions_.contains(stat.session) || sessions_.contains(stat.group);
}

void ReapedProcess::end(Duration grace, Instant now) {
  if (phase_ == Phase::killing) return;
  if (main_ != 0) requested_ = true;
  if (phase_ == Phase::terminating) {
    deadline_ = std::min(deadline_, now + grace);
    return;
  }
  terminate(grace, now);
}

void ReapedProcess::sample_memory(Instant now) {
  const auto members = cgroup_ ? cgroup_->members() : signal_trees(roots(), 0);
  std::uint64_t bytes = 0;
  for (const pid_t pid : members) bytes += resident_bytes(pid);
  if (bytes <= memory_limit_bytes_) return;
  bytes = 0;
  for (const pid_t pid : members) bytes += proportional_bytes(pid);
  if (bytes <= memory_limit_bytes_) return;
  too_big_ = true;
  phase_ = Phase::killing;
  kill(now);
}

void ReapedProcess::proceed(Instant now) {
  if (over()) return;
  if (main_ == 0 && phase_ == Phase::running) terminate(leftover_grace_, now);
  if (now < deadline_) return;
  phase_ = Phase::killing;
  kill(now);
}

bool ReapedProcess::over() const {
  return main_ == 0 && orphans_.empty() && !(cgroup_ && cgroup_->populated());
}

int ReapedProcess::events_fd() const {
  return cgroup_ && main_ == 0 ? cgroup_->events_fd() : -1;
}

void ReapedProcess::let_go(Duration grace, Instant now) {
  lost_ = main_ != 0 && !requested_;
  end(grace, now);
}

ProcessEnded ReapedProcess::ended() const {
  ProcessEnded ended;
  ended.process = process_;
  ended.requested = requested_ && !lost_;
  ended.killed = static_cast<std::uint32_t>(killed_.size());
  if (lost_) {
    ended.cause = ProcessEnded::Cause::lost;
    ended.what = "its lease is over";
  } else if (too_big_ || (cgroup_ && cgroup_->was_out_of_memory())) {
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
  if (main_ != 0) roots.insert(main_);
  return roots;
}

void ReapedProcess::terminate(Duration grace, Instant now) {
  phase_ = Phase::terminating;
  deadline_ = now + grace;
  if (grace <= Duration{}) return;  // Killed in the next step.
  // A stopped process takes a signal only once it goes on.
  for (const int signal : {SIGTERM, SIGCONT}) {
    if (cgroup_) cgroup_->signal_members(signal);
    signal_trees(roots(), signal);
  }
}

void ReapedProcess::kill(Instant now) {
  if (cgroup_) {
    killed_.merge(cgroup_->members());
    cgroup_->kill();
  }
  killed_.merge(kill_trees(roots()));
  retry_ = std::clamp(retry_ * 2, retry_first, retry_last);
  deadline_ = now + retry_;
}

}  // namespace troupe::runtime
