#pragma once

#include <atomic>

namespace troupe::runtime {

/// A list into which any thread puts, and which one thread takes whole. `Next` is the member that
/// links the items.
///
/// Protocol: a Treiber stack that is only ever emptied at once, so an item cannot come back between
/// a reader's load and its exchange. A put releases, the taking acquires. The store is sequentially
/// consistent because the owner of a Parking looks at the list after it has announced to sleep.
template <typename T, T* T::* Next>
class MpscStack {
 public:
  void put(T& item) {
    T* seen = head_.load(std::memory_order_relaxed);
    do {
      item.*Next = seen;
    } while (!head_.compare_exchange_weak(seen, &item, std::memory_order_seq_cst,
                                          std::memory_order_relaxed));
  }

  [[nodiscard]] bool is_empty() const { return head_.load(std::memory_order_seq_cst) == nullptr; }

  /// All, linked, the one that was put first in front.
  [[nodiscard]] T* take_all() {
    if (head_.load(std::memory_order_relaxed) == nullptr) return nullptr;
    T* newest = head_.exchange(nullptr, std::memory_order_acquire);
    T* oldest = nullptr;
    while (newest != nullptr) {
      T* const older = newest->*Next;
      newest->*Next = oldest;
      oldest = newest;
      newest = older;
    }
    return oldest;
  }

 private:
  std::atomic<T*> head_{nullptr};
};

}  // namespace troupe::runtime
