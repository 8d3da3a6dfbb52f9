#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "runtime/core/clock.hpp"
#include "runtime/environment.hpp"

namespace troupe::runtime {

/// Blocks plain threads until another thread has produced a result. With a `Drive` the waiting
/// thread runs the world meanwhile; without one it sleeps on a condition variable.
class ThreadWaiter {
 public:
  /// `drive` may be empty. It outlives the waiter.
  explicit ThreadWaiter(const Environment::Drive& drive) : drive_(drive) {}

  /// Waits until `done()` holds or until `until`. What `done` reads changes under `mutex`, followed
  /// by a notification of `changed`.
  void wait(const std::function<bool()>& done, Instant until, std::mutex& mutex,
            std::condition_variable& changed) const {
    if (drive_) return drive_(done, until);
    std::unique_lock lock(mutex);
    if (until == Instant::never())
      changed.wait(lock, done);
    else
      changed.wait_until(lock, std::chrono::steady_clock::time_point(until.since_zero), done);
  }

  /// Calls `start(finish)` and waits until somebody calls `finish(T)`, on any thread. None if that
  /// does not happen until `until`; a later `finish` has no effect.
  template <typename T, typename Start>
  [[nodiscard]] std::optional<T> call(Instant until, Start start) const {
    struct Slot {
      std::mutex mutex;
      std::condition_variable filled;
      std::optional<T> result;
    };
    const auto slot = std::make_shared<Slot>();  // `finish` may be called after this returned.
    start([slot](T result) {
      const std::lock_guard lock(slot->mutex);
      slot->result.emplace(std::move(result));
      slot->filled.notify_one();
    });
    wait([&] { return slot->result.has_value(); }, until, slot->mutex, slot->filled);
    const std::lock_guard lock(slot->mutex);
    return std::move(slot->result);
  }

 private:
  const Environment::Drive& drive_;
};

}  // namespace troupe::runtime
