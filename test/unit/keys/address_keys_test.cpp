#include "runtime/keys/address_keys.hpp"

#include <cstdlib>
#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include "test/kit/temp_folder.hpp"

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(address_keys)

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Sets the usual key folder of this process.
struct UsualFolder {
  test::TempFolder scratch;
  std::string folder = scratch.file("keys");
  UsualFolder() { setenv("TROUPE_KEYS", folder.c_str(), 1); }
  ~UsualFolder() { unsetenv("TROUPE_KEYS"); }
  UsualFolder(const UsualFolder&) = delete;
  UsualFolder& operator=(const UsualFolder&) = delete;
};

BOOST_FIXTURE_TEST_CASE(on_loopback_the_keys_of_a_study_suffice, UsualFolder) {
  BOOST_TEST((keys_to_listen("tcp://127.0.0.1:*", "").value() == nullptr));
  BOOST_TEST((keys_to_listen("tcp://127.0.0.1:7070", "").value() == nullptr));
  BOOST_TEST(KeyFolder::create(folder).has_value());
  BOOST_TEST((keys_to_listen("tcp://127.0.0.1:*", "").value() == nullptr));
  BOOST_TEST((keys_to_listen("tcp://127.0.0.1:*", folder).value() != nullptr));
}

BOOST_FIXTURE_TEST_CASE(at_a_fixed_port_of_loopback_a_tunnel_may_end, UsualFolder) {
  BOOST_TEST(KeyFolder::create(folder).has_value());
  BOOST_TEST((keys_to_listen("tcp://127.0.0.1:7070", "").value() != nullptr));
}

BOOST_AUTO_TEST_CASE(every_address_to_dial_needs_a_key) {
  const auto keys = keys_to_dial("tcp://127.0.0.1:7070", "");
  BOOST_TEST(keys.error().what ==
             "cannot dial tcp://127.0.0.1:7070: the public key of the node that listens there is "
             "needed, as in HOST:PORT/KEY; `troupe keys add` prints the whole address, and the "
             "folder of a study on this machine contains it");
}

BOOST_AUTO_TEST_CASE(missing_keys_are_reported_with_the_command_that_makes_them) {
  const test::TempFolder scratch;
  const std::string folder = scratch.file("keys");
  const auto listen = keys_to_listen("tcp://0.0.0.0:7070", folder);
  BOOST_TEST(listen.error().what ==
             "cannot listen at tcp://0.0.0.0:7070: beyond this machine nodes prove with keys who "
             "they are, and there are none in " +
                 folder + "; `troupe keys init` makes them");
  const std::string key = transport::to_text(transport::make_key_pair().public_key);
  BOOST_TEST(contains(keys_to_dial("10.0.0.4:7070/" + key, folder).error().what,
                      "it asks for a key, and there are none in " + folder));
  BOOST_TEST(contains(keys_to_dial("10.0.0.4:7070", folder).error().what, "HOST:PORT/KEY"));
}

BOOST_AUTO_TEST_CASE(an_invitation_in_an_argument_is_refused) {
  const auto pair = transport::make_key_pair();
  const std::string head = "tcp://10.0.0.4:7070/" + transport::to_text(pair.public_key);
  BOOST_TEST(check_join_address(head).has_value());
  BOOST_TEST(check_join_address("127.0.0.1:7070").has_value());
  const std::string secret = transport::to_text(pair.secret_key);
  const auto refused = check_join_address(head + "/" + secret);
  BOOST_TEST(contains(refused.error().what, "--invitation FILE"));
  BOOST_TEST(!contains(refused.error().what, secret));
  BOOST_TEST(contains(check_join_address("10.0.0.4").error().what, "is not an address"));
}

BOOST_AUTO_TEST_CASE(an_invitation_is_read_with_spaces_around_it) {
  const auto pair = transport::make_key_pair();
  BOOST_TEST((read_invitation(" " + transport::to_text(pair.secret_key) + "\r\n").value() ==
              pair.secret_key));
  BOOST_TEST(contains(read_invitation(" \n").error().what, "there is no invitation"));
  BOOST_TEST(contains(read_invitation("abc").error().what, "the invitation: "));
}

BOOST_AUTO_TEST_CASE(the_cause_of_silence_is_named) {
  const Error silent{ErrorKind::timed_out, "nobody answered"};
  const std::string key = "/" + transport::to_text(transport::make_key_pair().public_key);
  BOOST_TEST(
      contains(explained(silent, "no-such-host.invalid:7070" + key).what, "no-such-host.invalid"));
  const Error refused{ErrorKind::refused, "its key is not admitted"};
  BOOST_TEST(explained(refused, "127.0.0.1:1" + key).what == refused.what);
}

BOOST_AUTO_TEST_CASE(addresses_of_every_interface_are_dialed_by_one) {
  BOOST_TEST(seen_from_here("tcp://0.0.0.0:7070/ab") == "tcp://127.0.0.1:7070/ab");
  BOOST_TEST(seen_from_here("tcp://[::]:7070") == "tcp://[::1]:7070");
  BOOST_TEST(seen_from_here("tcp://10.0.0.4:7070") == "tcp://10.0.0.4:7070");
  BOOST_TEST(seen_from_elsewhere("tcp://0.0.0.0:7070/ab", "gpu0") == "tcp://gpu0:7070/ab");
}

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

BOOST_FIXTURE_TEST_CASE(a_head_behind_a_tunnel_needs_no_key_again, Joined) {
  BOOST_TEST(remember_head(keys, "localhost:7070/" + key).has_value());
  BOOST_TEST(with_known_key("127.0.0.1:7070", folder) == "tcp://127.0.0.1:7070/" + key);
  BOOST_TEST(with_known_key("localhost:7070", folder) == "tcp://127.0.0.1:7070/" + key);
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
