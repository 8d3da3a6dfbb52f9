#include "runtime/process/process_reaper.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/process/cgroup.hpp"
#include "runtime/process/environment_cookie.hpp"
#include "runtime/process/launch.hpp"
#include "runtime/process/process_ownership.hpp"
#include "runtime/process/process_table.hpp"
#include "runtime/process/reaped_process.hpp"
#include "runtime/process/reaper_protocol.hpp"
#include "runtime/system_clock.hpp"
#include "runtime/time_slice.hpp"

namespace troupe::runtime {

// A process reaper has one thread and no locks. It blocks only in poll, and in vfork until the
// program executes.
//
// With a cgroup the kernel says which processes are in the tree of a program. Without one, orphans
// are attributed by the rules of process_ownership.hpp. An orphan that stays unattributed (it has
// cleared its environment and made a session of its own while several programs run) is killed when
// the last program has finished, or with the reaper. Meanwhile it holds no slot, and the end of the
// output of programs does not wait for it.
//
// Zombies are reaped at once. A pid that the reaper signals is its own unreaped child, or is held
// by a pidfd while its parent, cgroup or cookie is compared.
//
// The memory controller enforces memory limits where there is one. Elsewhere the resident memory of
// each tree with a limit is sampled every 200 ms; a tree can exceed its limit by what it allocates
// in that time.

namespace {

using namespace std::chrono_literals;

constexpr Duration memory_sample_interval = 200ms;
constexpr const char* lease_expired = "its lease is over";

class ProcessReaper {
 public:
  ProcessReaper(int socket, pid_t owner, Cgroups cgroups);
  /// Serves the node until it is gone, and then kills all programs.
  void run();

 private:
  void wait();
  /// Handles the requests of the node. False if the connection has ended.
  bool serve();
  /// False if the request is malformed.
  bool handle(ReaperRequest request);
  void start(StartRequest request, const std::vector<Descriptor>& descriptors);
  void notify(const ReaperNotice& notice) { outbox_.push({encode(notice), {}}); }
  void read_signals();
  void reap();
  void attribute_orphans();
  /// False if the orphan belongs to no program as far as is known.
  bool attribute(pid_t orphan, const ProcessStat& stat);
  /// Takes the steps that are due, and tells the node which programs have finished.
  void advance();
  void kill_unattributed();
  void kill_all();
  [[nodiscard]] Instant now() const { return clock_.now(); }

