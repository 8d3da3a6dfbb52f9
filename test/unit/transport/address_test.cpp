#include "transport/address.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::transport {
namespace {

BOOST_AUTO_TEST_SUITE(address)

BOOST_AUTO_TEST_CASE(takes_what_people_write) {
  BOOST_TEST(*address_to_listen("127.0.0.1:7070") == "tcp://127.0.0.1:7070");
  BOOST_TEST(*address_to_listen("tcp://127.0.0.1:*") == "tcp://127.0.0.1:*");
  BOOST_TEST(*address_to_listen("localhost:0") == "tcp://127.0.0.1:*");
  BOOST_TEST(*address_to_dial("tcp://127.8.9.10:65535") == "tcp://127.8.9.10:65535");
  BOOST_TEST(*address_to_dial("[::1]:80") == "tcp://[::1]:80");
}

BOOST_AUTO_TEST_CASE(refuses_all_but_loopback_and_says_what_is_missing) {
  for (const char* outside : {"0.0.0.0:7070", "*:7070", "10.0.0.4:7070", "tcp://example.org:1",
                              "[::]:7070", "127.0.0.1.example.org:7070", "1270.0.1:7070",
                              "127.0.0:7070", "127.0.0.1.1:7070", "127.0.0.:7070"}) {
    const auto listening = address_to_listen(outside);
    BOOST_REQUIRE_MESSAGE(!listening, outside);
    BOOST_TEST((listening.error().kind == ErrorKind::refused));
    BOOST_TEST(listening.error().what.find(outside) != std::string::npos);
    BOOST_TEST(listening.error().what.find("keys for other addresses come in a later release") !=
               std::string::npos);
    BOOST_TEST(!address_to_dial(outside));
  }
}

BOOST_AUTO_TEST_CASE(an_address_that_is_none_is_answered_with_an_example) {
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
