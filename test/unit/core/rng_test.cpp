#include "runtime/core/rng.hpp"

#include <array>
#include <set>

#include <boost/test/unit_test.hpp>

namespace troupe {
namespace {

BOOST_AUTO_TEST_SUITE(rng)

BOOST_AUTO_TEST_CASE(draws_the_published_sequence) {
  // splitmix64(0) starts with these words (Vigna's reference); xoshiro256** is seeded by them.
  Rng rng(0);
  const std::uint64_t s1 = 0x6e789e6aa1b965f4U;
  BOOST_TEST(rng.bits() == ((s1 * 5 << 7) | (s1 * 5 >> 57)) * 9);
}

BOOST_AUTO_TEST_CASE(a_stream_depends_on_seed_purpose_and_subject_only) {
  std::set<std::uint64_t> firsts;
  for (std::uint64_t seed : {0, 1})
    for (const char* purpose : {"config", "order"})
      for (std::uint64_t trial : {0, 1, 2}) firsts.insert(Rng::stream(seed, purpose, trial).bits());
  BOOST_TEST(firsts.size() == 12u);
  BOOST_TEST(Rng::stream(7, "config", 3).bits() == Rng::stream(7, "config", 3).bits());
}

BOOST_AUTO_TEST_CASE(below_is_uniform) {
  // 60,000 draws of 6 faces: sigma is 91 and the bound is 6 sigma. The seed is fixed.
  std::array<int, 6> count{};
  Rng rng(11);
  for (int i = 0; i < 60'000; ++i) ++count.at(rng.below(6));
  for (const int n : count) BOOST_TEST((n > 10'000 - 548 && n < 10'000 + 548));
}

BOOST_AUTO_TEST_CASE(uniform_draws_stay_in_their_interval) {
  Rng rng(3);
  for (int i = 0; i < 10'000; ++i) {
    const double u = rng.uniform(-2, 5);
    BOOST_REQUIRE((u >= -2 && u < 5));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
