#include "runtime/cell/cell_table.hpp"

#include <bit>
#include <memory>
#include <new>

#include "runtime/core/check.hpp"

namespace troupe::runtime {

CellTable::~CellTable() {
  for_each([](Cell& cell) { std::destroy_at(&cell); });
  for (auto& slab : slabs_) ::operator delete(slab.load(std::memory_order_relaxed));
}

CellTable::Place CellTable::place(std::uint32_t index) {
  // Slab k holds first_slab * 2^k cells and follows first_slab * (2^k - 1) cells.
  const std::size_t shifted = index / first_slab + 1;
  const auto slab = static_cast<std::size_t>(std::bit_width(shifted)) - 1;
  return {slab, index - first_slab * ((std::size_t{1} << slab) - 1)};
}

Cell* CellTable::take(std::uint8_t dispatcher) {
  const std::lock_guard lock(mutex_);
  if (auto& vacant = vacant_[dispatcher]; !vacant.empty()) {
    Cell* const cell = vacant.back();
    vacant.pop_back();
    check(cell->phase == Cell::Phase::vacant && cell->parent == 0,
          "a cell is reused after its actor and its place among siblings are gone");
    return cell;
  }
  const std::uint32_t index = used_.load(std::memory_order_relaxed);
  if (index >= cells_max) return nullptr;
  const auto [slab, offset] = place(index);
  Cell* cells = slabs_[slab].load(std::memory_order_relaxed);
  if (cells == nullptr) {
    // Cells are constructed one by one, so that pages of the slab are touched only when needed.
    cells = static_cast<Cell*>(::operator new(sizeof(Cell) * (first_slab << slab)));
    slabs_[slab].store(cells, std::memory_order_release);
  }
  Cell& cell = *std::construct_at(cells + offset);
  cell.index = index;
  cell.dispatcher = dispatcher;
  cell.generation.store(1, std::memory_order_relaxed);
  used_.store(index + 1, std::memory_order_release);
  return &cell;
}

void CellTable::give_back(Cell& cell) {
  check(cell.phase == Cell::Phase::vacant && cell.actor == nullptr,
        "a cell without an actor is given back");
  const std::lock_guard lock(mutex_);
  vacant_[cell.dispatcher].push_back(&cell);
}

}  // namespace troupe::runtime
