#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::schedulers {

/// The state of one pair of trials, from the resources that both reported, in rising order. The
/// *order* of a pair at a resource is the truth of "the trial with the smaller id has the greater
/// metric" (README 4.3). Bits:
using PairFlags = std::uint8_t;

constexpr unsigned pair_has_false = 1;       ///< The order was false somewhere.
constexpr unsigned pair_has_true = 2;        ///< The order was true somewhere.
constexpr unsigned pair_has_false_true = 4;  ///< It was false, and true at a higher resource.
constexpr unsigned pair_has_true_false = 8;  ///< It was true, and false at a higher resource.
constexpr unsigned pair_is_noisy = 16;       ///< The pair is noisy at the latest resource.
constexpr unsigned pair_is_counted = 32;     ///< Epsilon's percentile includes its difference.

/// The flags after one more resource below the window. `order`: 0xff for true, 0 for false. The
/// pair is noisy there if the order was the same at some lower resource and the opposite at a
/// resource between the two. Shifts and masks instead of branches let the compiler vectorize loops
/// of pairs.
constexpr PairFlags advanced(PairFlags flags, std::uint8_t order) {
  const unsigned kept = flags & (pair_has_false | pair_has_true | pair_has_false_true |
                                 pair_has_true_false | pair_is_counted);
  const unsigned if_true =
      pair_has_true | (flags & pair_has_false) << 2 | (flags & pair_has_true_false) << 1;
  const unsigned if_false =
      pair_has_false | (flags & pair_has_true) << 2 | (flags & pair_has_false_true) << 2;
  return static_cast<PairFlags>(kept | (if_true & order) | (if_false & ~unsigned{order}));
}
static_assert(advanced(pair_has_false, 0xff) ==
              (pair_has_false | pair_has_true | pair_has_false_true));
static_assert(advanced(pair_has_true, 0) == (pair_has_false | pair_has_true | pair_has_true_false));
static_assert((advanced(pair_has_true_false, 0xff) & pair_is_noisy) != 0);
static_assert((advanced(pair_has_true_false, 0) & pair_is_noisy) == 0);
static_assert((advanced(pair_has_false_true, 0) & pair_is_noisy) != 0);

/// The flags after one more resource in the window, where a pair is counted if and only if it is
/// noisy at its latest resource.
constexpr PairFlags advanced_in_window(PairFlags flags, std::uint8_t order) {
  const unsigned next = advanced(flags, order);
  return static_cast<PairFlags>((next & ~pair_is_counted) | (next & pair_is_noisy) << 1);
}
static_assert(pair_is_noisy << 1 == pair_is_counted);

/// A symmetric matrix of the flags of all pairs of slots: one byte a pair. It is stored in tiles of
/// 8 x 8 bytes, a cache line each, so a row touches one line for each 8 slots.
class PairMatrix {
 public:
  using Slot = std::uint32_t;

  /// Extends the matrix to `slots` slots. New pairs have no flags.
  void grow(std::size_t slots);
  /// `a` and `b` differ and are below the number of slots.
  [[nodiscard]] PairFlags& at(Slot a, Slot b) { return flags_[index(a, b)]; }
  [[nodiscard]] PairFlags at(Slot a, Slot b) const { return flags_[index(a, b)]; }
  /// Copies the flags of `slot` with each other slot below `row.size()` to `row`, by slot. The
  /// entry of `slot` itself is unspecified.
  void read_row(Slot slot, std::vector<PairFlags>& row) const;
  /// Copies them back.
  void write_row(Slot slot, const std::vector<PairFlags>& row);

 private:
  static constexpr std::uint32_t side = 8;  ///< Rows and columns of a tile.

  [[nodiscard]] static constexpr std::size_t first_of_tile_row(std::size_t tile_row) {
    return tile_row * (tile_row + 1) / 2 * side * side;
  }
  /// Place of the pair in `flags_`: the greater slot selects the row.
  [[nodiscard]] static std::size_t index(Slot a, Slot b) {
    const auto [low, high] = std::minmax(a, b);
    return first_of_tile_row(high / side) + std::size_t{low / side} * side * side +
           high % side * side + low % side;
  }
  template <typename Visit>
  static void visit_row(Slot slot, std::size_t slots, Visit visit);

  std::vector<PairFlags> flags_;  ///< Tiles on and below the diagonal, row by row.
};

}  // namespace troupe::schedulers
