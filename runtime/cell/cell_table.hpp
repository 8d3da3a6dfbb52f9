#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "runtime/cell/cell.hpp"

namespace troupe::runtime {

/// The cells of a node by index. Slabs double in size and are never given back.
///
/// Protocol: `used_` is raised with release after the slab and the cell below it are made, and read
/// with acquire, so finding takes no lock. Which cells are vacant is kept under the mutex, per
/// home: a cell keeps the dispatcher that it was first given to.
class CellTable {
 public:
  explicit CellTable(std::size_t homes) : vacant_(homes) {}
  ~CellTable();
  CellTable(const CellTable&) = delete;
  CellTable& operator=(const CellTable&) = delete;

  /// Any thread and any index, also one that a stranger made up. Null if there is none.
  [[nodiscard]] Cell* find(std::uint32_t index) const {
    if (index == 0 || index >= used_.load(std::memory_order_acquire)) return nullptr;
    const auto [slab, offset] = place(index);
    return slabs_[slab].load(std::memory_order_relaxed) + offset;
  }

  /// A vacant cell with a home and an index. Null if the node has `cells_max` actors.
  [[nodiscard]] Cell* take(std::uint8_t home);
  /// Its generation must have been raised.
  void give_back(Cell& cell);

  /// Calls `visit(cell)` for each that was ever given out, in the order of their indices.
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

  std::array<std::atomic<Cell*>, slab_count> slabs_{};
  std::atomic<std::uint32_t> used_{1};  ///< Index 0 is nobody's.
  std::mutex mutex_;
  std::vector<std::vector<Cell*>> vacant_;
};

}  // namespace troupe::runtime
