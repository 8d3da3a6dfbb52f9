// A session and its wire, without a network: what it transmits, when it dials, when it gives up.

#include "transport/session.hpp"

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/fake_wire.hpp"
#include "test/unit/transport/node.hpp"
#include "transport/handshake.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(session)

const std::string address = "memory:1";

/// Node 1 and its sessions with peer 2, whose frames the test makes itself.
struct Fixture {
  Session dialing() {
    return Session::dialing(context, address, *wire.dial(address), now + 10s, now);
  }
  Session accepted(Session::Remote remote = {}) {
    const auto greeting = encode_greeting({"b", {}});
    const Frame hello{{.kind = FrameKind::hello, .from = 2, .to = 1, .attempt = 1}, greeting};
    return Session::accepted(context, *Link::accepted(self, options, hello, now), peer_route,
                             std::move(remote));
  }
  /// A session that dialed the peer and is up.
  Session linked() {
    Session session = dialing();
    session.transmit(now);
    const auto greeting = encode_greeting({"b", {}});
    session.receive({{.kind = FrameKind::welcome, .from = 2, .to = 1}, greeting}, now);
    session.transmit(now);
    beat(session);
    check(session.state() == LinkState::up, "a beat completes the handshake");
    wire.sent.clear();
    return session;
  }
  /// Lets time pass without a frame of the peer.
  void be_silent(Session& session, Duration time) {
    for (const Instant end = now + time; now < end;) {
      now = std::min(end, now + 500ms);
      (void)session.tick(now);
      session.transmit(now);
    }
  }
  /// Delivers a beat of the peer.
  void beat(Session& session, std::uint64_t acknowledged = 1, bool wants_bulk = false) {
    const auto body = encode_beat({.sent = static_cast<std::uint64_t>(now.since_zero.count())});
    session.receive({{.kind = FrameKind::beat,
                      .wants_bulk = wants_bulk,
                      .from = 2,
                      .to = 1,
                      .sequence = 1,
                      .acknowledged = acknowledged},
                     body},
                    now);
  }
  void bulk_beat(Session& session, std::uint64_t acknowledged) {
    (void)session.receive_bulk({{.kind = FrameKind::beat,
                                 .bulk = true,
                                 .from = 2,
                                 .to = 1,
                                 .sequence = 1,
                                 .acknowledged = acknowledged},
                                {}},
                               now);
  }
  Result<void> send_bulk(Session& session, std::string_view text) {
    std::string message(bulk_headroom, '\0');
    message += text;
    return session.send_bulk(message, now);
  }
  [[nodiscard]] std::size_t sent_of(FrameKind kind, bool bulk = false) const {
    return static_cast<std::size_t>(std::ranges::count_if(wire.sent, [&](const auto& sent) {
      return sent.kind() == kind && sent.frame().header.bulk == bulk;
    }));
  }

  const Identity self{1, "a", {}};
  const LinkOptions options{};
  FakeWire wire{1};
  const Session::Context context{self, options, wire};
  const Route peer_route{2, 1};
  Instant now{1s};
};

