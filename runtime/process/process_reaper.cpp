#include "runtime/process/process_reaper.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <deque>
#include <map>
#include <memory>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/process/cgroup.hpp"
#include "runtime/process/launch.hpp"
#include "runtime/process/mark.hpp"
#include "runtime/process/pidfd.hpp"
#include "runtime/process/process_table.hpp"
#include "runtime/process/reaped_process.hpp"
#include "runtime/process/reaper_protocol.hpp"
#include "runtime/system_clock.hpp"
#include "runtime/time_slice.hpp"

namespace troupe::runtime {

// One thread, no locks, and nothing that blocks but poll, and vfork until the exec.
//
// Who belongs to which program. The reaper is a child subreaper: whoever loses its parent becomes
// its child. So while a program runs, its tree is what descends from it, and from its orphans; once
// it was reaped, all that is left of its tree descends from the reaper. With a cgroup the kernel
// says who is in the tree. Without one, an orphan is attributed
//   1. by its mark: the environment that it was started with (mark.hpp);
//   2. else, if it cleared that, by a session or process group that the tree was seen to use;
//   3. else, if only one program runs, to that one.
// Who fits nowhere holds up the ends of programs for 50 ms, for it may be dying, or in the middle
// of an exec, and have no environment just then. An orphan that fits nowhere for good (it cleared
// its environment, made a session of its own, and two programs run) is looked at again whenever a
// child ends and now and then; it is killed when the last program is over, or with the reaper. It
// cannot hold a slot meanwhile, nor can it hold up the end of a program's output.
//
// Zombies are reaped as they come. A pid that the reaper signals is either its own child, not yet
// reaped, or is held by a pidfd while its parent (or cgroup) is compared.
//
// A limit of memory is the cgroup's where the memory controller is to be had. Elsewhere the
// resident memory of the trees that have a limit is sampled each 200 ms, while they run: one that
// allocates faster may overshoot by what it touches in that time.

namespace {

using namespace std::chrono_literals;

constexpr Duration sample_interval = 200ms;
/// Whoever cannot be attributed for so long does not merely die, or exec, at this moment: then it
/// has no environment to be read.
constexpr Duration stray_settle = 50ms;
constexpr Duration stray_retry_first = 1ms;
constexpr Duration stray_retry_last = 10s;

class ProcessReaper {
 public:
  ProcessReaper(int socket, pid_t owner, Cgroups cgroups);
  void run();

 private:
  void wait();
  /// False when the node is gone.
  bool serve();
  void start(StartRequest request, const std::vector<Descriptor>& descriptors);
  void notify(const ReaperNotice& notice);
  bool flush();
  void read_signals();
  void reap();
  void adopt();
  /// False if nobody knows whose it is.
  bool take_in(pid_t child, const ProcessStat& stat);
  /// Somebody new may yet turn out to belong to a program that seems to be over.
  [[nodiscard]] bool undetermined() const;
  ReapedProcess* ward_of(pid_t orphan, const ProcessStat& stat);
  void proceed();
  void let_go(Instant at);
  void kill_strays();
  void look_again(std::size_t strays);
  void kill_everybody();
  [[nodiscard]] Instant now() const { return clock_.now(); }

