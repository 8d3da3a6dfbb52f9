#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "runtime/cell/cell.hpp"
#include "runtime/core/check.hpp"

namespace troupe::runtime {

/// A lock-free list: any thread puts items, one thread takes all of them at once. `Next` is the
/// member that links the items.
///
/// Protocol: a Treiber stack that is only emptied as a whole, so that the ABA problem cannot occur.
/// A put releases, the taking acquires. The store is sequentially consistent because the owner of a
/// Parking reads the list after it has announced that it will sleep.
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

  /// Returns all items as a linked list in the order of their puts; null if there are none.
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

/// The ready actors of one dispatcher. The actor that became ready last runs next, since its
/// message is still in the cache; the others are in FIFO order. Every 61st turn takes the head of
/// the FIFO queue, so that two actors that wake each other do not starve the others. One thread
/// only.
class RunQueue {
 public:
  [[nodiscard]] bool is_empty() const { return latest_ == nullptr && first_ == nullptr; }

  /// Adds an actor that a message has made ready.
  void put(Cell& cell) {
    check(&cell != latest_, "an actor is in its run queue once");
    if (latest_ != nullptr) put_last(*latest_);
    latest_ = &cell;
  }

  /// Adds an actor that has used up its turn.
  void put_last(Cell& cell) {
    cell.ready_next = nullptr;
    (first_ == nullptr ? first_ : last_->ready_next) = &cell;
    last_ = &cell;
  }

  [[nodiscard]] Cell* take() {
    const bool queue_goes_first = ++turn_ % queue_turn == 0 && first_ != nullptr;
    if (latest_ != nullptr && !queue_goes_first) return std::exchange(latest_, nullptr);
    if (first_ == nullptr) return nullptr;
    return std::exchange(first_, first_->ready_next);
  }

 private:
  static constexpr std::uint32_t queue_turn = 61;

  Cell* latest_ = nullptr;
  Cell* first_ = nullptr;
  Cell* last_ = nullptr;  ///< Unspecified if `first_` is null.
  std::uint32_t turn_ = 0;
};

}  // namespace troupe::runtime
