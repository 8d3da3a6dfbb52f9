#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "runtime/core/reactor.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::runtime {

/// The read end of a program's stdout or stderr, on the reactor's thread: hands out one chunk, and
/// reads no further until it was asked for more. What is not read stays in the kernel's pipe, which
/// stops a program that floods. What comes first, or after a silence, waits a moment for more, for
/// often the end follows at once: everybody is woken once then, and not twice.
class PipedOutput {
 public:
  static constexpr std::size_t chunk_max = std::size_t{64} << 10;
  static constexpr Duration first_look = std::chrono::milliseconds(10);
  static constexpr Duration linger = std::chrono::milliseconds(4);
  using Deliver = std::function<void(std::string bytes)>;

  /// `read_end` is non-blocking. Nothing is read before `begin` or `finish`. `closed` is called
  /// once, last, and may destroy this.
  PipedOutput(Reactor& reactor, Descriptor read_end, Deliver deliver, std::function<void()> closed);
  ~PipedOutput();
  PipedOutput(const PipedOutput&) = delete;
  PipedOutput& operator=(const PipedOutput&) = delete;

  void begin();
  /// The first chunk needs no call.
  void more();
  /// Nobody who counts can write any more: what is in the pipe now is all. With the last of it
  /// handed out it closes, without a call of `more`.
  void finish();
  [[nodiscard]] bool closed() const { return !pipe_; }

 private:
  void on_readable();
  void read_at(Instant when);
  void read();
  void close_if_drained();
  void close();
  void watch();
  void unwatch();

  Reactor& reactor_;
  Descriptor pipe_;
  Deliver deliver_;
  std::function<void()> closed_;
  Reactor::WatchId watch_ = Reactor::WatchId::none;
  Reactor::TimerId lingers_ = Reactor::TimerId::none;
  Instant last_read_{};
  bool wanted_ = true;
  bool finishing_ = false;
};

}  // namespace troupe::runtime
