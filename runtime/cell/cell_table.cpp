#include "runtime/cell/cell_table.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
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
  return take_locked(dispatcher);
}

Cell* CellTable::take_of_least_used(std::size_t first, std::size_t end) {
  const std::lock_guard lock(mutex_);
  const auto from = in_use_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto to = in_use_.begin() + static_cast<std::ptrdiff_t>(end);
  return take_locked(static_cast<std::uint8_t>(std::min_element(from, to) - in_use_.begin()));
}

Cell* CellTable::take_locked(std::uint8_t dispatcher) {
  if (auto& vacant = vacant_[dispatcher]; !vacant.empty()) {
    Cell* const cell = vacant.back();
    vacant.pop_back();
    ++in_use_[dispatcher];
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
  ++in_use_[dispatcher];
  return &cell;
}

void CellTable::give_back(Cell& cell) {
  check(cell.phase == Cell::Phase::vacant && cell.actor == nullptr,
        "a cell without an actor is given back");
  const std::lock_guard lock(mutex_);
  vacant_[cell.dispatcher].push_back(&cell);
  --in_use_[cell.dispatcher];
}

}  // namespace troupe::runtime
