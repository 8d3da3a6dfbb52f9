#include "transport/session_table.hpp"

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/fake_wire.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(session_table)

struct Fixture {
  SessionEntry& add(PeerId peer) {
    const auto greeting = encode_greeting({"peer", {}});
    const Frame hello{{.kind = FrameKind::hello, .from = peer, .to = 1, .attempt = 1}, greeting};
    SessionEntry& entry = sessions.add(Session::accepted(
        context, *Link::accepted(self, options, hello, Instant{}), {peer, 1}, {}));
    sessions.bind_peer(entry);
    return entry;
  }
  void depart(PeerId peer) {
    SessionEntry& entry = add(peer);
    entry.was_up = true;
    entry.session.give_up({Departure::Cause::lost, "it was silent"});
    sessions.remove(entry);
  }

  const Identity self{1, "head", {}};
  const LinkOptions options{};
  FakeWire wire{1};
  const Session::Context context{self, options, wire};
  SessionTable sessions;
};

BOOST_FIXTURE_TEST_CASE(a_session_is_found_by_number_and_by_peer, Fixture) {
  SessionEntry& two = add(2);
  SessionEntry& three = add(3);
  BOOST_TEST(two.number != three.number);
  BOOST_TEST((sessions.with_number(two.number) == &two));
  BOOST_TEST((sessions.with_peer(3) == &three));
  BOOST_TEST((sessions.with_peer(4) == nullptr));
  sessions.remove(two);
  BOOST_TEST((sessions.with_peer(2) == nullptr));
  BOOST_TEST((sessions.with_number(three.number) == &three));
}

BOOST_FIXTURE_TEST_CASE(a_dialing_session_is_found_by_its_route_before_it_has_a_peer, Fixture) {
  (void)add(2);  // It was accepted: it has no dialed route.
  const Route route = *wire.dial("memory:1");
  SessionEntry& entry =
      sessions.add(Session::dialing(context, "memory:1", route, Instant{1s}, Instant{}));
  BOOST_TEST((sessions.with_dialed_route(route) == &entry));
  BOOST_TEST((sessions.with_dialed_route({2, 1}) == nullptr));
  BOOST_TEST((sessions.with_dialed_route({}) == nullptr));
  BOOST_CHECK_THROW(sessions.bind_peer(entry), CheckFailure);
}

BOOST_FIXTURE_TEST_CASE(a_peer_has_one_session, Fixture) {
  (void)add(2);
  BOOST_CHECK_THROW((void)add(2), CheckFailure);
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_was_up_is_remembered_when_it_is_gone, Fixture) {
  depart(2);
  BOOST_REQUIRE((sessions.departed(2) != nullptr));
  BOOST_TEST(sessions.departed(2)->reason == "it was silent");
  sessions.remove(add(3));  // It was never up.
  BOOST_TEST((sessions.departed(3) == nullptr));
}

BOOST_FIXTURE_TEST_CASE(only_the_latest_departed_peers_are_remembered, Fixture) {
  for (PeerId peer = 2; peer < 2 + SessionTable::departed_max + 10; ++peer) depart(peer);
  BOOST_TEST(sessions.departed().size() == SessionTable::departed_max);
  BOOST_TEST((sessions.departed(11) == nullptr));
  BOOST_TEST((sessions.departed(12) != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