  SystemClock clock_;
  int socket_;  ///< Closed by the end of the process, so the node learns of it only then.
  Descriptor signals_;
  Descriptor owner_;  ///< A pidfd of the node's process.
  Descriptor null_;
  std::string name_;
  std::unique_ptr<CgroupPool> cgroups_;  ///< Null without cgroups.
  OwnedProcesses processes_;
  UnattributedOrphans unattributed_;
  ProgramLease lease_;
  Packet packet_;  ///< The latest packet; a member so that its memory is reused.
  PacketQueue outbox_;
  Instant next_sample_ = Instant::never();
  bool childless_ = true;  ///< Whether the latest waitpid found no child.
  bool ending_ = false;
};

ProcessReaper::ProcessReaper(int socket, pid_t owner, Cgroups cgroups)
    : socket_(socket),
      owner_(open_process(owner)),
      null_(::open("/dev/null", O_RDONLY | O_CLOEXEC)) {
  sigset_t all;
  ::sigfillset(&all);
  for (int signal = 1; signal <= SIGRTMAX; ++signal) ::signal(signal, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  signals_.reset(::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_NAME, "troupe-warden");
  shorten_time_slice(Offspring::starts_over);
  timespec at{};
  ::clock_gettime(CLOCK_REALTIME, &at);
  name_ = std::to_string(::getpid()) + "-" + std::to_string(at.tv_sec) + "." +
          std::to_string(at.tv_nsec);
  if (cgroups == Cgroups::where_writable) cgroups_ = CgroupPool::make(name_);
  notify(ReaperHello{name_, cgroups_ ? cgroups_->path() : std::string{}});
}

void ProcessReaper::run() {
  while (!ending_) {
    wait();
    read_signals();
    if (!serve()) break;
    reap();
    advance();
    if (outbox_.flush(socket_) == Sent::broken) break;
  }
  kill_all();
}

void ProcessReaper::wait() {
  std::vector<pollfd> waits{
      {signals_.get(), POLLIN, 0},
      {socket_, static_cast<short>(outbox_.empty() ? POLLIN : POLLIN | POLLOUT), 0},
      {owner_.get(), POLLIN, 0}};
  Instant wake = std::min(next_sample_, unattributed_.next_look());
  if (!processes_.empty()) wake = std::min(wake, lease_.deadline());
  for (const auto& [id, process] : processes_) {
    wake = std::min(wake, process.deadline());
    if (const int fd = process.cgroup_events_fd(); fd >= 0) waits.push_back({fd, POLLPRI, 0});
  }
  timespec timeout{};
  if (wake != Instant::never()) {
    const auto left = std::max(Duration{}, wake - now());
    timeout.tv_sec = static_cast<time_t>(left / 1s);
    timeout.tv_nsec = static_cast<long>((left % 1s).count());
  }
  ::ppoll(waits.data(), waits.size(), wake == Instant::never() ? nullptr : &timeout, nullptr);
  if ((waits[2].revents & POLLIN) != 0) ending_ = true;
}

bool ProcessReaper::serve() {
  for (;;) {
    switch (receive_packet(socket_, packet_)) {
      case Received::nothing_yet:
        return true;
      case Received::closed:
        return false;
      case Received::packet:
        break;
    }
    auto request = decode_request(packet_.bytes);
    if (!request || !handle(std::move(*request))) return false;
  }
}

bool ProcessReaper::handle(ReaperRequest request) {
  if (auto* starting = std::get_if<StartRequest>(&request)) {
    if (packet_.descriptors.size() != 2) return false;
    start(std::move(*starting), packet_.descriptors);
    packet_.descriptors.clear();
  } else if (const auto* lease = std::get_if<LeaseRequest>(&request)) {
    lease_.renew(lease->until, lease->grace);
  } else {
    const auto& ending = std::get<EndRequest>(request);
    if (ReapedProcess* process = processes_.find(ending.process)) process->end(ending.grace, now());
  }
  return true;
}

void ProcessReaper::start(StartRequest request, const std::vector<Descriptor>& descriptors) {
  // The request is older than the lease: the node, or this process, was frozen since.
  if (lease_.expired(now()))
    return notify(
        ProcessEnded{request.process, ProcessEnded::Cause::lost, 0, false, 0, lease_expired});
  auto& spec = request.spec;
  std::optional<Cgroup> cgroup;
  if (cgroups_) cgroup = cgroups_->acquire();
  const bool kernel_limits = cgroup && cgroup->limit_memory(spec.memory_limit_bytes);
  const Launched launched = launch(
      {spec.argv, with_cookie(std::move(spec.env), name_, request.process), spec.cwd, null_.get(),
       descriptors[0].get(), descriptors[1].get(), cgroup ? cgroup->procs_fd() : -1});
  if (cgroup && !launched.in_cgroup) {
    cgroups_->release(std::move(*cgroup));
    cgroup.reset();
  }
  if (launched.pid == 0) {
    notify(ProcessEnded{request.process, ProcessEnded::Cause::not_started, launched.error, false, 0,
                        launched.what});
    return;
  }
  const ReapedProcess& process = processes_.add(
      request.process, spec, launched.pid, std::move(cgroup), kernel_limits && launched.in_cgroup);
  if (process.needs_sampling() && next_sample_ == Instant::never())
    next_sample_ = now() + memory_sample_interval;
  notify(ProcessStarted{request.process, launched.pid});
}

void ProcessReaper::read_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info)
    if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) ending_ = true;
}

void ProcessReaper::reap() {
  int status = 0;
  pid_t pid = 0;
  while ((pid = ::waitpid(-1, &status, WNOHANG | __WALL)) > 0) processes_.reaped(pid, status);
  childless_ = pid < 0;
}

