#include "runtime/cell/cell_table.hpp"

#include <bit>
#include <memory>
#include <new>

namespace troupe::runtime {

CellTable::~CellTable() {
  for_each([](Cell& cell) { std::destroy_at(&cell); });
  for (auto& slab : slabs_) ::operator delete(slab.load(std::memory_order_relaxed));
}

CellTable::Place CellTable::place(std::uint32_t index) {
  // Slab k holds first_slab * 2^k cells, and first_slab * (2^k - 1) lie before it.
  const std::size_t shifted = index / first_slab + 1;
  const auto slab = static_cast<std::size_t>(std::bit_width(shifted)) - 1;
  return {slab, index - first_slab * ((std::size_t{1} << slab) - 1)};
}

Cell* CellTable::take(std::uint8_t home) {
  const std::lock_guard lock(mutex_);
  if (auto& vacant = vacant_[home]; !vacant.empty()) {
    Cell* const cell = vacant.back();
    vacant.pop_back();
    return cell;
  }
  const std::uint32_t index = used_.load(std::memory_order_relaxed);
  if (index >= cells_max) return nullptr;
  const auto [slab, offset] = place(index);
  Cell* cells = slabs_[slab].load(std::memory_order_relaxed);
  if (cells == nullptr) {
    // A cell is made when it is first used: a page costs nothing until it is touched.
    cells = static_cast<Cell*>(::operator new(sizeof(Cell) * (first_slab << slab)));
    slabs_[slab].store(cells, std::memory_order_release);
  }
  Cell& cell = *std::construct_at(cells + offset);
  cell.index = index;
  cell.home = home;
  cell.generation.store(1, std::memory_order_relaxed);
  used_.store(index + 1, std::memory_order_release);
  return &cell;
}

void CellTable::give_back(Cell& cell) {
  const std::lock_guard lock(mutex_);
  vacant_[cell.home].push_back(&cell);
}

}  // namespace troupe::runtime
