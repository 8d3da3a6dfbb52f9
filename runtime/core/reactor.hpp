#pragma once

#include <cstdint>
#include <functional>

#include "runtime/core/clock.hpp"

namespace troupe {

/// A thread that waits for timers and for the readiness of file descriptors (sockets, pipes,
/// signalfd, pidfd). It has two implementations: the io thread of a real process, and the
/// simulation on a virtual clock.
///
/// All calls except `post` and `now` are made on the reactor's thread. Callbacks run there, one
/// after the other, and must not block.
class Reactor {
 public:
  using Callback = std::function<void()>;
  enum class TimerId : std::uint64_t { none = 0 };
  enum class WatchId : std::uint64_t { none = 0 };

  virtual ~Reactor() = default;

  [[nodiscard]] virtual Instant now() const = 0;

  /// Runs `callback` on the reactor's thread as soon as possible; posts of one thread run in their
  /// order. Callable from any thread. The callback is dropped if the reactor has stopped.
  virtual void post(Callback callback) = 0;

  /// Runs `callback` once, at `when` or as soon as possible after it.
  virtual TimerId at(Instant when, Callback callback) = 0;
  /// Cancels a timer. No effect if its callback has run.
  virtual void cancel(TimerId timer) = 0;

  /// Runs `callback` whenever `fd` is readable or at its end, until it is unwatched;
  /// level-triggered. The caller keeps `fd` open meanwhile, and unwatches it before closing it.
  virtual WatchId watch_readable(int fd, Callback callback) = 0;
  virtual WatchId watch_writable(int fd, Callback callback) = 0;
  /// Ends a watch. Its callback does not run any more, even if it was due.
  virtual void unwatch(WatchId watch) = 0;
};

}  // namespace troupe
