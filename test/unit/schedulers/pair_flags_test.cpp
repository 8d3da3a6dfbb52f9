#include "schedulers/rankings/pair_flags.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(pair_flags)

/// Whether the last order of the sequence also holds earlier, with the opposite order between.
bool is_noisy(const std::vector<bool>& orders) {
  for (std::size_t k = orders.size() - 1; k-- > 0;) {
    if (orders[k] == orders.back()) continue;
    for (std::size_t earlier = 0; earlier < k; ++earlier)
      if (orders[earlier] == orders.back()) return true;
  }
  return false;
}

BOOST_AUTO_TEST_CASE(agree_with_the_definition_for_every_sequence_of_nine_orders) {
  for (unsigned bits = 0; bits < 1U << 9; ++bits) {
    PairFlags below = 0;
    PairFlags inside = 0;
    std::vector<bool> orders;
    for (unsigned i = 0; i < 9; ++i) {
      orders.push_back((bits >> i & 1) != 0);
      const std::uint8_t mask = orders.back() ? 0xff : 0;
      below = advanced(below, mask);
      inside = advanced_in_window(inside, mask);
      BOOST_REQUIRE(((below & pair_is_noisy) != 0) == is_noisy(orders));
      BOOST_REQUIRE((below & pair_is_counted) == 0);
      BOOST_REQUIRE(((inside & pair_is_counted) != 0) == is_noisy(orders));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_matrix_of_pairs_agrees_with_a_map_while_it_grows) {
  Rng rng(3);
  PairMatrix matrix;
  std::map<std::pair<PairMatrix::Slot, PairMatrix::Slot>, PairFlags> pairs;
  for (PairMatrix::Slot slots = 2; slots <= 40; slots += 3) {
    matrix.grow(slots);
    for (int change = 0; change < 30; ++change) {
      const auto slot = static_cast<PairMatrix::Slot>(rng.below(slots));
      std::vector<PairFlags> row(slots);
      matrix.read_row(slot, row);
      for (PairMatrix::Slot other = 0; other < slots; ++other) {
        if (other == slot) continue;
        PairFlags& expected = pairs[std::minmax(slot, other)];
        BOOST_REQUIRE(row[other] == expected);
        BOOST_REQUIRE(matrix.at(other, slot) == expected);
        expected = row[other] = static_cast<PairFlags>(rng.below(64));
      }
      matrix.write_row(slot, row);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
