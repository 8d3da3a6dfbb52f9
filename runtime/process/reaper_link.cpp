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

#include "runtime/core/check.hpp"
#include "runtime/process/cgroup.hpp"
#include "runtime/process/environment_cookie.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::runtime {

namespace {

using namespace std::chrono_literals;

constexpr Duration sweep_interval = 5ms;
/// A process that survives SIGKILL for so long is in an uninterruptible wait, and dies after it.
constexpr Duration sweep_time_max = 5s;

/// Starts a reaper with default signal handlers and with `keep` open; returns errno. It gets a
/// session of its own, so that Ctrl-C in a terminal does not reach it.
int spawn_reaper(const std::vector<std::string>& argv, const std::vector<int>& keep, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  // A dup2 of a descriptor onto itself clears close-on-exec, in the child only.
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

std::string describe_reaper_end(int status) {
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
  if (const int error = spawn_reaper(argv, keep, pid); error != 0)
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
  (void)kill_cookie_bearers(hello_.name);
}

void ReaperLink::send(const ReaperRequest& request, std::vector<Descriptor> descriptors) {
  if (dead()) return;
  outbox_.push({encode(request), std::move(descriptors)});
  if (writable_ == Reactor::WatchId::none) flush();
}

void ReaperLink::flush() {
  switch (outbox_.flush(socket_.get())) {
    case Sent::all:
      break;
    case Sent::would_block:
      if (writable_ == Reactor::WatchId::none)
        writable_ = reactor_.watch_writable(socket_.get(), [this] { flush(); });
      return;
    case Sent::broken:
      // `receive` finds the broken socket too, and handles it.
      outbox_.clear();
      break;
  }
  if (writable_ != Reactor::WatchId::none)
    reactor_.unwatch(std::exchange(writable_, Reactor::WatchId::none));
}

void ReaperLink::receive() {
  // At most 32 packets a turn, so that the pipes of programs are read too.
  for (int i = 0; i < 32; ++i) {
    const auto received = receive_packet(socket_.get(), packet_);
    if (received == Received::nothing_yet) return;
    auto notice = received == Received::packet ? decode_notice(packet_.bytes)
                                               : Result<ReaperNotice>(Error{ErrorKind::gone, {}});
    if (!notice) return reaper_died();
    if (auto* hello = std::get_if<ReaperHello>(&*notice))
      hello_ = std::move(*hello);
    else
      on_notice_(std::move(*notice));
  }
}

void ReaperLink::reaper_died() {
  check(pid_ > 0, "a reaper dies once");
  close();
  // The reaper may have closed its socket, or sent a malformed packet, without having ended.
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  why_ = describe_reaper_end(status);
  sweep(reactor_.now() + sweep_time_max);
}

void ReaperLink::sweep(Instant deadline) {
  if (!hello_.cgroup.empty()) CgroupPool::sweep(hello_.cgroup);
  const bool any_left = !hello_.name.empty() && kill_cookie_bearers(hello_.name) > 0;
  if (any_left && reactor_.now() < deadline) {
    sweep_timer_ =
        reactor_.at(reactor_.now() + sweep_interval, [this, deadline] { sweep(deadline); });
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
