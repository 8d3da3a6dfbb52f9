#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

/// A sorted list that knows positions: insert, erase, position of a key and key at a position, each
/// in O(log n) steps plus moving at most one block of 4 KiB. The keys lie in blocks, three quarters
/// full on average; a Fenwick tree (Fenwick 1994) over the sizes of the blocks counts positions.
template <typename Key>
class RankedList {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Puts `key` behind its equals; returns its position.
  std::size_t insert(const Key& key) {
    if (blocks_.empty()) {
      blocks_.emplace_back();
      last_.push_back(key);
      count_blocks();
    }
    const std::size_t b = std::min(first_block_above(key), blocks_.size() - 1);
    auto& block = blocks_[b];
    const auto at = std::ranges::upper_bound(block, key, std::less<>{});
    const std::size_t position = before(b) + static_cast<std::size_t>(at - block.begin());
    block.insert(at, key);
    last_[b] = block.back();
    count(b, 1);
    ++size_;
    if (block.size() > block_max) split(b);
    return position;
  }

  /// Takes out one key equal to `key`, which must be there; returns its position.
  std::size_t erase(const Key& key) {
    const auto b = static_cast<std::size_t>(std::ranges::lower_bound(last_, key, std::less<>{}) -
                                            last_.begin());
    check(b < blocks_.size(), "an erased key is in the list");
    auto& block = blocks_[b];
    const auto at = std::ranges::lower_bound(block, key, std::less<>{});
    check(!(key < *at), "an erased key is in the list");
    const std::size_t position = before(b) + static_cast<std::size_t>(at - block.begin());
    block.erase(at);
    --size_;
    if (block.empty()) {
      blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(b));
      last_.erase(last_.begin() + static_cast<std::ptrdiff_t>(b));
      count_blocks();
    } else {
      last_[b] = block.back();
      count(b, -1);
    }
    return position;
  }

  /// The key at `position`, 0 for the least.
  [[nodiscard]] const Key& at(std::size_t position) const {
    check(position < size_, "a position is inside the list");
    const std::size_t b = block_of(position);
    return blocks_[b][position];
  }

  /// Walks from one position to the next, as long as the list does not change.
  class Cursor {
   public:
    /// The key at the position, which is inside the list; moves on to the next one.
    const Key& next() {
      while (at_ == (*blocks_)[block_].size()) {
        ++block_;
        at_ = 0;
      }
      return (*blocks_)[block_][at_++];
    }

   private:
    friend class RankedList;
    Cursor(const std::vector<std::vector<Key>>& blocks, std::size_t block, std::size_t at)
        : blocks_(&blocks), block_(block), at_(at) {}

    const std::vector<std::vector<Key>>* blocks_;
    std::size_t block_;
    std::size_t at_;
  };

  /// At `position`, 0 for the least key; up to the size of the list.
  [[nodiscard]] Cursor cursor(std::size_t position) const {
    check(position <= size_, "a cursor starts inside the list, or at its end");
    const std::size_t b = block_of(position);
    return Cursor(blocks_, b, position);
  }

  /// Calls `visit(key)` from the least key to the greatest.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto& block : blocks_)
      for (const Key& key : block) visit(key);
  }

 private:
  static constexpr std::size_t block_max = 4096 / sizeof(Key);

  /// The last block in which `key` may lie behind its equals.
  [[nodiscard]] std::size_t first_block_above(const Key& key) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(last_, key, std::less<>{}) -
                                    last_.begin());
  }

  /// The block that has `position`, which becomes the place inside it.
  std::size_t block_of(std::size_t& position) const {
    std::size_t b = 0;
    for (std::size_t step = std::bit_floor(counts_.size()); step > 0; step /= 2)
      if (b + step <= counts_.size() && counts_[b + step - 1] <= position) {
        b += step;
        position -= counts_[b - 1];
      }
    return b;
  }

  /// How many keys the blocks before block `b` have.
  [[nodiscard]] std::size_t before(std::size_t b) const {
    std::size_t sum = 0;
    for (; b > 0; b &= b - 1) sum += counts_[b - 1];
    return sum;
  }

  void count(std::size_t b, std::ptrdiff_t change) {
    for (++b; b <= counts_.size(); b += b & (~b + 1))
      counts_[b - 1] += static_cast<std::size_t>(change);
  }

  void count_blocks() {
    counts_.assign(blocks_.size(), 0);
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      counts_[b] += blocks_[b].size();
      const std::size_t parent = b | (b + 1);
      if (parent < counts_.size()) counts_[parent] += counts_[b];
    }
  }

  void split(std::size_t b) {
    const auto middle = blocks_[b].begin() + static_cast<std::ptrdiff_t>(blocks_[b].size() / 2);
    std::vector<Key> upper(middle, blocks_[b].end());
    blocks_[b].erase(middle, blocks_[b].end());
    last_[b] = blocks_[b].back();
    const auto after = static_cast<std::ptrdiff_t>(b) + 1;
    last_.insert(last_.begin() + after, upper.back());
    blocks_.insert(blocks_.begin() + after, std::move(upper));
    count_blocks();
  }

  std::vector<std::vector<Key>> blocks_;  ///< None is empty.
  std::vector<Key> last_;                 ///< The greatest key of each block.
  std::vector<std::size_t> counts_;       ///< Fenwick tree over the sizes of the blocks.
  std::size_t size_ = 0;
};

}  // namespace troupe::schedulers
