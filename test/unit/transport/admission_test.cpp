#include "transport/admission.hpp"

#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/node.hpp"

namespace troupe::transport::test {
namespace {

BOOST_AUTO_TEST_SUITE(admission)

/// A node with id 1 that admits the keys in `members`.
struct Fixture {
  [[nodiscard]] Frame hello(const std::string& name, Bytes payload = {}) {
    body = encode_greeting({name, payload});
    return {{.kind = FrameKind::hello, .from = 2, .attempt = 1}, body};
  }

  Identity self{1, "head", {}};
  std::map<std::string, Member, std::less<>> members{{"key-of-gpu1", {"gpu1", "node"}},
                                                     {"key-of-any", {"", "node"}},
                                                     {"invitation", {"gpu2", "node", true}}};
  std::string enrolled;  ///< "INVITATION KEY" of the latest enrolment.
  Result<void> enrol_result{};
  Admission admission{self,
                      [this](std::string_view key) {
                        const auto found = members.find(key);
                        return found == members.end() ? std::nullopt : std::optional(found->second);
                      },
                      [this](std::string_view invitation, const Key& key) {
                        enrolled = std::string(invitation) + " " + to_text(key);
                        return enrol_result;
                      }};
  std::vector<std::byte> body;
};

BOOST_FIXTURE_TEST_CASE(frames_of_admitted_keys_and_of_wires_without_keys_are_read, Fixture) {
  BOOST_TEST(admission.admits({}));
  BOOST_TEST(admission.admits({"key-of-gpu1"}));
  BOOST_TEST(!admission.admits({"another key"}));
}

BOOST_FIXTURE_TEST_CASE(a_key_links_under_the_name_of_its_owner_only, Fixture) {
  BOOST_TEST(!admission.rejection({"key-of-gpu1"}, hello("gpu1")));
  BOOST_TEST(*admission.rejection({"key-of-gpu1"}, hello("gpu2")) ==
             "the key belongs to node 'gpu1', not to 'gpu2'");
  BOOST_TEST(!admission.rejection({"key-of-any"}, hello("gpu2")));
  BOOST_TEST(*admission.rejection({"another key"}, hello("gpu1")) == "its key is not admitted");
  BOOST_TEST(!admission.rejection({}, hello("gpu1")));
}

BOOST_FIXTURE_TEST_CASE(the_handshake_itself_may_be_rejected, Fixture) {
  Frame frame = hello("gpu1");
  frame.header.version = 7;
  BOOST_TEST(admission.rejection({}, frame)->find("speaks protocol version") != std::string::npos);
  frame = hello("gpu1");
  frame.header.from = 1;
  BOOST_TEST(admission.rejection({}, frame)->find("dialed itself") != std::string::npos);
  frame = hello("gpu1");
  frame.header.from = 0;
  BOOST_TEST(*admission.rejection({}, frame) == "a node's id is not 0");
  frame = hello("gpu1");
  frame.header.to = 9;
  BOOST_TEST(admission.rejection({}, frame)->find("answers here") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(an_invitation_is_exchanged_for_the_key_in_the_greeting, Fixture) {
  BOOST_TEST(admission.is_invited({"invitation"}));
  BOOST_TEST(!admission.is_invited({"key-of-gpu1"}));
  BOOST_TEST(!admission.is_invited({}));
  const Key own = make_key_pair().public_key;
  const auto done = admission.enrol({"invitation"}, hello("gpu2", own.bytes));
  BOOST_TEST(done.result.has_value());
  BOOST_TEST(enrolled == "invitation " + to_text(own));
}

BOOST_FIXTURE_TEST_CASE(a_greeting_that_is_no_key_is_not_enrolled, Fixture) {
  const auto done = admission.enrol({"invitation"}, hello("gpu2", as_bytes("short")));
  BOOST_TEST(done.is_malformed);
  BOOST_TEST(!done.result.has_value());
  BOOST_TEST(enrolled.empty());
}

BOOST_FIXTURE_TEST_CASE(the_owner_may_refuse_to_enrol, Fixture) {
  enrol_result = Error{ErrorKind::refused, "it is used up"};
  const Key own = make_key_pair().public_key;
  const auto done = admission.enrol({"invitation"}, hello("gpu2", own.bytes));
  BOOST_TEST(!done.is_malformed);
  BOOST_TEST(done.result.error().what == "it is used up");
  const Admission without(self, {}, {});
  BOOST_TEST(without.enrol({"invitation"}, hello("gpu2", own.bytes)).result.error().what ==
             "nobody is invited");
}

BOOST_FIXTURE_TEST_CASE(a_link_outlives_its_key_no_longer_than_until_the_next_check, Fixture) {
  const Member gpu1 = members["key-of-gpu1"];
  BOOST_TEST(!admission.revocation("key-of-gpu1", gpu1));
  members["key-of-gpu1"].role = "observer";
  BOOST_TEST(*admission.revocation("key-of-gpu1", gpu1) ==
             "its key belongs to another name or role now");
  members.clear();
  BOOST_TEST(*admission.revocation("key-of-gpu1", gpu1) == "its key was revoked");
}

BOOST_FIXTURE_TEST_CASE(a_sender_is_called_by_its_name_or_the_first_digits_of_its_key, Fixture) {
  BOOST_TEST(admission.name_of({"key-of-gpu1"}) == "gpu1");
  BOOST_TEST(admission.name_of({"0123456789abcdef"}) == "key 0123456789ab...");
  BOOST_TEST(admission.name_of({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
