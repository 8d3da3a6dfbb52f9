#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "runtime/cell/cell.hpp"

namespace troupe::runtime {

/// The cells of a node by index, in slabs that double in size and are never freed.
///
/// Protocol: `used_` is raised with release after the slab and the cell below it are constructed,
/// and read with acquire; so `find` takes no lock. The lists of vacant cells, one for each
/// dispatcher, are guarded by the mutex: a cell always belongs to the same dispatcher.
class CellTable {
 public:
  explicit CellTable(std::size_t dispatchers) : vacant_(dispatchers), in_use_(dispatchers) {}
  ~CellTable();
  CellTable(const CellTable&) = delete;
  CellTable& operator=(const CellTable&) = delete;

  /// Returns the cell of that index, or null. For any thread and any index, also one that comes
  /// from an untrusted peer.
  [[nodiscard]] Cell* find(std::uint32_t index) const {
    if (index == 0 || index >= used_.load(std::memory_order_acquire)) return nullptr;
    const auto [slab, offset] = place(index);
    return slabs_[slab].load(std::memory_order_relaxed) + offset;
  }

  /// Returns a vacant cell of that dispatcher. Null if all `cells_max` cells are in use.
  [[nodiscard]] Cell* take(std::uint8_t dispatcher);
  /// The same of the dispatcher with the fewest actors, of those from `first` to before `end`.
  [[nodiscard]] Cell* take_of_least_used(std::size_t first, std::size_t end);
  /// Makes a cell available for another actor. Its generation has been raised before.
  void give_back(Cell& cell);

  /// Calls `visit(cell)` for each cell that was ever taken, in the order of their indices.
  template <typename Visit>
  void for_each(Visit visit) const {
    const std::uint32_t end = used_.load(std::memory_order_acquire);
    for (std::uint32_t index = 1; index < end; ++index) visit(*find(index));
  }

  static constexpr std::size_t first_slab = 256;
  static constexpr std::size_t slab_count = 15;
  static constexpr std::uint32_t cells_max = first_slab * ((1U << slab_count) - 1);

 private:
  struct Place {
    std::size_t slab;
    std::size_t offset;
  };
  static Place place(std::uint32_t index);
  [[nodiscard]] Cell* take_locked(std::uint8_t dispatcher);

  std::array<std::atomic<Cell*>, slab_count> slabs_{};
  std::atomic<std::uint32_t> used_{1};  ///< Index 0 means no cell.
  std::mutex mutex_;
  std::vector<std::vector<Cell*>> vacant_;
  std::vector<std::uint32_t> in_use_;  ///< Cells of each dispatcher that are not vacant.
};

}  // namespace troupe::runtime
