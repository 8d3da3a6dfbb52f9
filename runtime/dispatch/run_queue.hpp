#pragma once

#include <cstdint>
#include <utility>

#include "runtime/cell/cell.hpp"

namespace troupe::runtime {

/// The ready actors of one dispatcher: first in first out, but who became ready last goes first, as
/// in a ping-pong, where its message is still in the cache; not always, lest two starve the rest.
/// One thread only.
class RunQueue {
 public:
  [[nodiscard]] bool is_empty() const { return latest_ == nullptr && first_ == nullptr; }

  /// One that a message has made ready.
  void put(Cell& cell) {
    if (latest_ != nullptr) put_last(*latest_);
    latest_ = &cell;
  }

  /// One that has had its turn and is not done.
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
  Cell* last_ = nullptr;  ///< Meaningless without a first.
  std::uint32_t turn_ = 0;
};

}  // namespace troupe::runtime
