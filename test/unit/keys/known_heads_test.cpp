#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include "runtime/keys/address_keys.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(known_heads)

struct Joined {
  test::TempFolder scratch;
  std::string folder = scratch.file("keys");
  KeyFolder keys = KeyFolder::create(folder).value();
  std::string key = transport::to_text(transport::make_key_pair().public_key);
};

BOOST_FIXTURE_TEST_CASE(a_joined_head_needs_no_key_again, Joined) {
  BOOST_TEST(with_known_key("10.0.0.4:7070", folder) == "10.0.0.4:7070");
  BOOST_TEST(remember_head(keys, "10.0.0.4:7070/" + key).has_value());
  BOOST_TEST(with_known_key("10.0.0.4:7070", folder) == "tcp://10.0.0.4:7070/" + key);
  BOOST_TEST(with_known_key("tcp://10.0.0.4:7070", folder) == "tcp://10.0.0.4:7070/" + key);
  BOOST_TEST(with_known_key("10.0.0.4:7071", folder) == "10.0.0.4:7071");
}

BOOST_FIXTURE_TEST_CASE(other_addresses_are_unchanged, Joined) {
  const std::string other = transport::to_text(transport::make_key_pair().public_key);
  BOOST_TEST(remember_head(keys, "10.0.0.4:7070/" + key).has_value());
  BOOST_TEST(with_known_key("10.0.0.4:7070/" + other, folder) == "10.0.0.4:7070/" + other);
  BOOST_TEST(with_known_key("127.0.0.1:7070", folder) == "127.0.0.1:7070");
  BOOST_TEST(!remember_head(keys, "127.0.0.1:7070").has_value());
}

BOOST_FIXTURE_TEST_CASE(the_latest_key_of_a_head_is_stored, Joined) {
  const std::string later = transport::to_text(transport::make_key_pair().public_key);
  BOOST_TEST(remember_head(keys, "10.0.0.4:7070/" + key).has_value());
  BOOST_TEST(remember_head(keys, "10.0.0.4:7070/" + later).has_value());
  BOOST_TEST(with_known_key("10.0.0.4:7070", folder) == "tcp://10.0.0.4:7070/" + later);
}

BOOST_FIXTURE_TEST_CASE(stored_head_keys_are_ignored_if_others_can_write_them, Joined) {
  BOOST_TEST(remember_head(keys, "10.0.0.4:7070/" + key).has_value());
  chmod((folder + "/heads").c_str(), 0666);
  BOOST_TEST(with_known_key("10.0.0.4:7070", folder) == "10.0.0.4:7070");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
