#include "transport/address.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::transport {
namespace {

BOOST_AUTO_TEST_SUITE(address)

const std::string key = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

BOOST_AUTO_TEST_CASE(accepts_the_notations_that_people_use) {
  BOOST_TEST(address_to_listen("127.0.0.1:7070")->endpoint == "tcp://127.0.0.1:7070");
  BOOST_TEST(address_to_listen("tcp://127.0.0.1:*")->endpoint == "tcp://127.0.0.1:*");
  BOOST_TEST(address_to_listen("localhost:0")->endpoint == "tcp://127.0.0.1:*");
  BOOST_TEST(address_to_dial("tcp://127.8.9.10:65535")->endpoint == "tcp://127.8.9.10:65535");
  BOOST_TEST(address_to_dial("[::1]:80")->endpoint == "tcp://[::1]:80");
}

BOOST_AUTO_TEST_CASE(loopback_addresses_are_recognised) {
  for (const char* here : {"127.0.0.1:7070", "localhost:7070", "[::1]:7070", "127.8.9.10:1"})
    BOOST_TEST(address_to_listen(here)->loopback, here);
  for (const char* outside : {"0.0.0.0:7070", "*:7070", "10.0.0.4:7070", "tcp://example.org:1",
                              "[::]:7070", "127.0.0.1.example.org:7070", "1270.0.1:7070",
                              "127.0.0:7070", "127.0.0.1.1:7070", "127.0.0.:7070"})
    BOOST_TEST(!address_to_listen(outside)->loopback, outside);
}

BOOST_AUTO_TEST_CASE(dialing_beyond_loopback_requires_a_key) {
  const auto without = address_to_dial("10.0.0.4:7070");
  BOOST_REQUIRE(!without);
  BOOST_TEST((without.error().kind == ErrorKind::refused));
  BOOST_TEST(without.error().what.find("HOST:PORT/KEY") != std::string::npos);
  const auto with = address_to_dial("tcp://10.0.0.4:7070/" + key);
  BOOST_REQUIRE(with.has_value());
  BOOST_TEST(with->endpoint == "tcp://10.0.0.4:7070");
  BOOST_TEST((with->key == *key_of(key)));
  BOOST_TEST(key_in("10.0.0.4:7070/" + key) == to_text(*key_of(key)));
  BOOST_TEST(key_in("127.0.0.1:7070").empty());
  BOOST_TEST(address_to_dial("10.0.0.4:7070/c0ffee").error().what ==
             "10.0.0.4:7070/c0ffee: a key is 64 hexadecimal digits; found 6 characters");
}

BOOST_AUTO_TEST_CASE(the_error_for_a_malformed_address_shows_an_example) {
  for (const char* bad : {"", "7070", ":7070", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                          "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:7070 "}) {
    const auto listening = address_to_listen(bad);
    BOOST_REQUIRE_MESSAGE(!listening, bad);
    BOOST_TEST((listening.error().kind == ErrorKind::bad_input));
    BOOST_TEST(listening.error().what.find("127.0.0.1:7070") != std::string::npos);
  }
  BOOST_TEST(address_to_dial("ipc:///tmp/x").error().what.find("not ipc") != std::string::npos);
  BOOST_TEST(address_to_dial("127.0.0.1:*").error().what.find("port") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport
