// Hellos and stray frames, one by one, and the answers on the wire.

#include "transport/inbound_handshake.hpp"

#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/fake_wire.hpp"
#include "test/unit/transport/node.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(inbound_handshake)

/// Node 1, "head", and hellos of node 2, "gpu1".
struct Fixture {
  [[nodiscard]] Frame hello(PeerId to, std::uint32_t attempt = 1, bool bulk = false) {
    body = encode_greeting({"gpu1", payload});
    return {{.kind = FrameKind::hello, .bulk = bulk, .from = 2, .to = to, .attempt = attempt},
            body};
  }
  SessionEntry* say(const Frame& frame, const Sender& sender = {}) {
    return handshake.on_hello(route, sender, frame, now);
  }
  /// The reason of the latest frame sent, which is a refusal.
  [[nodiscard]] std::string refused() const {
    const auto& last = wire.sent.at(wire.sent.size() - 1);
    check(last.kind() == FrameKind::refusal && last.to == route, "the peer is refused");
    return last.reason();
  }

  const Identity self{1, "head", {}};
  const LinkOptions options{};
  FakeWire wire{1};
  const Session::Context context{self, options, wire};
  std::map<std::string, Member, std::less<>> members;
  const Admission admission{self,
                            [this](std::string_view key) {
                              const auto found = members.find(key);
                              return found == members.end() ? std::nullopt
                                                            : std::optional(found->second);
                            },
                            [](std::string_view, const Key&) { return Result<void>(); }};
  SessionTable sessions;
  RefusalLog refusals;
  InboundHandshake handshake{context, admission, sessions, refusals};
  const Route route{2, 1};
  const Instant now{1s};
  std::vector<std::byte> payload;
  std::vector<std::byte> body;
};

BOOST_FIXTURE_TEST_CASE(a_hello_to_nobody_is_welcomed_without_a_session, Fixture) {
  BOOST_TEST((say(hello(0)) == nullptr));
  BOOST_REQUIRE(wire.sent.size() == 1U);
  BOOST_TEST((wire.sent[0].kind() == FrameKind::welcome));
  BOOST_TEST((wire.sent[0].to == route));
  BOOST_TEST(wire.sent[0].frame().header.to == 2U);
  BOOST_TEST(sessions.is_empty());
}

BOOST_FIXTURE_TEST_CASE(a_hello_to_this_node_makes_a_session_that_is_up, Fixture) {
  SessionEntry* const entry = say(hello(1));
  BOOST_REQUIRE(entry != nullptr);
  BOOST_TEST((entry->session.state() == LinkState::up));
  BOOST_TEST(entry->session.link().peer_name() == "gpu1");
  BOOST_TEST((sessions.with_peer(2) == entry));
  BOOST_TEST((say(hello(1)) == entry));  // A repetition.
  BOOST_TEST((entry->session.route() == route));
}

BOOST_FIXTURE_TEST_CASE(a_session_remembers_the_key_and_the_machine_of_its_peer, Fixture) {
  members["its key"] = {"gpu1", "node"};
  const SessionEntry* const entry = say(hello(1), {"its key", "10.0.0.4"});
  BOOST_REQUIRE(entry != nullptr);
  BOOST_TEST(entry->session.remote().key == "its key");
  BOOST_TEST(entry->session.remote().machine == "10.0.0.4");
  BOOST_TEST(entry->session.remote().member->role == "node");
}

BOOST_FIXTURE_TEST_CASE(one_key_cannot_use_up_all_links, Fixture) {
  members["its key"] = {"", "own"};
  members["another"] = {"gpu1", "node"};
  const auto say_as = [&](PeerId peer, const char* key) {
    Frame one = hello(1);
    one.header.from = peer;
    return handshake.on_hello(Route{peer, 1}, {key, "10.0.0.4"}, one, now);
  };
  for (PeerId peer = 2; peer < 2 + SessionTable::links_of_key_max; ++peer)
    BOOST_TEST_REQUIRE((say_as(peer, "its key") != nullptr));
  BOOST_TEST((say_as(5000, "its key") == nullptr));
  BOOST_TEST(wire.sent.back().reason() == "its key has 256 links already");
  BOOST_TEST(refusals.entries().back().why == "its key has 256 links already");
  BOOST_TEST((say_as(5001, "another") != nullptr));
}

