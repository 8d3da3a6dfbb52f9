#pragma once

#include <cstddef>

namespace troupe::runtime {

/// Recycled blocks of 64 bytes for envelopes. malloc would be half of the cost of a message, and
/// first touches of fresh memory most of the cost of a burst. Blocks are never returned to the
/// system. Under a sanitizer each block is allocated separately, so that its use is checked.
///
/// Protocol: each thread keeps up to two chains of 256 blocks without a lock. A thread with a third
/// full chain puts one into the depot; a thread without blocks takes a chain from there, both under
/// the depot's mutex. So a block may be freed by another thread than the one that took it.
struct BlockPool {
  static constexpr std::size_t block_bytes = 64;
  static constexpr std::size_t chain_blocks = 256;

  [[nodiscard]] static void* take();
  static void give_back(void* block) noexcept;
};

}  // namespace troupe::runtime
