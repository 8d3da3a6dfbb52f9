#include "runtime/keys/known_heads.hpp"

#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include "test/kit/temp_folder.hpp"

namespace troupe::runtime {
namespace {

namespace known_heads {

struct Joined {
  test::TempFolder scratch;
  std::string folder = scratch.file("keys");
  KeyFolder keys = KeyFolder::create(folder).value();
  std::string key = transport::to_text(transport::make_key_pair().public_key);
};

}  // namespace known_heads

BOOST_FIXTURE_TEST_SUITE(known_heads, known_heads::Joined)

BOOST_AUTO_TEST_CASE(need_no_key_typed_again) {
  BOOST_TEST(with_known_key("10.0.0.4:7070", folder) == "10.0.0.4:7070");
  BOOST_TEST(remember_head(keys, "10.0.0.4:7070/" + key).has_value());
  BOOST_TEST(with_known_key("10.0.0.4:7070", folder) == "tcp://10.0.0.4:7070/" + key);
  BOOST_TEST(with_known_key("tcp://10.0.0.4:7070", folder) == "tcp://10.0.0.4:7070/" + key);
  BOOST_TEST(with_known_key("10.0.0.4:7071", folder) == "10.0.0.4:7071");
}

BOOST_AUTO_TEST_CASE(change_nothing_about_other_addresses) {
  const std::string other = transport::to_text(transport::make_key_pair().public_key);
  BOOST_TEST(remember_head(keys, "10.0.0.4:7070/" + key).has_value());
  BOOST_TEST(with_known_key("10.0.0.4:7070/" + other, folder) == "10.0.0.4:7070/" + other);
  BOOST_TEST(with_known_key("127.0.0.1:7070", folder) == "127.0.0.1:7070");
  BOOST_TEST(!remember_head(keys, "127.0.0.1:7070").has_value());
}

BOOST_AUTO_TEST_CASE(are_the_latest_that_were_joined) {
  const std::string later = transport::to_text(transport::make_key_pair().public_key);
  BOOST_TEST(remember_head(keys, "10.0.0.4:7070/" + key).has_value());
  BOOST_TEST(remember_head(keys, "10.0.0.4:7070/" + later).has_value());
  BOOST_TEST(with_known_key("10.0.0.4:7070", folder) == "tcp://10.0.0.4:7070/" + later);
}

BOOST_AUTO_TEST_CASE(are_not_believed_where_others_can_write) {
  BOOST_TEST(remember_head(keys, "10.0.0.4:7070/" + key).has_value());
  chmod((folder + "/heads").c_str(), 0666);
  BOOST_TEST(with_known_key("10.0.0.4:7070", folder) == "10.0.0.4:7070");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
