#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "runtime/core/reactor.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::runtime {

/// The read end of a program's stdout or stderr, on the reactor's thread. It delivers one chunk and
/// reads no further until `more` is called. Unread output stays in the kernel's pipe, which blocks
/// a program that writes too much.
///
/// The first chunk, and each chunk after a silence, is read after a delay. Often more output, or
/// the end, follows within it, and the receiver is woken once instead of twice.
class PipedOutput {
 public:
  static constexpr std::size_t chunk_max = std::size_t{64} << 10;
  static constexpr Duration first_read_delay = std::chrono::milliseconds(10);
  static constexpr Duration coalescing_delay = std::chrono::milliseconds(4);
  using Deliver = std::function<void(std::string bytes)>;

  /// `read_end` is non-blocking. Nothing is read before `begin` or `finish`. `closed` is called
  /// once, as the last callback, and may destroy this object.
  PipedOutput(Reactor& reactor, Descriptor read_end, Deliver deliver, std::function<void()> closed);
  ~PipedOutput();
  PipedOutput(const PipedOutput&) = delete;
  PipedOutput& operator=(const PipedOutput&) = delete;

  void begin();
  /// Requests the next chunk. The first chunk needs no request.
  void more();
  /// Called when no process of the tree is left: what is in the pipe now is all. The pipe closes
  /// with its last chunk, without a request.
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
  Reactor::TimerId read_timer_ = Reactor::TimerId::none;
  Instant last_read_{};
  bool requested_ = true;
  bool finishing_ = false;
};

}  // namespace troupe::runtime
