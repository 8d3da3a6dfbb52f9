#pragma once

#include <cstddef>
#include <vector>

namespace troupe::runtime {

/// Stacks of one dispatcher: slabs of [guard page | stack], mapped at once, used last in first out.
/// A stack costs the pages that its handlers have touched; one that overflows hits its guard, which
/// is a crash at the place, never a neighbour overwritten. One thread only.
class StackPool {
 public:
  explicit StackPool(std::size_t stack_bytes) : bytes_(stack_bytes) {}
  ~StackPool();
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  [[nodiscard]] std::size_t stack_bytes() const { return bytes_; }
  /// The lowest usable address of a stack. Throws std::bad_alloc.
  [[nodiscard]] char* take();
  void give_back(char* bottom);
  /// Lets the system have the memory of all free stacks but the `keep` that were used last.
  void trim(std::size_t keep);
  /// Leaves all stacks where they are, for good: somebody may still hold a pointer into one.
  void abandon() { slabs_.clear(); }

 private:
  static constexpr std::size_t guard_bytes = 4096;
  static constexpr std::size_t stacks_in_slab = 64;

  [[nodiscard]] std::size_t slab_bytes() const { return stacks_in_slab * (guard_bytes + bytes_); }
  void map_slab();

  std::size_t bytes_;
  std::vector<char*> slabs_;
  std::vector<char*> free_;
  std::size_t cold_ = 0;  ///< How many at the front of `free_` hold no memory.
};

}  // namespace troupe::runtime
