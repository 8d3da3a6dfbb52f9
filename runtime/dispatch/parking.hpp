#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/core/clock.hpp"

namespace troupe::runtime {

/// Where a dispatcher's thread sleeps, on a futex, until there is work.
///
/// Protocol: one word. The owner publishes `parked`, and looks at all its queues again before it
/// sleeps; who puts something into a queue looks at the word afterwards. Both accesses are
/// sequentially consistent, so at least one of the two sees the other, and no wake-up is lost. A
/// waker that changes `parked` to `running` makes the system call; all others find `running` and go
/// on.
class Parking {
 public:
  /// The owner, before its last look at the queues.
  void announce() { state_.store(parked, std::memory_order_seq_cst); }
  /// The owner: sleeps until somebody wakes it or until then. May return for no reason.
  void sleep(Instant until);
  /// The owner: it is at work again, whether it slept or not.
  void leave() { state_.store(running, std::memory_order_relaxed); }

  /// Any thread, after it put something into a queue.
  void wake() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (state_.load(std::memory_order_relaxed) == parked && claim_wake_up()) ring();
  }

 private:
  static constexpr std::uint32_t running = 0;
  static constexpr std::uint32_t parked = 1;

  /// parked -> running. True for the one waker that has to ring.
  [[nodiscard]] bool claim_wake_up() {
    return state_.exchange(running, std::memory_order_seq_cst) == parked;
  }
  void ring();

  std::atomic<std::uint32_t> state_{running};
};

}  // namespace troupe::runtime