BOOST_FIXTURE_TEST_CASE(names_of_peers_have_no_control_characters, Fixture) {
  body = encode_greeting({"a\x1b[2J", {}});
  SessionEntry* const entry =
      say({{.kind = FrameKind::hello, .from = 2, .to = 1, .attempt = 1}, body});
  BOOST_TEST_REQUIRE((entry != nullptr));
  BOOST_TEST(entry->session.link().peer_name() == "a\\x1b[2J");
}

BOOST_FIXTURE_TEST_CASE(a_rejected_hello_is_refused_and_logged, Fixture) {
  BOOST_TEST((say(hello(1), {"another key", "10.0.0.4"}) == nullptr));
  BOOST_TEST(refused() == "its key is not admitted");
  BOOST_REQUIRE(refusals.entries().size() == 1U);
  BOOST_TEST(refusals.entries()[0].who == "key another key...");
  BOOST_TEST(refusals.entries()[0].from == "10.0.0.4");
  BOOST_TEST(sessions.is_empty());
}

BOOST_FIXTURE_TEST_CASE(an_invited_node_is_enrolled_and_gets_no_session, Fixture) {
  members["invitation"] = {"gpu1", "node", true};
  payload.resize(32);
  BOOST_TEST((say(hello(1), {"invitation"}) == nullptr));
  BOOST_TEST((wire.sent.back().kind() == FrameKind::welcome));
  payload.resize(3);
  BOOST_TEST((say(hello(1), {"invitation"}) == nullptr));
  BOOST_TEST(refused() == "an invitation is good for bringing a key, and nothing else");
  BOOST_TEST(sessions.is_empty());
}

BOOST_FIXTURE_TEST_CASE(a_departed_incarnation_is_refused_for_good, Fixture) {
  SessionEntry* const entry = say(hello(1));
  entry->was_up = true;
  entry->session.give_up({Departure::Cause::lost, "it was silent"});
  sessions.remove(*entry);
  BOOST_TEST((say(hello(0)) == nullptr));
  BOOST_TEST(refused() == "this node has given it up: it was silent");
  handshake.refuse_unlinked(route, {}, {.kind = FrameKind::data, .from = 2, .to = 1}, now);
  BOOST_TEST(refused() == "this node has given it up: it was silent");
  BOOST_REQUIRE(refusals.entries().size() == 1U);
  BOOST_TEST(refusals.entries()[0].who == "gpu1");
  BOOST_TEST(refusals.entries()[0].times == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_bulk_lane_needs_a_link_that_was_up, Fixture) {
  BOOST_TEST((say(hello(1, 1, true)) == nullptr));
  BOOST_TEST(refused() == "node 'head' has no link to it");
  SessionEntry* const entry = say(hello(1));
  BOOST_TEST((say(hello(1, 1, true)) == nullptr));
  entry->was_up = true;
  BOOST_TEST((say(hello(1, 1, true)) == entry));
  BOOST_TEST(entry->session.has_bulk_lane());
}

BOOST_FIXTURE_TEST_CASE(a_frame_without_a_link_is_refused_with_the_reason, Fixture) {
  handshake.refuse_unlinked(route, {}, {.kind = FrameKind::data, .from = 2, .to = 9}, now);
  BOOST_TEST(refused() == "node 'head' answers here, not the one meant");
  handshake.refuse_unlinked(route, {}, {.kind = FrameKind::data, .from = 2, .to = 1}, now);
  BOOST_TEST(refused() == "node 'head' has no link to it");
}

BOOST_FIXTURE_TEST_CASE(a_node_that_leaves_accepts_nobody, Fixture) {
  handshake.stop_accepting();
  BOOST_TEST((say(hello(0)) == nullptr));
  BOOST_TEST(refused() == "node 'head' is leaving");
  BOOST_TEST((say(hello(1)) == nullptr));
  BOOST_TEST(sessions.is_empty());
}

BOOST_FIXTURE_TEST_CASE(a_full_table_refuses_the_next_node, Fixture) {
  for (PeerId peer = 100; !sessions.is_full(); ++peer) {
    Frame frame = hello(1);
    frame.header.from = peer;
    BOOST_REQUIRE((say(frame) != nullptr));
  }
  BOOST_TEST((say(hello(1)) == nullptr));
  BOOST_TEST(refused() == "node 'head' has 1024 links already");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
