#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/cell/envelope.hpp"

namespace troupe::runtime {

// clang-format off
/// The messages of one actor in FIFO order. Any thread pushes; one thread, the consumer, pops.
///
/// Protocol: `inbox_` is one word with three kinds of value.
///
///     idle     The mailbox is empty and the consumer will not look. The sender of the next
///              envelope sees this value and must make the actor ready.
///     busy     The inbox is empty. The consumer runs or is about to run, and looks again before
///              it becomes idle.
///     pointer  The newest envelope, linked to older ones.
///
/// A sender links its envelope in front with one compare-exchange (release: the consumer sees the
/// envelope's contents). The consumer exchanges the word for `busy` (acquire), which takes all
/// envelopes at once, and reverses the chain into `taken_`, which belongs to the consumer. It
/// becomes idle by changing `busy` to `idle`, which fails if an envelope has arrived. A zeroed
/// mailbox is idle and empty.
// clang-format on
class Mailbox {
 public:
  Mailbox() = default;
  ~Mailbox() { clear(); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// Any thread. True if the mailbox was idle: the caller makes the actor ready.
  [[nodiscard]] bool push(Envelope::Ptr envelope) {
    Envelope* const mine = envelope.release();
    std::uintptr_t seen = inbox_.load(std::memory_order_relaxed);
    do {
      mine->next = seen == idle || seen == busy ? nullptr : reinterpret_cast<Envelope*>(seen);
    } while (!inbox_.compare_exchange_weak(seen, reinterpret_cast<std::uintptr_t>(mine),
                                           std::memory_order_acq_rel, std::memory_order_relaxed));
    return seen == idle;
  }

  /// Consumer. Returns the oldest envelope, or null.
  [[nodiscard]] Envelope::Ptr pop() {
    if (taken_ == nullptr) take_reversed(inbox_.exchange(busy, std::memory_order_acq_rel));
    Envelope* const oldest = taken_;
    if (oldest != nullptr) taken_ = oldest->next;
    return Envelope::Ptr(oldest);
  }

  /// Consumer. Destroys all envelopes.
  void clear() {
    while (pop() != nullptr) {
    }
  }

  /// Number of envelopes. To be called while no thread pushes or pops.
  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    const std::uintptr_t word = inbox_.load(std::memory_order_acquire);
    const auto* newest = word == idle || word == busy ? nullptr : reinterpret_cast<Envelope*>(word);
    for (const Envelope* each = newest; each != nullptr; each = each->next) ++count;
    for (const Envelope* each = taken_; each != nullptr; each = each->next) ++count;
    return count;
  }

  /// Consumer. True: the mailbox is idle now, and the next `push` returns true. False: it may hold
  /// envelopes.
  [[nodiscard]] bool try_become_idle() {
    if (taken_ != nullptr) return false;
    std::uintptr_t expected = busy;
    return inbox_.compare_exchange_strong(expected, idle, std::memory_order_acq_rel,
                                          std::memory_order_relaxed);
  }

 private:
  static constexpr std::uintptr_t idle = 0;
  static constexpr std::uintptr_t busy = 1;

  /// Moves the chain behind an inbox word to `taken_`, the oldest envelope first.
  void take_reversed(std::uintptr_t word) {
    auto* newest = word == idle || word == busy ? nullptr : reinterpret_cast<Envelope*>(word);
    while (newest != nullptr) {
      Envelope* const older = newest->next;
      newest->next = taken_;
      taken_ = newest;
      newest = older;
    }
  }

  std::atomic<std::uintptr_t> inbox_{idle};
  Envelope* taken_ = nullptr;
};

}  // namespace troupe::runtime
