#include "runtime/core/printable.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

namespace troupe {
namespace {

BOOST_AUTO_TEST_SUITE(printable_text)

BOOST_AUTO_TEST_CASE(text_stays_as_it_is) {
  BOOST_TEST(printable("") == "");
  BOOST_TEST(printable("gpu-1.example, 50 %") == "gpu-1.example, 50 %");
  BOOST_TEST(printable("M\xc3\xbcller \xe2\x9c\x93") == "M\xc3\xbcller \xe2\x9c\x93");
}

BOOST_AUTO_TEST_CASE(control_characters_are_escaped) {
  BOOST_TEST(printable("a\x1b[2Jb") == "a\\x1b[2Jb");
  BOOST_TEST(printable(std::string("\0\r\n\t\x7f", 5)) == "\\x00\\x0d\\x0a\\x09\\x7f");
  // U+009B introduces control sequences too.
  BOOST_TEST(printable("a\xc2\x9b"
                       "2J") == "a\\x9b2J");
  BOOST_TEST(printable("\xc2\xa7") == "\xc2\xa7");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe
