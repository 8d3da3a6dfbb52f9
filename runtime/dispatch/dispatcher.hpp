#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "runtime/cell/cell.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/dispatch/awaits.hpp"

namespace troupe::runtime {

/// One thread that runs actors, those whose home it is. A handler that awaits is suspended on a
/// fiber of its own and goes on later on the same thread. Two implementations: the threads of a
/// real process, and the step dispatcher of tests and simulations.
class Dispatcher {
 public:
  /// Handles at most `budget` messages of the actor. True if the actor stays ready; false if its
  /// mailbox rests and must be made ready by the next message.
  using RunCell = std::function<bool(Cell& cell, std::size_t budget)>;

  virtual ~Dispatcher() = default;

  /// Before anything else. `home` is this dispatcher's number among those of its node.
  virtual void start(std::uint8_t home, RunCell run) = 0;
  /// Suspended handlers are unwound, nothing runs afterwards. Not on this dispatcher's own thread.
  virtual void stop() = 0;

  /// Any thread: the first message for an idle actor has come.
  virtual void ready(Cell& cell) = 0;
  /// Any thread: `answer` is for the handler that waits under its `ask`, if it still does.
  virtual void answer(Envelope::Ptr answer) = 0;

  /// In a handler: an id under which it can wait, once.
  [[nodiscard]] virtual CorrelationId open(Await& await) = 0;
  /// In a handler: returns when the await is answered or timed out. Throws Unwound if the
  /// dispatcher stops.
  virtual void wait(Await& await, CorrelationId id, Instant deadline) = 0;
};

}  // namespace troupe::runtime