  SystemClock clock_;
  int socket_;  ///< Closes with the process: so the node learns of its end when it has ended.
  Descriptor signals_;
  Descriptor owner_;
  Descriptor null_;
  std::string marker_;
  std::unique_ptr<CgroupHome> home_;
  std::map<ProcessId, ReapedProcess> processes_;
  std::map<pid_t, ProcessId> mains_;
  std::map<pid_t, ProcessId> orphans_;
  Packet packet_;  ///< Kept for its memory.
  std::deque<std::string> outbox_;
  Instant next_sample_ = Instant::never();
  std::map<pid_t, Instant> strays_;        ///< Children of unknown origin, and since when.
  Instant next_stray_ = Instant::never();  ///< Set while there are any.
  Duration stray_retry_ = stray_retry_first;
  Instant kept_until_ = Instant::never();  ///< As in KeepRequest; before the first, for good.
  Duration kept_grace_{};
  bool let_go_ = false;    ///< All were told to end since.
  bool childless_ = true;  ///< When last reaped: then nothing descends from it.
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
  marker_ = std::to_string(::getpid()) + "-" + std::to_string(at.tv_sec) + "." +
            std::to_string(at.tv_nsec);
  if (cgroups == Cgroups::where_writable) home_ = CgroupHome::make(marker_);
  notify(ReaperHello{marker_, home_ ? home_->path() : std::string{}});
}

void ProcessReaper::run() {
  while (!ending_) {
    wait();
    read_signals();
    if (!serve()) break;
    reap();
    proceed();
    if (!flush()) break;
  }
  kill_everybody();
}

void ProcessReaper::wait() {
  std::vector<pollfd> waits{
      {signals_.get(), POLLIN, 0},
      {socket_, static_cast<short>(outbox_.empty() ? POLLIN : POLLIN | POLLOUT), 0},
      {owner_.get(), POLLIN, 0}};
  Instant wake = std::min(next_sample_, next_stray_);
  if (!processes_.empty() && !let_go_) wake = std::min(wake, kept_until_);
  for (const auto& [process, ward] : processes_) {
    wake = std::min(wake, ward.deadline());
    if (const int fd = ward.events_fd(); fd >= 0) waits.push_back({fd, POLLPRI, 0});
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
    if (!request) return false;
    if (auto* start_request = std::get_if<StartRequest>(&*request)) {
      if (packet_.descriptors.size() != 2) return false;
      start(std::move(*start_request), packet_.descriptors);
      packet_.descriptors.clear();
      continue;
    }
    if (const auto* keep = std::get_if<KeepRequest>(&*request)) {
      kept_until_ = keep->until;
      kept_grace_ = keep->grace;
      let_go_ = false;
      continue;
    }
    const auto& end = std::get<EndRequest>(*request);
    if (const auto found = processes_.find(end.process); found != processes_.end())
      found->second.end(end.grace, now());
  }
}

void ProcessReaper::start(StartRequest request, const std::vector<Descriptor>& descriptors) {
  if (now() >= kept_until_)  // The node, or both, stood still, and what it wants is of the past.
    return notify(
        ProcessEnded{request.process, ProcessEnded::Cause::lost, 0, false, 0, "its lease is over"});
  auto& spec = request.spec;
  std::optional<Cgroup> cgroup;
  if (home_) cgroup = home_->acquire();
  const bool kernel_limits = cgroup && cgroup->limit_memory(spec.memory_limit_bytes);
  const Launched launched = launch(
      {spec.argv, marked(std::move(spec.env), marker_, request.process), spec.cwd, null_.get(),
       descriptors[0].get(), descriptors[1].get(), cgroup ? cgroup->procs_fd() : -1});
  if (cgroup && !launched.in_cgroup) {
    home_->release(std::move(*cgroup));
    cgroup.reset();
  }
  if (launched.pid == 0) {
    notify(ProcessEnded{request.process, ProcessEnded::Cause::not_started, launched.error, false, 0,
                        launched.what});
    return;
  }
  mains_.emplace(launched.pid, request.process);
  const ReapedProcess& ward =
      processes_
          .try_emplace(request.process, request.process, spec, launched.pid, std::move(cgroup),
                       kernel_limits && launched.in_cgroup)
          .first->second;
  if (ward.wants_samples() && next_sample_ == Instant::never())
    next_sample_ = now() + sample_interval;
  notify(ProcessStarted{request.process, launched.pid});
}

void ProcessReaper::notify(const ReaperNotice& notice) {
  outbox_.push_back(encode(notice));
}

bool ProcessReaper::flush() {
  while (!outbox_.empty()) {
    switch (send_packet(socket_, outbox_.front(), {})) {
      case Sent::all:
        outbox_.pop_front();
        break;
      case Sent::would_block:
        return true;
      case Sent::broken:
        return false;
    }
  }
  return true;
}

void ProcessReaper::read_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info)
    if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) ending_ = true;
}

