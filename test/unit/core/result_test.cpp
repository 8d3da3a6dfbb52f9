#include "runtime/core/result.hpp"

#include <memory>

#include <boost/test/unit_test.hpp>

namespace troupe {
namespace {

BOOST_AUTO_TEST_SUITE(result)

BOOST_AUTO_TEST_CASE(holds_a_value_or_an_error) {
  Result<int> good = 4;
  const Result<int> bad = Error{ErrorKind::timed_out, "no answer in 3 s"};
  BOOST_TEST(*good == 4);
  BOOST_TEST(!bad.has_value());
  BOOST_TEST(bad.error().what == "no answer in 3 s");
  BOOST_TEST(bad.value_or(9) == 9);
}

BOOST_AUTO_TEST_CASE(reading_an_error_as_a_value_is_a_bug_that_names_the_error) {
  const Result<int> bad = Error{ErrorKind::gone, "node n1 is gone"};
  BOOST_CHECK_EXCEPTION((void)bad.value(), CheckFailure, [](const CheckFailure& failure) {
    return std::string(failure.what()).find("node n1 is gone") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(moves_what_cannot_be_copied) {
  Result<std::unique_ptr<int>> owner = std::make_unique<int>(3);
  const std::unique_ptr<int> taken = std::move(owner).value();
  BOOST_TEST(*taken == 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