void ProcessReaper::attribute_orphans() {
  // A process that dies after the list was read leaves its children to the reaper: such a process
  // is reaped, and the list is read again.
  constexpr int pass_max = 3;
  std::set<pid_t> unattributed;
  for (int pass = 1; pass <= pass_max; ++pass) {
    bool any_died = false;
    unattributed.clear();
    for (const pid_t child : children_of(::getpid())) {
      if (processes_.owns(child)) continue;
      const auto stat = read_stat(child);
      if (!stat || stat->state == 'Z')
        any_died = true;
      else if (!attribute(child, *stat))
        unattributed.insert(child);
    }
    if (!any_died) break;
    reap();
  }
  unattributed_.replace(unattributed, now());
}

bool ProcessReaper::attribute(pid_t orphan, const ProcessStat& stat) {
  const auto cookie = process_of_cookie(orphan, name_);
  if (ReapedProcess* owner = processes_.owner_of(stat, cookie)) {
    processes_.adopt(orphan, stat, *owner);
    return true;
  }
  if (!cookie) return false;
  // Its program has finished: this orphan was still unattributed at that time.
  kill_trees({orphan});
  return true;
}

void ProcessReaper::advance() {
  const Instant at = now();
  if (lease_.enforce(at))
    for (auto& [id, process] : processes_) process.end_of_lease(lease_.grace(), at);
  const bool sample = at >= next_sample_;
  if (sample) next_sample_ = Instant::never();
  const bool any_without_cgroup =
      std::ranges::any_of(processes_, [](const auto& each) { return !each.second.has_cgroup(); });
  if (any_without_cgroup || (!processes_.empty() && at >= unattributed_.next_look()))
    attribute_orphans();
  const bool settling = unattributed_.settling(now());
  bool any_finished = false;
  for (auto each = processes_.begin(); each != processes_.end();) {
    ReapedProcess& process = each->second;
    if (sample && process.needs_sampling()) process.sample_memory(at);
    if (process.needs_sampling())
      next_sample_ = std::min(next_sample_, at + memory_sample_interval);
    process.advance(at);
    if (!process.finished() || (settling && !process.has_cgroup())) {
      ++each;
      continue;
    }
    any_finished = true;
    notify(process.ended());
    if (auto cgroup = process.take_cgroup()) cgroups_->release(std::move(*cgroup));
    each = processes_.remove(each);
  }
  if (processes_.empty() && (any_finished || at >= unattributed_.next_look())) kill_unattributed();
}

/// Kills all children; called when no program runs.
void ProcessReaper::kill_unattributed() {
  if (childless_) return unattributed_.killed(0, now());
  const auto children = children_of(::getpid());
  unattributed_.killed(kill_trees({children.begin(), children.end()}).size(), now());
}

void ProcessReaper::kill_all() {
  // The node is not told any more. A process in an uninterruptible wait keeps the reaper running,
  // because that process still uses its resources.
  for (int round = 0;; ++round) {
    if (cgroups_) CgroupPool::sweep(cgroups_->path());
    const auto children = children_of(::getpid());
    kill_trees({children.begin(), children.end()});
    int status = 0;
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
    }
    if (pid < 0) return;
    pollfd wait{signals_.get(), POLLIN, 0};
    ::poll(&wait, 1, round < 50 ? 1 : 50);
    read_signals();
  }
}

}  // namespace

int reaper_main(int fd, Cgroups cgroups) {
  const pid_t owner = ::getppid();
  // A closed standard descriptor would be reused for a file, which programs would then inherit.
  int standard = 0;
  while (standard >= 0 && standard <= 2) standard = ::open("/dev/null", O_RDWR);
  ::close(standard);
  if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    std::fputs("troupe warden: needs Linux 5.11 or newer\n", stderr);
    return 2;
  }
  if (::fcntl(fd, F_GETFD) < 0) {
    std::fprintf(stderr, "troupe warden: %d is not an open descriptor\n", fd);
    return 2;
  }
  ProcessReaper(fd, owner, cgroups).run();
  return 0;
}

}  // namespace troupe::runtime
