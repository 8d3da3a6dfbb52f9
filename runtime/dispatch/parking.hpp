#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/core/clock.hpp"

namespace troupe::runtime {

/// Lets a dispatcher's thread, the owner, sleep on a futex until there is work.
///
/// Protocol: one word. The owner stores `parked` and checks all its queues again before it sleeps.
/// A thread that puts an item into a queue reads the word afterwards. Both accesses are
/// sequentially consistent, so at least one of the two threads sees the other's write, and no
/// wake-up is lost. The waker that changes `parked` to `running` makes the system call; other
/// wakers find `running`.
class Parking {
 public:
  /// Owner: announces that it will sleep. It checks the queues after this call.
  void announce() { state_.store(parked, std::memory_order_seq_cst); }
  /// Owner: sleeps until it is woken or until `until`. May return spuriously.
  void sleep(Instant until);
  /// Owner: it runs again, whether it slept or not.
  void leave() { state_.store(running, std::memory_order_relaxed); }

  /// Any thread: wakes the owner. To be called after an item was put into a queue.
  void wake() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (state_.load(std::memory_order_relaxed) == parked && claim_wake_up()) ring();
  }

 private:
  static constexpr std::uint32_t running = 0;
  static constexpr std::uint32_t parked = 1;

  /// Changes `parked` to `running`. True for the one waker that makes the system call.
  [[nodiscard]] bool claim_wake_up() {
    return state_.exchange(running, std::memory_order_seq_cst) == parked;
  }
  void ring();

  std::atomic<std::uint32_t> state_{running};
};

}  // namespace troupe::runtime
