#pragma once

#include <memory>
#include <string>

#include "runtime/core/reactor.hpp"

namespace troupe::runtime {

/// The reactor of a real process: one Asio io_context on one thread, which the constructor starts.
/// At most one watch of each kind on a file descriptor. A callback that throws ends the process.
///
/// Protocol: `post` puts into a list under a lock, and rings an eventfd if the thread may be
/// asleep; the thread takes the whole list at the end of whatever it runs. All other state belongs
/// to the thread and is checked to be used from it alone.
class IoThread final : public Reactor {
 public:
  /// `name` is what ps and debuggers show; the kernel keeps its first 15 bytes.
  explicit IoThread(const std::string& name = "troupe-io");
  ~IoThread() override;
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  /// Ends the thread after the callback that is running; what is posted, due or watched is dropped
  /// without a call. Callable once or more, from any thread but this one.
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
