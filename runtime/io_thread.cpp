#include "runtime/io_thread.hpp"

#include <array>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>  // Asio 1.18 uses std::exchange without it.

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <pthread.h>

#include "runtime/core/check.hpp"
#include "runtime/short_turns.hpp"

namespace troupe::runtime {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

namespace {

enum class Direction : std::uint8_t { read, write };

/// One wait at a time is outstanding per direction; its completion finds the watch by its id, and
/// does nothing when that is gone.
struct Watch {
  int fd = -1;
  Direction direction = Direction::read;
  std::shared_ptr<Reactor::Callback> callback;
};

/// Asio registers a descriptor with epoll once, so both directions share this.
struct Watched {
  stream_descriptor descriptor;
  std::array<Reactor::WatchId, 2> watches{Reactor::WatchId::none, Reactor::WatchId::none};
};

struct Timer {
  asio::steady_timer timer;
  Reactor::Callback callback;
};

}  // namespace

struct IoThread::State {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::uint64_t last_id = 0;
  std::unordered_map<TimerId, Timer> timers;
  std::unordered_map<WatchId, Watch> watches;
  std::unordered_map<int, Watched> descriptors;
  std::once_flag stopped;
  std::thread thread;

  void expect_own_thread() const {
    check(std::this_thread::get_id() == thread.get_id(),
          "timers and watches of an io thread are used on it alone");
  }

  WatchId watch(int fd, Direction direction, Callback callback);
  void wait(WatchId id);
  void fire(WatchId id);
  void fire(TimerId id);
};

Reactor::WatchId IoThread::State::watch(int fd, Direction direction, Callback callback) {
  expect_own_thread();
  const auto id = WatchId{++last_id};
  auto watched = descriptors.find(fd);
  if (watched == descriptors.end())
    watched = descriptors.emplace(fd, Watched{stream_descriptor(io, fd)}).first;
  auto& slot = watched->second.watches.at(static_cast<std::size_t>(direction));
  check(slot == WatchId::none, "a file descriptor has one watch of each kind");
  slot = id;
  watches.emplace(id, Watch{fd, direction, std::make_shared<Callback>(std::move(callback))});
  wait(id);
  return id;
}

void IoThread::State::wait(WatchId id) {
  const auto& watch = watches.at(id);
  const auto what = watch.direction == Direction::read ? stream_descriptor::wait_read
                                                       : stream_descriptor::wait_write;
  descriptors.at(watch.fd).descriptor.async_wait(
      what, [this, id](const boost::system::error_code&) { fire(id); });
}

void IoThread::State::fire(WatchId id) {
  const auto found = watches.find(id);
  if (found == watches.end()) return;
  const auto callback = found->second.callback;  // Outlives an unwatch from inside the call.
  (*callback)();
  if (watches.contains(id)) wait(id);
}

void IoThread::State::fire(TimerId id) {
  const auto found = timers.find(id);
  if (found == timers.end()) return;
  const auto callback = std::move(found->second.callback);
  timers.erase(found);
  callback();
}

IoThread::IoThread(const std::string& name) : state_(std::make_unique<State>()) {
  // Callbacks come by posts that follow this assignment, so that they see the handle.
  state_->thread = std::thread([state = state_.get()]() noexcept {
    take_short_turns(Offspring::inherits);  // ZeroMQ's threads are started from here.
    state->io.run();
  });
  pthread_setname_np(state_->thread.native_handle(), name.substr(0, 15).c_str());
}

IoThread::~IoThread() {
  stop();
  // The descriptors are their owners' to close.
  for (auto& [fd, watched] : state_->descriptors) watched.descriptor.release();
}

void IoThread::stop() {
  check(!on_this_thread(), "an io thread is stopped from outside");
  std::call_once(state_->stopped, [this] {
    state_->io.stop();
    state_->thread.join();
  });
}

bool IoThread::on_this_thread() const {
  return state_->io.get_executor().running_in_this_thread();
}

Instant IoThread::now() const {
  return {std::chrono::steady_clock::now().time_since_epoch()};
}

void IoThread::post(Callback callback) {
  asio::post(state_->io, std::move(callback));
}

Reactor::TimerId IoThread::at(Instant when, Callback callback) {
  state_->expect_own_thread();
  const auto id = TimerId{++state_->last_id};
  auto& timer =
      state_->timers.emplace(id, Timer{asio::steady_timer(state_->io), std::move(callback)})
          .first->second.timer;
  timer.expires_at(std::chrono::steady_clock::time_point(when.since_zero));
  timer.async_wait(
      [state = state_.get(), id](const boost::system::error_code&) { state->fire(id); });
  return id;
}

void IoThread::cancel(TimerId timer) {
  state_->expect_own_thread();
  state_->timers.erase(timer);
}

Reactor::WatchId IoThread::watch_readable(int fd, Callback callback) {
  return state_->watch(fd, Direction::read, std::move(callback));
}

Reactor::WatchId IoThread::watch_writable(int fd, Callback callback) {
  return state_->watch(fd, Direction::write, std::move(callback));
}

void IoThread::unwatch(WatchId watch) {
  state_->expect_own_thread();
  const auto found = state_->watches.find(watch);
  if (found == state_->watches.end()) return;
  const auto [fd, direction, callback] = std::move(found->second);
  state_->watches.erase(found);
  auto& watched = state_->descriptors.at(fd);
  watched.watches.at(static_cast<std::size_t>(direction)) = WatchId::none;
  if (watched.watches != std::array{WatchId::none, WatchId::none}) return;
  watched.descriptor.release();
  state_->descriptors.erase(fd);
}

}  // namespace troupe::runtime
