#include "transport/key.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::transport {
namespace {

BOOST_AUTO_TEST_SUITE(key)

BOOST_AUTO_TEST_CASE(is_read_back_from_its_text) {
  const KeyPair pair = make_key_pair();
  BOOST_TEST(to_text(pair.public_key).size() == 64U);
  BOOST_TEST((*key_of(to_text(pair.public_key)) == pair.public_key));
  BOOST_TEST((*key_of(to_text(pair.secret_key)) == pair.secret_key));
}

BOOST_AUTO_TEST_CASE(the_public_key_follows_from_the_secret_key) {
  const KeyPair pair = make_key_pair();
  BOOST_TEST((public_key_of(pair.secret_key) == pair.public_key));
  BOOST_TEST((make_key_pair().secret_key != pair.secret_key));
}

BOOST_AUTO_TEST_CASE(the_error_for_a_malformed_text_says_what_is_wrong) {
  BOOST_TEST(key_of("").error().what == "a key is 64 hexadecimal digits; found 0 characters");
  std::string text = to_text(make_key_pair().public_key);
  text[11] = 'g';
  BOOST_TEST(key_of(text).error().what.find("'" + text.substr(10, 2) + "' in it") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport
