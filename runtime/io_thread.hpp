#pragma once

#include <memory>
#include <string>

#include "runtime/core/reactor.hpp"

namespace troupe::runtime {

/// The reactor of a real process: one Asio io_context on one thread, which the constructor starts.
/// A file descriptor has at most one watch of each kind. A callback that throws ends the process.
///
/// Protocol: `post` appends to a list under a mutex, and writes to an eventfd if the thread may be
/// asleep. The thread takes the whole list after each callback. All other state belongs to the
/// thread; a check fails if another thread uses it.
class IoThread final : public Reactor {
 public:
  /// `name`: the thread's name in ps and debuggers; the kernel keeps its first 15 bytes.
  explicit IoThread(const std::string& name = "troupe-io");
  ~IoThread() override;
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  /// Ends the thread after the running callback. Pending callbacks are dropped. For any thread but
  /// this one; later calls have no effect.
  void stop();

  [[nodiscard]] bool on_this_thread() const;

  [[nodiscard]] Instant now() const override;
  void post(Callback callback) override;
  TimerId at(Instant when, Callback callback) override;
  void cancel(TimerId timer) override;
  WatchId watch_readable(int fd, Callback callback) override;
  WatchId watch_writable(int fd, Callback callback) override;
  void unwatch(WatchId watch) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troupe::runtime
