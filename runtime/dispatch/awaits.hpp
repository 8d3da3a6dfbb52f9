#pragma once

#include <cstdint>
#include <vector>

#include "runtime/cell/envelope.hpp"

namespace troupe::runtime {

/// Thrown where a handler awaits and its dispatcher stops: it unwinds the handler's stack, and the
/// runtime catches it. Not a std::exception, so that a handler that catches those lets it pass.
struct Unwound {};

/// A handler that waits for an answer; lies on its stack.
struct Await {
  enum class Outcome : std::uint8_t { pending, answered, timed_out, stopped };
  Outcome outcome = Outcome::pending;
  Envelope::Ptr answer;
  void* fiber = nullptr;  ///< What to go on with: the dispatcher's business.
};

/// The handlers of one dispatcher that wait, by the id that their questions carry. Its thread only.
class Awaits {
 public:
  static constexpr unsigned home_shift = 56;  ///< The id's top byte: which dispatcher.

  explicit Awaits(std::uint8_t home) : home_(home) {}

  [[nodiscard]] CorrelationId open(Await& await);
  /// Nobody waits under this id any more.
  void close(CorrelationId id);
  /// The await that the id stands for, if it is still pending. It leaves the table's hands.
  [[nodiscard]] Await* claim(CorrelationId id);
  /// Any one that is pending; null if none is.
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

  std::uint8_t home_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace troupe::runtime
