#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

/// A sorted multiset with positions (an order-statistic list): insert, erase, position of a key and
/// key at a position. Each takes O(log n) steps and moves at most one block of 4 KiB.
///
/// The keys are stored in sorted blocks, three quarters full on average. A Fenwick tree (Fenwick
/// 1994) over the sizes of the blocks gives positions. Key: copyable, compared with operator<.
template <typename Key>
class RankedList {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }

  /// Inserts `key` behind equal keys; returns its position.
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

  /// Erases the first key that is equal to `key`, which is in the list; returns its position.
  std::size_t erase(const Key& key) {
    const auto b = static_cast<std::size_t>(std::ranges::lower_bound(last_, key, std::less<>{}) -
                                            last_.begin());
    check(b < blocks_.size(), "an erased key is in the list");
    auto& block = blocks_[b];
    const auto at = std::ranges::lower_bound(block, key, std::less<>{});
    check(at != block.end() && !(key < *at), "an erased key is in the list");
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

  /// A forward iterator without an end. Any change of the list invalidates it.
  class Cursor {
   public:
    /// Returns the key at the position, which is inside the list, and advances by one.
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

  /// A cursor at `position`: 0 for the least key, at most size().
  [[nodiscard]] Cursor cursor(std::size_t position) const {
    check(position <= size_, "a cursor starts inside the list, or at its end");
    const std::size_t b = block_of(position);
    return Cursor(blocks_, b, position);
  }

  /// Calls `visit(key)` for each key in rising order.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto& block : blocks_)
      for (const Key& key : block) visit(key);
  }

  /// Throws CheckFailure unless the keys are sorted and the blocks, their greatest keys and the
  /// Fenwick tree agree. O(n).
  void check_invariants() const {
    check(last_.size() == blocks_.size(), "each block has its greatest key");
    check(counts_.size() == blocks_.size(), "each block has a node of the Fenwick tree");
    std::size_t keys = 0;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      const auto& block = blocks_[b];
      check(!block.empty() && block.size() <= block_max, "a block has 1 to block_max keys");
      check(std::ranges::is_sorted(block, std::less<>{}), "the keys of a block are sorted");
      check(!(block.back() < last_[b]) && !(last_[b] < block.back()),
            "the greatest key of a block is its last key");
      check(b == 0 || !(block.front() < last_[b - 1]), "the blocks are sorted");
      check(before(b) == keys, "the Fenwick tree counts the keys before each block");
      keys += block.size();
    }
    check(keys == size_, "the size is the number of keys");
  }

 private:
  static constexpr std::size_t block_max = 4096 / sizeof(Key);

  /// The first block whose greatest key is above `key`; the number of blocks if there is none.
  [[nodiscard]] std::size_t first_block_above(const Key& key) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(last_, key, std::less<>{}) -
                                    last_.begin());
  }

  /// The block that contains `position`, which becomes the place inside that block.
  std::size_t block_of(std::size_t& position) const {
    std::size_t b = 0;
    for (std::size_t step = std::bit_floor(counts_.size()); step > 0; step /= 2)
      if (b + step <= counts_.size() && counts_[b + step - 1] <= position) {
        b += step;
        position -= counts_[b - 1];
      }
    return b;
  }

  /// Number of keys in the blocks before block `b`.
  [[nodiscard]] std::size_t before(std::size_t b) const {
    std::size_t sum = 0;
    for (; b > 0; b &= b - 1) sum += counts_[b - 1];
    return sum;
  }

  /// Adds `change` to the size of block `b` in the Fenwick tree.
  void count(std::size_t b, std::ptrdiff_t change) {
    for (++b; b <= counts_.size(); b += b & (~b + 1))
      counts_[b - 1] += static_cast<std::size_t>(change);
  }

  /// Builds the Fenwick tree from the sizes of the blocks.
  void count_blocks() {
    counts_.assign(blocks_.size(), 0);
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      counts_[b] += blocks_[b].size();
      const std::size_t parent = b | (b + 1);
      if (parent < counts_.size()) counts_[parent] += counts_[b];
    }
  }

  /// Moves the upper half of block `b` to a new block behind it.
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

  std::vector<std::vector<Key>> blocks_;  ///< Each block is sorted and not empty.
  std::vector<Key> last_;                 ///< The greatest key of each block.
  std::vector<std::size_t> counts_;       ///< Fenwick tree: sums of block sizes.
  std::size_t size_ = 0;
};

}  // namespace troupe::schedulers
