// Exchange of an invitation for the admission of a key, over real sockets.

#include "transport/enrolment.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/gated.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(enrolment)

struct Invited : Gated {
  KeyPair invitation = make_key_pair();
  KeyPair own = make_key_pair();
  std::vector<Result<void>> done;
  std::unique_ptr<Enrolment> enrolment;

  Invited() { members[to_text(invitation.public_key)] = {"gpu2", "node", true}; }

  std::string enrol(const std::string& name, const KeyPair& with) {
    done.clear();
    enrolment = std::make_unique<Enrolment>(
        reactor, wire(3, with), 3, name, own.public_key, address, 10s,
        [this](Result<void> result) { done.push_back(std::move(result)); });
    check(run_until([&] { return !done.empty(); }, 20s), "each enrolment ends");
    return done[0] ? "" : done[0].error().what;
  }
};

BOOST_FIXTURE_TEST_CASE(an_invitation_admits_a_key_once, Invited) {
  BOOST_TEST(enrol("gpu2", invitation) == "");
  const auto gpu2 = node(4, "gpu2", own);
  gpu2->dial(address);
  BOOST_TEST(run_until([&] { return head->ups.contains(4); }));
  BOOST_TEST(enrol("gpu2", invitation).find("it was used, or revoked") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(an_expired_invitation_is_named_so, Invited) {
  const std::string key = to_text(invitation.public_key);
  members.erase(key);
  expired.insert(key);
  BOOST_TEST(enrol("gpu2", invitation) == "the invitation has expired");
  BOOST_TEST(noted("key " + short_text(key), "its invitation has expired") == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_invitation_is_for_one_name, Invited) {
  BOOST_TEST(enrol("gpu3", invitation) == "the key belongs to node 'gpu2', not to 'gpu3'");
  BOOST_TEST(!members.contains(to_text(own.public_key)));
}

BOOST_FIXTURE_TEST_CASE(an_invitation_does_not_link_a_node, Invited) {
  const auto gpu2 = node(4, "gpu2", invitation);
  BOOST_TEST(refused(*gpu2, address).find("good for bringing a key, and nothing else") !=
             std::string::npos);
  BOOST_TEST(head->ups.empty());
}

BOOST_FIXTURE_TEST_CASE(a_key_is_not_admitted_without_an_invitation, Invited) {
  BOOST_TEST(enrol("gpu2", make_key_pair()).find("it was used, or revoked") != std::string::npos);
  BOOST_TEST(!members.contains(to_text(own.public_key)));
  BOOST_TEST(enrol("gpu1", gpu1_keys) == "");  // A member's hello is welcomed as usual.
  BOOST_TEST(!members.contains(to_text(own.public_key)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
