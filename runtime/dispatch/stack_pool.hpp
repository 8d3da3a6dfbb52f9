#pragma once

#include <cstddef>
#include <vector>

namespace troupe::runtime {

/// Fiber stacks of one dispatcher, in mapped slabs of [guard page | stack], reused last in, first
/// out. A stack takes memory for the pages that were touched. A stack overflow hits the guard page
/// and crashes there. One thread only.
class StackPool {
 public:
  explicit StackPool(std::size_t stack_bytes) : bytes_(stack_bytes) {}
  ~StackPool();
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  [[nodiscard]] std::size_t stack_bytes() const { return bytes_; }
  /// Returns the lowest usable address of a stack. Throws std::bad_alloc.
  [[nodiscard]] char* take();
  void give_back(char* bottom);
  /// Returns the memory of all free stacks except the `keep` last used ones to the system.
  void trim(std::size_t keep);
  /// Leaks all stacks: abandoned fibers may hold pointers into them.
  void abandon() { slabs_.clear(); }

 private:
  static constexpr std::size_t guard_bytes = 4096;
  static constexpr std::size_t slab_bytes_wanted = std::size_t{16} << 20;

  [[nodiscard]] std::size_t stacks_in_slab() const {
    return bytes_ < slab_bytes_wanted ? slab_bytes_wanted / bytes_ : 1;
  }
  [[nodiscard]] std::size_t slab_bytes() const { return stacks_in_slab() * (guard_bytes + bytes_); }
  void map_slab();

  std::size_t bytes_;
  std::vector<char*> slabs_;
  std::vector<char*> free_;
  std::size_t cold_ = 0;  ///< Number of stacks at the front of `free_` that hold no memory.
};

}  // namespace troupe::runtime
