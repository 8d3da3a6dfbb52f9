#include "actors/cli/warm_heap.hpp"

#include <cstdint>
#include <cstdlib>

#include <malloc.h>
#include <sys/mman.h>

namespace troupe::cli {

void warm_heap(std::size_t bytes) {
  constexpr int kept_max = 64 << 20;  // Bytes.
  constexpr std::uintptr_t page = 4096;
  (void)::mallopt(M_MMAP_THRESHOLD, kept_max);
  (void)::mallopt(M_TRIM_THRESHOLD, kept_max);
  void* block = std::malloc(bytes);
  const auto begin = (reinterpret_cast<std::uintptr_t>(block) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(block) + bytes) / page * page;
  if (block != nullptr && end > begin)
    (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE);
  std::free(block);
}

}  // namespace troupe::cli
