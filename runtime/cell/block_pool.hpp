#pragma once

#include <cstddef>

namespace troupe::runtime {

/// Blocks of 64 bytes, recycled: half of what a message costs is malloc, and most of what a burst
/// costs is memory that is touched for the first time. What was once taken is never returned to the
/// system. Under a sanitizer each block is allocated for itself, so that it can be watched.
///
/// Protocol: every thread keeps up to two chains of 256 blocks of its own, without a lock. A full
/// chain too many goes to the depot, an empty thread takes one from there, whole and unwalked,
/// under the depot's mutex; so a block may be freed by another thread than took it.
struct BlockPool {
  static constexpr std::size_t block_bytes = 64;
  static constexpr std::size_t chain_blocks = 256;

  [[nodiscard]] static void* take();
  static void give_back(void* block) noexcept;
};

}  // namespace troupe::runtime
