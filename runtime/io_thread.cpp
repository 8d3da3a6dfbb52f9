#include "runtime/io_thread.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>  // Asio 1.18 uses std::exchange without it.
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "runtime/core/check.hpp"
#include "runtime/time_slice.hpp"

namespace troupe::runtime {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;

namespace {

enum class Direction : std::uint8_t { read, write };

/// A watch of one direction of a file descriptor. One asynchronous wait is outstanding for it; the
/// completion finds the watch by its id, and has no effect if the watch was removed.
struct DescriptorWatch {
  int fd = -1;
  Direction direction = Direction::read;
  std::shared_ptr<Reactor::Callback> callback;
};

/// A watched file descriptor. Both directions share it, since Asio registers a descriptor once.
struct Watched {
  stream_descriptor descriptor;
  std::array<Reactor::WatchId, 2> watches{Reactor::WatchId::none, Reactor::WatchId::none};
};

struct Timer {
  asio::steady_timer timer;
  Reactor::Callback callback;
};

/// Limit on consecutive rounds of posted callbacks, so that descriptors and timers are served.
constexpr int rounds_at_once = 16;

int make_bell() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  check(fd >= 0, "the process may open an eventfd");
  return fd;
}

}  // namespace

struct IoThread::State {
  asio::io_context io{1};
  stream_descriptor bell{io, make_bell()};  ///< The eventfd that wakes the thread for posts.

  std::mutex posted_mutex;
  std::vector<Callback> posted;  ///< Guarded by the mutex.
  bool will_look = false;  ///< Guarded by the mutex: the thread looks at `posted` before it sleeps.
  std::vector<Callback>
      running;  ///< Used by the thread only; a member, so that its capacity is reused.
  std::atomic<bool> stopping{false};

  std::uint64_t last_id = 0;
  std::unordered_map<TimerId, Timer> timers;
  std::unordered_map<WatchId, DescriptorWatch> watches;
  std::unordered_map<int, Watched> descriptors;
  std::once_flag stopped;
  std::thread thread;
  std::thread::id thread_id;

  void expect_own_thread() const {
    check(std::this_thread::get_id() == thread_id,
          "timers and watches of an io thread are used on it alone");
  }

  void post(Callback callback);
  void ring();
  void wait_for_bell();
  /// Runs posted callbacks. To be called after each callback of the thread.
  void run_posted();

  WatchId watch(int fd, Direction direction, Callback callback);
  void wait(WatchId id);
  void fire(WatchId id);
  void fire(TimerId id);
};

void IoThread::State::post(Callback callback) {
  if (stopping.load(std::memory_order_relaxed)) return;
  bool looks = true;
  {
    const std::lock_guard lock(posted_mutex);
    posted.push_back(std::move(callback));
    looks = std::exchange(will_look, true);
  }
  // A callback of the thread is followed by run_posted. The mutex is released first, since the
  // woken thread may run at once on this processor.
  if (!looks && std::this_thread::get_id() != thread_id) ring();
}

void IoThread::State::ring() {
  const std::uint64_t once = 1;
  (void)!::write(bell.native_handle(), &once, sizeof once);
}

void IoThread::State::wait_for_bell() {
  bell.async_wait(stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    std::uint64_t rung = 0;
    (void)!::read(bell.native_handle(), &rung, sizeof rung);
    run_posted();
    wait_for_bell();
  });
}

void IoThread::State::run_posted() {
  for (int round = 0; round < rounds_at_once; ++round) {
    {
      const std::lock_guard lock(posted_mutex);
      will_look = !posted.empty();
      if (!will_look) return;
      running.swap(posted);
    }
    for (Callback& callback : running) {
      if (stopping.load(std::memory_order_relaxed)) break;
      const Callback one = std::move(callback);  // Destroyed after the call.
      one();
    }
    running.clear();
  }
  ring();
}

Reactor::WatchId IoThread::State::watch(int fd, Direction direction, Callback callback) {
  expect_own_thread();
  const auto id = WatchId{++last_id};
  auto watched = descriptors.find(fd);
  if (watched == descriptors.end())
    watched = descriptors.emplace(fd, Watched{stream_descriptor(io, fd)}).first;
  auto& slot = watched->second.watches.at(static_cast<std::size_t>(direction));
  check(slot == WatchId::none, "a file descriptor has one watch of each kind");
  slot = id;
  watches.emplace(id,
                  DescriptorWatch{fd, direction, std::make_shared<Callback>(std::move(callback))});
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
  const auto callback = found->second.callback;  // The call may unwatch it.
  (*callback)();
  if (watches.contains(id)) wait(id);
  run_posted();
}

void IoThread::State::fire(TimerId id) {
  const auto found = timers.find(id);
  if (found == timers.end()) return;
  const auto callback = std::move(found->second.callback);
  timers.erase(found);
  callback();
  run_posted();
}

IoThread::IoThread(const std::string& name) : state_(std::make_unique<State>()) {
  state_->wait_for_bell();
  // Callbacks are posted after this assignment, so that they see the thread's handle and id.
  state_->thread = std::thread([state = state_.get()]() noexcept {
    shorten_time_slice(Offspring::inherits);  // ZeroMQ starts its threads from this thread.
    state->io.run();
  });
  state_->thread_id = state_->thread.get_id();
  pthread_setname_np(state_->thread.native_handle(), name.substr(0, 15).c_str());
}

IoThread::~IoThread() {
  stop();
  // Descriptors are closed by their owners.
  for (auto& [fd, watched] : state_->descriptors) watched.descriptor.release();
}

void IoThread::stop() {
  check(!on_this_thread(), "an io thread is stopped from outside");
  std::call_once(state_->stopped, [this] {
    state_->stopping.store(true, std::memory_order_relaxed);
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
  state_->post(std::move(callback));
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
