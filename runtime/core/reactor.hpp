#pragma once

#include <cstdint>
#include <functional>

#include "runtime/core/clock.hpp"

namespace troupe {

/// One thread that waits for everything outside the process: timers, and readiness of file
/// descriptors (sockets, pipes, signalfd, pidfd). Two implementations: the io thread of a real
/// process, and the simulation, where time is virtual and nothing waits.
///
/// Every call except `post` and `now` is made on the reactor's own thread. Callbacks run there, one
/// after the other, and must not block.
class Reactor {
 public:
  using Callback = std::function<void()>;
  enum class TimerId : std::uint64_t { none = 0 };
  enum class WatchId : std::uint64_t { none = 0 };

  virtual ~Reactor() = default;

  [[nodiscard]] virtual Instant now() const = 0;

  /// Runs `callback` on the reactor's thread soon, in the order of the posts of one thread.
  /// Callable from any thread. Dropped if the reactor has stopped.
  virtual void post(Callback callback) = 0;

  /// Runs `callback` once, at `when` or as soon as possible after it.
  virtual TimerId at(Instant when, Callback callback) = 0;
  /// The callback will not run any more. Nothing happens if it already has.
  virtual void cancel(TimerId timer) = 0;

  /// Runs `callback` whenever `fd` can be read (or has ended), until unwatched; level-triggered.
  /// The caller keeps `fd` open meanwhile, and unwatches it before closing it.
  virtual WatchId watch_readable(int fd, Callback callback) = 0;
  virtual WatchId watch_writable(int fd, Callback callback) = 0;
  /// The callback will not run any more, not even if it was due.
  virtual void unwatch(WatchId watch) = 0;
};

}  // namespace troupe