void ProcessReaper::reap() {
  int status = 0;
  pid_t pid = 0;
  while ((pid = ::waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
    if (const auto main = mains_.find(pid); main != mains_.end()) {
      processes_.at(main->second).main_reaped(status);
      mains_.erase(main);
    } else if (const auto orphan = orphans_.find(pid); orphan != orphans_.end()) {
      processes_.at(orphan->second).orphan_reaped(pid);
      orphans_.erase(orphan);
    }
  }
  childless_ = pid < 0;
}

void ProcessReaper::adopt() {
  // One that dies leaves its children to the reaper after the list was read: reap it, and read
  // again.
  constexpr int pass_max = 3;
  std::map<pid_t, Instant> strays;
  for (int pass = 1; pass <= pass_max; ++pass) {
    bool again = false;
    strays.clear();
    for (const pid_t child : children_of(::getpid())) {
      if (mains_.contains(child) || orphans_.contains(child)) continue;
      const auto stat = read_stat(child);
      if (!stat || stat->state == 'Z')
        again = true;
      else if (!take_in(child, *stat))
        strays.emplace(child, strays_.contains(child) ? strays_.at(child) : now());
    }
    if (!again) break;
    reap();
  }
  const bool fresh =
      std::ranges::any_of(strays, [&](const auto& each) { return !strays_.contains(each.first); });
  if (fresh) {
    stray_retry_ = stray_retry_first;
    next_stray_ = Instant::never();
  }
  strays_ = std::move(strays);
  look_again(strays_.size());
}

bool ProcessReaper::take_in(pid_t child, const ProcessStat& stat) {
  if (ReapedProcess* ward = ward_of(child, stat)) {
    ward->adopt(child, stat);
    orphans_.emplace(child, ward->process());
    return true;
  }
  if (!mark_of(child, marker_)) return false;
  // Its program is over: it was taken for a stray when that was decided.
  kill_trees({child});
  return true;
}

bool ProcessReaper::undetermined() const {
  const Instant before = now() - stray_settle;
  return std::ranges::any_of(strays_, [&](const auto& each) { return each.second > before; });
}

void ProcessReaper::look_again(std::size_t strays) {
  if (strays == 0) {
    stray_retry_ = stray_retry_first;
    next_stray_ = Instant::never();
  } else if (now() >= next_stray_ || next_stray_ == Instant::never()) {
    next_stray_ = now() + stray_retry_;
    stray_retry_ = std::min(stray_retry_ * 2, stray_retry_last);
  }
}

ReapedProcess* ProcessReaper::ward_of(pid_t orphan, const ProcessStat& stat) {
  if (const auto process = mark_of(orphan, marker_)) {
    const auto found = processes_.find(*process);
    return found == processes_.end() ? nullptr : &found->second;
  }
  for (auto& [process, ward] : processes_)
    if (ward.knows(stat)) return &ward;
  return processes_.size() == 1 ? &processes_.begin()->second : nullptr;
}

void ProcessReaper::proceed() {
  const Instant at = now();
  if (at >= kept_until_ && !let_go_) let_go(at);
  const bool sample = at >= next_sample_;
  if (sample) next_sample_ = Instant::never();
  const bool looks =
      std::ranges::any_of(processes_, [](const auto& each) { return !each.second.has_cgroup(); });
  if (looks || (!processes_.empty() && at >= next_stray_)) adopt();
  const bool wait_for_strays = undetermined();
  bool any_over = false;
  for (auto each = processes_.begin(); each != processes_.end();) {
    ReapedProcess& ward = each->second;
    if (sample && ward.wants_samples()) ward.sample_memory(at);
    if (ward.wants_samples()) next_sample_ = std::min(next_sample_, at + sample_interval);
    ward.proceed(at);
    if (!ward.over() || (wait_for_strays && !ward.has_cgroup())) {
      ++each;
      continue;
    }
    any_over = true;
    notify(ward.ended());
    if (auto cgroup = ward.take_cgroup()) home_->release(std::move(*cgroup));
    each = processes_.erase(each);
  }
  if (processes_.empty() && (any_over || at >= next_stray_)) kill_strays();
}

/// The node does not run, and cannot end its programs itself.
void ProcessReaper::let_go(Instant at) {
  let_go_ = true;
  for (auto& [process, ward] : processes_) ward.let_go(kept_grace_, at);
}

void ProcessReaper::kill_strays() {
  strays_.clear();
  if (childless_) return look_again(0);
  const auto children = children_of(::getpid());
  look_again(kill_trees({children.begin(), children.end()}).size());
}

void ProcessReaper::kill_everybody() {
  // Nobody can be told any more. A process in an uninterruptible wait keeps the reaper here, which
  // is right: it still holds what it holds.
  for (int round = 0;; ++round) {
    if (home_) CgroupHome::sweep(home_->path());
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

int warden_main(int fd, Cgroups cgroups) {
  const pid_t owner = ::getppid();
  // Standard descriptors that are closed would be given to files and then to programs.
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