BOOST_FIXTURE_TEST_CASE(a_dialing_session_says_hello_on_the_dialed_route, Fixture) {
  Session session = dialing();
  session.transmit(now);
  BOOST_REQUIRE(wire.sent.size() == 1U);
  BOOST_TEST((wire.sent[0].to == session.dialed()));
  BOOST_TEST((wire.sent[0].kind() == FrameKind::hello));
  BOOST_TEST(session.peer() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_dial_without_an_answer_is_given_up_in_time, Fixture) {
  Session session = dialing();
  now = now + 10s - 1ns;
  (void)session.tick(now);
  BOOST_TEST((session.state() == LinkState::connecting));
  BOOST_TEST((session.deadline() <= now + 1ns));
  now = now + 1ns;
  (void)session.tick(now);
  BOOST_TEST((session.state() == LinkState::down));
  BOOST_TEST(session.link().departure().reason == "nobody answered at memory:1");
}

BOOST_FIXTURE_TEST_CASE(an_unreachable_peer_is_dialed_again_once_a_heartbeat, Fixture) {
  Session session = linked();
  be_silent(session, options.unreachable_after);
  BOOST_TEST((session.state() == LinkState::unreachable));
  BOOST_TEST(wire.dialed.size() == 2U);
  BOOST_TEST((wire.hung_up == std::vector<Route>{{1, 1}}));
  BOOST_TEST((session.route() == Route{1, 2}));
  BOOST_TEST(sent_of(FrameKind::hello) == 1U);
  const auto hello = std::ranges::find(wire.sent, FrameKind::hello, &FakeWire::Sent::kind);
  BOOST_TEST(hello->frame().header.attempt == 2U);
  (void)session.tick(now + 1ms);
  BOOST_TEST(wire.dialed.size() == 2U);
  BOOST_TEST((session.deadline() <= now + options.heartbeat));
  (void)session.tick(now + options.heartbeat);
  BOOST_TEST(wire.dialed.size() == 3U);
}

BOOST_FIXTURE_TEST_CASE(a_failed_dial_keeps_the_route_and_is_repeated, Fixture) {
  Session session = linked();
  wire.reachable = false;
  be_silent(session, options.unreachable_after);
  BOOST_TEST((session.route() == Route{1, 1}));
  wire.reachable = true;
  (void)session.tick(now + options.heartbeat);
  BOOST_TEST((session.route() == Route{1, 2}));
}

BOOST_FIXTURE_TEST_CASE(an_accepted_session_does_not_dial, Fixture) {
  Session session = accepted();
  be_silent(session, options.unreachable_after);
  BOOST_TEST((session.state() == LinkState::unreachable));
  BOOST_TEST(wire.dialed.empty());
}

BOOST_FIXTURE_TEST_CASE(a_hello_of_a_later_dial_moves_the_link_to_its_route, Fixture) {
  Session session = accepted();
  const auto greeting = encode_greeting({"b", {}});
  Frame hello{{.kind = FrameKind::hello, .from = 2, .to = 1, .attempt = 1}, greeting};
  session.receive_hello({2, 9}, hello, now);  // A repetition.
  BOOST_TEST((session.route() == peer_route));
  hello.header.attempt = 2;
  session.receive_hello({2, 9}, hello, now);
  BOOST_TEST((session.route() == Route{2, 9}));
}

BOOST_FIXTURE_TEST_CASE(the_first_large_message_opens_the_bulk_lane_on_a_route_of_its_own,
                        Fixture) {
  Session session = linked();
  BOOST_TEST(!session.has_bulk_lane());
  BOOST_TEST(send_bulk(session, "large").has_value());
  BOOST_TEST(wire.dialed.back() == "bulk memory:1");
  session.transmit(now);
  BOOST_TEST(sent_of(FrameKind::hello, true) == 1U);
  BOOST_TEST((wire.sent.back().to == session.bulk_dialed()));
  BOOST_TEST((session.bulk_dialed() != session.dialed()));
  bulk_beat(session, 1);
  session.transmit(now);
  BOOST_TEST(sent_of(FrameKind::data, true) == 1U);
}

BOOST_FIXTURE_TEST_CASE(the_accepting_side_asks_the_peer_to_open_the_bulk_lane, Fixture) {
  Session session = accepted();
  BOOST_TEST(send_bulk(session, "large").has_value());
  session.transmit(now);
  BOOST_TEST(wire.dialed.empty());
  BOOST_REQUIRE(wire.sent.size() == 1U);
  BOOST_TEST(wire.sent[0].frame().header.wants_bulk);
  const auto greeting = encode_greeting({"b", {}});
  session.receive_bulk_hello(
      {2, 5},
      {{.kind = FrameKind::hello, .bulk = true, .from = 2, .to = 1, .attempt = 1}, greeting}, now);
  session.transmit(now);
  BOOST_TEST(sent_of(FrameKind::data, true) == 1U);
  BOOST_TEST((wire.sent.back().to == Route{2, 5}));
}

BOOST_FIXTURE_TEST_CASE(the_dialing_side_opens_the_bulk_lane_when_it_is_asked, Fixture) {
  Session session = linked();
  session.open_requested_bulk_lane(now);
  BOOST_TEST(!session.has_bulk_lane());
  beat(session, 1, true);
  session.open_requested_bulk_lane(now);
  session.open_requested_bulk_lane(now);
  BOOST_TEST((wire.dialed == std::vector<std::string>{address, "bulk memory:1"}));
}

BOOST_FIXTURE_TEST_CASE(a_silent_bulk_lane_is_dialed_again_while_the_link_is_up, Fixture) {
  Session session = linked();
  BOOST_REQUIRE(send_bulk(session, "large"));
  const Route first = session.bulk_dialed();
  for (const Instant end = now + options.unreachable_after; now < end; now = now + 500ms) {
    beat(session);
    (void)session.tick(now);
    session.transmit(now);
  }
  beat(session);
  (void)session.tick(now);
  BOOST_TEST((session.state() == LinkState::up));
  BOOST_TEST((session.bulk_dialed() != first));
  BOOST_TEST((wire.hung_up == std::vector<Route>{first}));
}

BOOST_FIXTURE_TEST_CASE(a_goodbye_waits_until_the_bulk_lane_is_empty, Fixture) {
  Session session = linked();
  BOOST_REQUIRE(send_bulk(session, "large"));
  bulk_beat(session, 1);
  session.transmit(now);
  BOOST_TEST(session.leave("the end", now));
  BOOST_TEST(!session.leave("again", now));
  BOOST_TEST((session.send(as_bytes("x"), now).error().kind == ErrorKind::gone));
  BOOST_TEST((send_bulk(session, "x").error().kind == ErrorKind::gone));
  session.transmit(now);
  BOOST_TEST(sent_of(FrameKind::goodbye) == 0U);
  bulk_beat(session, 2);
  session.transmit(now);
  BOOST_TEST(sent_of(FrameKind::goodbye) == 1U);
  beat(session, 2);
  BOOST_TEST((session.state() == LinkState::down));
  BOOST_TEST((session.link().departure().cause == Departure::Cause::left));
}

BOOST_FIXTURE_TEST_CASE(a_malformed_bulk_frame_ends_the_link, Fixture) {
  Session session = linked();
  BOOST_REQUIRE(send_bulk(session, "large"));
  const std::vector<std::byte> body(3);
  BOOST_TEST(session.receive_bulk(
      {{.kind = FrameKind::data, .bulk = true, .from = 2, .to = 1, .sequence = 1}, body}, now));
  session.transmit(now);
  BOOST_TEST((session.state() == LinkState::down));
  BOOST_TEST(session.link().departure().reason ==
             "node 'b' sent a record's header of 3 bytes; it has 4");
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_is_heard_but_acknowledges_nothing_is_given_up, Fixture) {
  Session session = linked();
  BOOST_REQUIRE(session.send(as_bytes("x"), now));
  std::optional<std::string> stalled;
  const Instant begin = now;
  while (!stalled && now < begin + 60s) {
    session.transmit(now);
    now = now + 500ms;
    // The peer echoes the beats of this node, so that the lease is kept.
    const auto body = encode_beat(
        {.sent = static_cast<std::uint64_t>(now.since_zero.count()),
         .echo = static_cast<std::uint64_t>((now - options.heartbeat).since_zero.count())});
    session.receive({{.kind = FrameKind::beat, .from = 2, .to = 1, .acknowledged = 1}, body}, now);
    stalled = session.tick(now);
  }
  BOOST_REQUIRE(stalled.has_value());
  BOOST_TEST(*stalled == "it does not take what is sent to it");
  BOOST_TEST((session.state() == LinkState::down));
  BOOST_TEST((now - begin >= 2 * options.dead_after));
  BOOST_TEST((now - begin <= 2 * options.dead_after + 2s));
}

BOOST_FIXTURE_TEST_CASE(an_unreachable_link_goes_on_where_another_dial_reached_the_peer, Fixture) {
  Session session = linked();
  Session reached = dialing();
  BOOST_TEST(!session.adopt_route(reached, now));  // It is up.
  wire.reachable = false;
  be_silent(session, options.unreachable_after);
  const Route route = reached.dialed();
  BOOST_TEST(session.adopt_route(reached, now));
  BOOST_TEST((session.route() == route));
  BOOST_TEST((session.dialed() == route));
  BOOST_TEST((reached.dialed() == Route{}));  // It does not hang up what it gave away.
}

BOOST_FIXTURE_TEST_CASE(only_the_peer_may_speak_for_itself, Fixture) {
  Session without_keys = accepted();
  BOOST_TEST(without_keys.may_speak(peer_route, {}));
  Session with_key = accepted({.key = "its key"});
  BOOST_TEST(with_key.may_speak(peer_route, {"its key"}));
  BOOST_TEST(!with_key.may_speak(peer_route, {"another key"}));
  BOOST_TEST(!with_key.may_speak(peer_route, {}));
  Session dialer = linked();
  BOOST_TEST(dialer.may_speak(dialer.dialed(), {}));
  BOOST_TEST(!dialer.may_speak(dialer.dialed(), {"another key"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
