#include "runtime/process/reaper_link.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/process/cgroup.hpp"
#include "runtime/process/mark.hpp"
#include "runtime/process/signal_name.hpp"

namespace troupe::runtime {

namespace {

using namespace std::chrono_literals;

constexpr Duration sweep_interval = 5ms;
/// Somebody who survives SIGKILL for so long waits in the kernel, and will die when that is over.
constexpr Duration sweep_time_max = 5s;

/// Starts a program in a session of its own, so that a terminal's Ctrl-C does not reach it, with
/// default signals, and with `keep` open. Returns errno.
int spawn(const std::vector<std::string>& argv, const std::vector<int>& keep, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  // Onto itself: that clears close-on-exec, in the child only.
  for (const int fd : keep) ::posix_spawn_file_actions_adddup2(&actions, fd, fd);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> pointers;
  for (const auto& text : argv) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  const int error =
      ::posix_spawnp(&pid, pointers.front(), &actions, &attributes, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

std::string describe_status(int status) {
  if (WIFSIGNALED(status)) return "the warden was ended by " + signal_name(WTERMSIG(status));
  return "the warden ended with exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Result<std::unique_ptr<ReaperLink>> ReaperLink::start(Reactor& reactor,
                                                      std::vector<std::string> argv,
                                                      const std::vector<int>& inherited,
                                                      OnNotice on_notice, OnGone on_gone) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
    return Error{ErrorKind::io,
                 std::string("cannot make the warden's socket: ") + std::strerror(errno)};
  Descriptor ours(ends[0]);
  const Descriptor theirs(ends[1]);
  argv.push_back(std::to_string(theirs.get()));
  auto keep = inherited;
  keep.push_back(theirs.get());
  pid_t pid = 0;
  if (const int error = spawn(argv, keep, pid); error != 0)
    return Error{ErrorKind::io,
                 "cannot start the warden " + argv.front() + ": " + std::strerror(error)};
  return std::unique_ptr<ReaperLink>(
      new ReaperLink(reactor, std::move(ours), pid, std::move(on_notice), std::move(on_gone)));
}

ReaperLink::ReaperLink(Reactor& reactor, Descriptor socket, pid_t pid, OnNotice on_notice,
                       OnGone on_gone)
    : reactor_(reactor),
      socket_(std::move(socket)),
      pid_(pid),
      on_notice_(std::move(on_notice)),
      on_gone_(std::move(on_gone)) {
  readable_ = reactor_.watch_readable(socket_.get(), [this] { receive(); });
}

ReaperLink::~ReaperLink() {
  close();
  if (sweep_timer_ == Reactor::TimerId::none) return;
  reactor_.cancel(sweep_timer_);
  (void)kill_marked(hello_.marker);
}

void ReaperLink::send(const ReaperRequest& request, std::vector<Descriptor> descriptors) {
  if (dead()) return;
  outbox_.push_back({encode(request), std::move(descriptors)});
  if (writable_ == Reactor::WatchId::none) flush();
}

void ReaperLink::flush() {
  while (!outbox_.empty()) {
    std::vector<int> fds;
    for (const auto& descriptor : outbox_.front().descriptors) fds.push_back(descriptor.get());
    switch (send_packet(socket_.get(), outbox_.front().bytes, fds)) {
      case Sent::all:
        outbox_.pop_front();
        break;
      case Sent::would_block:
        if (writable_ == Reactor::WatchId::none)
          writable_ = reactor_.watch_writable(socket_.get(), [this] { flush(); });
        return;
      case Sent::broken:
        // Reading finds the end too, and is where it is dealt with.
        outbox_.clear();
        break;
    }
  }
  if (writable_ != Reactor::WatchId::none)
    reactor_.unwatch(std::exchange(writable_, Reactor::WatchId::none));
}

void ReaperLink::receive() {
  // Few at a time, so that the pipes get their turn.
  for (int i = 0; i < 32; ++i) {
    const auto received = receive_packet(socket_.get(), packet_);
    if (received == Received::nothing_yet) return;
    auto notice = received == Received::packet ? decode_notice(packet_.bytes)
                                               : Result<ReaperNotice>(Error{ErrorKind::gone, {}});
    if (!notice) return died();
    if (auto* hello = std::get_if<ReaperHello>(&*notice))
      hello_ = std::move(*hello);
    else
      on_notice_(std::move(*notice));
  }
}

void ReaperLink::died() {
  close();
  // It may have closed its socket, or sent rubbish, without having ended.
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  why_ = describe_status(status);
  sweep(reactor_.now() + sweep_time_max);
}

void ReaperLink::sweep(Instant give_up) {
  if (!hello_.cgroup.empty()) CgroupHome::sweep(hello_.cgroup);
  const bool anybody = !hello_.marker.empty() && kill_marked(hello_.marker) > 0;
  if (anybody && reactor_.now() < give_up) {
    sweep_timer_ =
        reactor_.at(reactor_.now() + sweep_interval, [this, give_up] { sweep(give_up); });
    return;
  }
  sweep_timer_ = Reactor::TimerId::none;
  const auto on_gone = std::move(on_gone_);
  on_gone(std::move(why_));
}

void ReaperLink::close() {
  for (auto* watch : {&readable_, &writable_})
    if (*watch != Reactor::WatchId::none)
      reactor_.unwatch(std::exchange(*watch, Reactor::WatchId::none));
  socket_.reset();
  outbox_.clear();
}

}  // namespace troupe::runtime
