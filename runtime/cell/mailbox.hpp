#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "runtime/cell/envelope.hpp"

namespace troupe::runtime {

/// Messages of one actor, first in, first out; any thread puts in, one thread takes out.
///
/// Protocol: `inbox_` is one word with three kinds of value.
///   idle     nothing is here and nobody will look. Who puts in the first envelope sees this, and
///            must make the actor ready.
///   busy     nothing is here; the taker is at work or about to be, and looks again before it
///   rests. pointer  the newest envelope, linked to older ones.
/// A sender links its envelope in front with one compare-exchange (release: the taker sees what is
/// in it). The taker exchanges the word for `busy` (acquire), which takes all at once, and turns
/// the chain around into `taken_`, which is its own. It rests by changing `busy` to `idle`, which
/// fails if something has arrived. All zero, it is idle and empty.
class Mailbox {
 public:
  Mailbox() = default;
  ~Mailbox() { clear(); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  /// Any thread. True if the mailbox was idle: the caller makes the actor ready.
  [[nodiscard]] bool put(Envelope::Ptr envelope) {
    Envelope* const mine = envelope.release();
    std::uintptr_t seen = inbox_.load(std::memory_order_relaxed);
    do {
      mine->next = seen == idle || seen == busy ? nullptr : reinterpret_cast<Envelope*>(seen);
    } while (!inbox_.compare_exchange_weak(seen, reinterpret_cast<std::uintptr_t>(mine),
                                           std::memory_order_acq_rel, std::memory_order_relaxed));
    return seen == idle;
  }

  /// The taker. The oldest envelope, or null.
  [[nodiscard]] Envelope::Ptr take() {
    if (taken_ == nullptr) turn_around(inbox_.exchange(busy, std::memory_order_acq_rel));
    Envelope* const oldest = taken_;
    if (oldest != nullptr) taken_ = oldest->next;
    return Envelope::Ptr(oldest);
  }

  /// The taker. Drops what is here.
  void clear() {
    while (take() != nullptr) {
    }
  }

  /// How many are here, while nobody puts in or takes out.
  [[nodiscard]] std::size_t size() const {
    std::size_t count = 0;
    const std::uintptr_t word = inbox_.load(std::memory_order_acquire);
    const auto* newest = word == idle || word == busy ? nullptr : reinterpret_cast<Envelope*>(word);
    for (const Envelope* each = newest; each != nullptr; each = each->next) ++count;
    for (const Envelope* each = taken_; each != nullptr; each = each->next) ++count;
    return count;
  }

  /// The taker. True: it is idle now, and the next `put` says so to its caller. False: there is
  /// more.
  [[nodiscard]] bool rest() {
    if (taken_ != nullptr) return false;
    std::uintptr_t expected = busy;
    return inbox_.compare_exchange_strong(expected, idle, std::memory_order_acq_rel,
                                          std::memory_order_relaxed);
  }

 private:
  static constexpr std::uintptr_t idle = 0;
  static constexpr std::uintptr_t busy = 1;

  void turn_around(std::uintptr_t word) {
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
