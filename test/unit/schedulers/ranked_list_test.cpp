#include "schedulers/rungs/ranked_list.hpp"

#include <algorithm>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"
#include "runtime/core/rng.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(ranked_list)

BOOST_AUTO_TEST_CASE(agrees_with_a_sorted_vector) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Rng rng(seed);
    RankedList<double> list;
    std::vector<double> model;
    const std::uint64_t values = seed % 2 == 0 ? 50 : 1'000'000;  // With and without many ties.
    for (int step = 0; step < 6'000; ++step) {
      // The list grows first, then shrinks until it is empty.
      if (model.empty() || rng.below(10) < (step < 3'000 ? 8U : 2U)) {
        const auto key = static_cast<double>(rng.below(values));
        const auto at = std::ranges::upper_bound(model, key);
        BOOST_REQUIRE_EQUAL(list.insert(key), static_cast<std::size_t>(at - model.begin()));
        model.insert(at, key);
      } else {
        const double key = model[rng.below(model.size())];
        const auto at = std::ranges::lower_bound(model, key);
        BOOST_REQUIRE_EQUAL(list.erase(key), static_cast<std::size_t>(at - model.begin()));
        model.erase(at);
      }
      BOOST_REQUIRE_EQUAL(list.size(), model.size());
      if (step % 100 == 0) list.check_invariants();
      if (model.empty()) continue;
      const std::size_t position = rng.below(model.size());
      BOOST_REQUIRE_EQUAL(list.at(position), model[position]);
      auto cursor = list.cursor(position);
      for (std::size_t i = position; i < model.size() && i < position + 600; ++i)
        BOOST_REQUIRE_EQUAL(cursor.next(), model[i]);
    }
    std::vector<double> visited;
    list.for_each([&](double key) { visited.push_back(key); });
    BOOST_TEST((visited == model));
  }
}

BOOST_AUTO_TEST_CASE(erasing_an_absent_key_fails_a_check) {
  RankedList<int> list;
  BOOST_CHECK_THROW(list.erase(1), CheckFailure);
  list.insert(2);
  BOOST_CHECK_THROW(list.erase(1), CheckFailure);
  BOOST_CHECK_THROW(list.erase(3), CheckFailure);
  BOOST_CHECK_THROW((void)list.at(1), CheckFailure);
}

/// A key whose order can change while it is in a list.
struct MutableKey {
  const int* value;
  friend bool operator<(MutableKey a, MutableKey b) { return *a.value < *b.value; }
};

BOOST_AUTO_TEST_CASE(check_invariants_detects_keys_out_of_order) {
  std::vector<int> values(2'000);
  RankedList<MutableKey> list;
  for (int& value : values) {
    value = static_cast<int>(&value - values.data());
    list.insert({&value});
  }
  list.check_invariants();
  values[700] = 1'500;
  BOOST_CHECK_THROW(list.check_invariants(), CheckFailure);
  values[700] = 700;
  list.check_invariants();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
