#include "runtime/cell/block_pool.hpp"

#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace troupe::runtime {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

void* BlockPool::take() {
  return ::operator new(block_bytes);
}

void BlockPool::give_back(void* block) noexcept {
  ::operator delete(block);
}

#else

namespace {

struct Block {
  Block* next;
};

/// Full chains that any thread may take. One for the process; never destroyed, since a thread may
/// end after main returns.
struct Depot {
  std::mutex mutex;
  std::vector<Block*> chains;
};

Depot& depot() {
  static Depot& instance = *new Depot;
  return instance;
}

/// The blocks of one thread. Trivially destructible, so that it can be used until the thread ends.
struct Shelf {
  Block* chain = nullptr;
  Block* spare = nullptr;  ///< A full chain, or null.
  std::size_t blocks = 0;  ///< Length of `chain`.
};

/// Returns the full chains of a thread to the depot when the thread ends.
struct ReturnAtExit {
  Shelf* shelf;
  ~ReturnAtExit() {
    const std::lock_guard lock(depot().mutex);
    if (shelf->spare != nullptr) depot().chains.push_back(shelf->spare);
    if (shelf->blocks == BlockPool::chain_blocks) depot().chains.push_back(shelf->chain);
    *shelf = Shelf{};
  }
};

Shelf& shelf() {
  thread_local Shelf instance;
  return instance;
}

Block* new_chain() {
  auto* memory = static_cast<std::byte*>(::operator new(
      BlockPool::block_bytes * BlockPool::chain_blocks, std::align_val_t{BlockPool::block_bytes}));
  Block* chain = nullptr;
  for (std::size_t i = BlockPool::chain_blocks; i-- > 0;)
    chain = new (memory + i * BlockPool::block_bytes) Block{chain};
  return chain;
}

void refill(Shelf& mine) {
  thread_local const ReturnAtExit return_at_exit{&mine};
  if (mine.spare != nullptr) {
    mine.chain = std::exchange(mine.spare, nullptr);
  } else {
    const std::lock_guard lock(depot().mutex);
    if (!depot().chains.empty()) {
      mine.chain = depot().chains.back();
      depot().chains.pop_back();
    }
  }
  if (mine.chain == nullptr) mine.chain = new_chain();
  mine.blocks = BlockPool::chain_blocks;
}

}  // namespace

void* BlockPool::take() {
  Shelf& mine = shelf();
  if (mine.chain == nullptr) refill(mine);
  --mine.blocks;
  return std::exchange(mine.chain, mine.chain->next);
}

void BlockPool::give_back(void* block) noexcept {
  Shelf& mine = shelf();
  if (mine.blocks == chain_blocks) {
    if (mine.spare != nullptr) {
      const std::lock_guard lock(depot().mutex);
      depot().chains.push_back(mine.spare);
    }
    mine.spare = std::exchange(mine.chain, nullptr);
    mine.blocks = 0;
  }
  mine.chain = new (block) Block{mine.chain};
  ++mine.blocks;
}

#endif

}  // namespace troupe::runtime
