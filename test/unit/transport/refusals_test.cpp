#include "transport/refusals.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

namespace troupe::transport {
namespace {

BOOST_AUTO_TEST_SUITE(refusals)

using namespace std::chrono_literals;

constexpr Instant start{};

BOOST_AUTO_TEST_CASE(count_what_comes_again) {
  Refusals refusals;
  refusals.note("gpu1", "10.0.0.4", "no key", start);
  refusals.note("gpu2", "10.0.0.5", "no key", start + 1s);
  refusals.note("gpu1", "10.0.0.4", "no key", start + 2s);
  BOOST_TEST(refusals.count() == 3U);
  BOOST_REQUIRE(refusals.kept().size() == 2U);
  BOOST_TEST(refusals.kept()[1].who == "gpu1");
  BOOST_TEST(refusals.kept()[1].times == 2U);
  BOOST_TEST((refusals.kept()[1].last == start + 2s));
}

BOOST_AUTO_TEST_CASE(of_a_flood_keep_the_latest) {
  Refusals refusals;
  for (std::size_t i = 0; i < 10 * Refusals::kept_max; ++i)
    refusals.note("", std::to_string(i), "no key", start);
  BOOST_TEST(refusals.count() == 10 * Refusals::kept_max);
  BOOST_TEST(refusals.kept().size() == Refusals::kept_max);
  BOOST_TEST(refusals.kept().back().from == std::to_string(10 * Refusals::kept_max - 1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport
