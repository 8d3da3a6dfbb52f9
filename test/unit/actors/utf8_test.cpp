#include "actors/utf8.hpp"

#include <string_view>

#include <boost/test/unit_test.hpp>

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(utf8)

using namespace std::string_view_literals;

BOOST_AUTO_TEST_CASE(a_character_has_one_to_four_bytes) {
  BOOST_TEST(utf8_length("a", 0) == 1u);
  BOOST_TEST(utf8_length("\u00e9", 0) == 2u);
  BOOST_TEST(utf8_length("\u20ac", 0) == 3u);
  BOOST_TEST(utf8_length("\U0001f600", 0) == 4u);
  BOOST_TEST(utf8_length("a\u20acb", 1) == 3u);
  BOOST_TEST(utf8_length("\0"sv, 0) == 1u);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_character_have_no_length) {
  BOOST_TEST(utf8_length("\x80", 0) == 0u);              // A continuation byte.
  BOOST_TEST(utf8_length("\xc0\xaf", 0) == 0u);          // Overlong.
  BOOST_TEST(utf8_length("\xe0\x9f\xbf", 0) == 0u);      // Overlong.
  BOOST_TEST(utf8_length("\xed\xa0\x80", 0) == 0u);      // A surrogate.
  BOOST_TEST(utf8_length("\xf4\x90\x80\x80", 0) == 0u);  // Beyond U+10FFFF.
  BOOST_TEST(utf8_length("\xe2\x82", 0) == 0u);          // Cut off.
}

BOOST_AUTO_TEST_CASE(columns_are_code_points) {
  BOOST_TEST(utf8_columns("") == 0u);
  BOOST_TEST(utf8_columns("gr\u00f6\u00dfe") == 5u);
  BOOST_TEST(utf8_columns("\U0001f600") == 1u);
}

BOOST_AUTO_TEST_CASE(a_prefix_ends_between_characters) {
  BOOST_TEST(utf8_prefix("gr\u00f6\u00dfe", 3) == "gr\u00f6");
  BOOST_TEST(utf8_prefix("gr\u00f6\u00dfe", 0) == "");
  BOOST_TEST(utf8_prefix("abc", 3) == "abc");
  BOOST_TEST(utf8_prefix("abc", 9) == "abc");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
