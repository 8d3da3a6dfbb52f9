#include "schedulers/rankings/pair_flags.hpp"

#include <algorithm>

namespace troupe::schedulers {

void PairMatrix::grow(std::size_t slots) {
  flags_.resize(first_of_tile_row((slots + side - 1) / side));
}

/// Calls `visit(other, index in flags_)` for each pair of `slot` with another slot below `slots`:
/// those before it, those after it in its own tile row, and those in the tile rows below.
template <typename Visit>
void PairMatrix::visit_row(Slot slot, std::size_t slots, Visit visit) {
  const std::size_t own = slot / side;
  const std::size_t inside = slot % side;
  const std::size_t row = first_of_tile_row(own) + inside * side;
  for (std::size_t other = 0; other < std::min<std::size_t>(slot, slots); ++other)
    visit(other, row + other / side * side * side + other % side);
  for (std::size_t other = slot + 1; other < slots && other < (own + 1) * side; ++other)
    visit(other, first_of_tile_row(own) + own * side * side + other % side * side + inside);
  for (std::size_t tile = own + 1; tile * side < slots; ++tile) {
    const std::size_t column = first_of_tile_row(tile) + own * side * side + inside;
    const std::size_t end = std::min<std::size_t>((tile + 1) * side, slots);
    for (std::size_t other = tile * side; other < end; ++other)
      visit(other, column + other % side * side);
  }
}

void PairMatrix::read_row(Slot slot, std::vector<PairFlags>& row) const {
  const PairFlags* flags = flags_.data();
  PairFlags* out = row.data();
  visit_row(slot, row.size(), [=](std::size_t other, std::size_t at) { out[other] = flags[at]; });
}

void PairMatrix::write_row(Slot slot, const std::vector<PairFlags>& row) {
  PairFlags* flags = flags_.data();
  const PairFlags* in = row.data();
  visit_row(slot, row.size(), [=](std::size_t other, std::size_t at) { flags[at] = in[other]; });
}

}  // namespace troupe::schedulers
