#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/cell/cell.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/core/clock.hpp"

namespace troupe::runtime {

/// Thrown in a handler that awaits an answer when its dispatcher stops. It unwinds the handler's
/// stack, and the runtime catches it. It is no std::exception, so that handlers do not catch it.
struct Unwound {};

/// A handler that waits for an answer. The object lies on the handler's stack.
struct Await {
  enum class Outcome : std::uint8_t { pending, answered, timed_out, stopped };
  Outcome outcome = Outcome::pending;
  Envelope::Ptr answer;
  void* fiber = nullptr;  ///< The suspended fiber; its type is known to the dispatcher.
};

/// The waiting handlers of one dispatcher, by the correlation ids of their questions. For the
/// dispatcher's thread only.
class Awaits {
 public:
  static constexpr unsigned dispatcher_shift = 56;  ///< The top byte of an id is the dispatcher.

  explicit Awaits(std::uint8_t dispatcher) : dispatcher_(dispatcher) {}

  [[nodiscard]] CorrelationId open(Await& await);
  /// Frees the id. To be called once for each `open`.
  void close(CorrelationId id);
  /// Returns the await of that id if it is pending, else null. It is not pending afterwards.
  [[nodiscard]] Await* claim(CorrelationId id);
  /// Claims any pending await; null if there is none.
  [[nodiscard]] Await* claim_any();
  [[nodiscard]] std::size_t size() const { return slots_.size() - free_.size(); }

 private:
  struct Slot {
    Await* await = nullptr;
    std::uint32_t generation = 1;
  };
  static std::uint32_t slot_of(CorrelationId id) {
    return static_cast<std::uint32_t>(id.value >> 32) & 0xff'ffffU;
  }

  std::uint8_t dispatcher_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

/// One thread that runs the actors assigned to it. A handler that awaits an answer is suspended on
/// its fiber and continues later on the same thread. There are two implementations: FiberDispatcher
/// for real processes, and StepDispatcher for tests and simulations.
class Dispatcher {
 public:
  /// Handles at most `budget` messages of the actor. True if the actor stays ready; false if its
  /// mailbox is idle, so that the next message makes it ready.
  using RunCell = std::function<bool(Cell& cell, std::size_t budget)>;

  virtual ~Dispatcher() = default;

  /// Starts the dispatcher; called before everything else. `index` is its number in its node.
  virtual void start(std::uint8_t index, RunCell run) = 0;
  /// Unwinds suspended handlers; nothing runs afterwards. Not to be called on the dispatcher's own
  /// thread.
  virtual void stop() = 0;

  /// Any thread: schedules an actor whose mailbox was idle.
  virtual void ready(Cell& cell) = 0;
  /// Any thread: gives `answer` to the handler that waits for its `ask`, if it still waits.
  virtual void answer(Envelope::Ptr answer) = 0;

  /// In a handler: opens a correlation id for one `wait`.
  [[nodiscard]] virtual CorrelationId open(Await& await) = 0;
  /// In a handler: suspends it until the await is answered or timed out. Throws Unwound if the
  /// dispatcher stops.
  virtual void wait(Await& await, CorrelationId id, Instant deadline) = 0;
};

}  // namespace troupe::runtime
