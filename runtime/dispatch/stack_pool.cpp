#include "runtime/dispatch/stack_pool.hpp"

#include <algorithm>
#include <new>

#include <sys/mman.h>

namespace troupe::runtime {

StackPool::~StackPool() {
  for (char* const slab : slabs_) munmap(slab, slab_bytes());
}

void StackPool::map_slab() {
  void* const memory = mmap(nullptr, slab_bytes(), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  // With transparent huge pages set to "always", each touch would take two megabytes.
  madvise(memory, slab_bytes(), MADV_NOHUGEPAGE);
  slabs_.push_back(static_cast<char*>(memory));
  for (std::size_t i = 0; i < stacks_in_slab(); ++i) {
    char* const guard = slabs_.back() + i * (guard_bytes + bytes_);
    if (mprotect(guard, guard_bytes, PROT_NONE) != 0) throw std::bad_alloc();
    free_.push_back(guard + guard_bytes);
  }
  cold_ = free_.size();
}

char* StackPool::take() {
  if (free_.empty()) map_slab();
  char* const bottom = free_.back();
  free_.pop_back();
  cold_ = std::min(cold_, free_.size());
  return bottom;
}

void StackPool::give_back(char* bottom) {
  free_.push_back(bottom);
}

void StackPool::trim(std::size_t keep) {
  while (free_.size() > keep && cold_ < free_.size() - keep)
    madvise(free_[cold_++], bytes_, MADV_FREE);
}

}  // namespace troupe::runtime
