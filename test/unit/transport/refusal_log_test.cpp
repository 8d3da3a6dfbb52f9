#include <string>

#include <boost/test/unit_test.hpp>

#include "transport/security.hpp"

namespace troupe::transport {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(refusal_log)

constexpr Instant start{};

BOOST_AUTO_TEST_CASE(equal_refusals_are_counted) {
  RefusalLog refusals;
  refusals.note("gpu1", "10.0.0.4", "no key", start);
  refusals.note("gpu2", "10.0.0.5", "no key", start + 1s);
  refusals.note("gpu1", "10.0.0.4", "no key", start + 2s);
  BOOST_TEST(refusals.count() == 3U);
  BOOST_REQUIRE(refusals.entries().size() == 2U);
  BOOST_TEST(refusals.entries()[1].who == "gpu1");
  BOOST_TEST(refusals.entries()[1].times == 2U);
  BOOST_TEST((refusals.entries()[1].last == start + 2s));
}

BOOST_AUTO_TEST_CASE(only_the_latest_refusals_are_kept) {
  RefusalLog refusals;
  for (std::size_t i = 0; i < 10 * RefusalLog::entries_max; ++i)
    refusals.note("", std::to_string(i), "no key", start);
  BOOST_TEST(refusals.count() == 10 * RefusalLog::entries_max);
  BOOST_TEST(refusals.entries().size() == RefusalLog::entries_max);
  BOOST_TEST(refusals.entries().back().from == std::to_string(10 * RefusalLog::entries_max - 1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport
