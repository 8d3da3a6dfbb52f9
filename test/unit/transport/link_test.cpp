// The state machine of a link, frame by frame.

#include "transport/link.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "test/unit/transport/node.hpp"
#include "transport/handshake.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(link)

/// Two ends of a link whose frames the test moves. `b` dials.
struct Wired {
  explicit Wired(LinkOptions link_options = {})
      : options(link_options), b(Link::dialing(b_self, options, now)) {}

  std::vector<std::byte> take(Link& from) {
    const auto frame = from.next_frame(now);
    return frame ? std::vector(frame->begin(), frame->end()) : std::vector<std::byte>{};
  }
  Frame read(const std::vector<std::byte>& frame) const {
    return *decode_frame(frame, options.frame_max);
  }
  /// Delivers one frame; returns its messages.
  std::vector<std::string> give(Link& to, const std::vector<std::byte>& frame) {
    to.receive(read(frame), now);
    std::vector<std::string> messages;
    while (const auto message = to.next_message()) messages.push_back(as_text(*message));
    return messages;
  }
  std::vector<std::string> move_all(Link& from, Link& to) {
    std::vector<std::string> all;
    for (auto frame = take(from); !frame.empty(); frame = take(from))
      for (auto& message : give(to, frame)) all.push_back(std::move(message));
    return all;
  }
  /// Runs the handshake, which creates `a`.
  void link() {
    const auto hello = take(b);
    BOOST_REQUIRE(!handshake_rejection(a_self, read(hello).header));
    (void)give(b, encode_welcome(a_self, read(hello).header));
    a = std::make_unique<Link>(*Link::accepted(a_self, options, read(take(b)), now));
    (void)move_all(*a, b);
  }
  void pass(Duration time, Link& link) {
    for (const Instant end = now + time; now < end;) {
      now = std::min(end, std::max(now, link.deadline()));
      link.tick(now);
      (void)take(link);
    }
  }

  Identity a_self{1, "a", {}};
  Identity b_self{2, "b", {}};
  LinkOptions options;
  Instant now{};
  Link b;
  std::unique_ptr<Link> a;
};

BOOST_AUTO_TEST_CASE(the_handshake_takes_four_frames) {
  Wired wired;
  const auto hello = wired.read(wired.take(wired.b)).header;
  BOOST_TEST((hello.kind == FrameKind::hello));
  BOOST_TEST(hello.to == 0u);
  (void)wired.give(wired.b, encode_welcome(wired.a_self, hello));
  BOOST_TEST(wired.b.peer() == 1u);
  BOOST_TEST((wired.b.state() == LinkState::connecting));
  const auto second = wired.take(wired.b);
  BOOST_TEST(wired.read(second).header.to == 1u);
  Link a = *Link::accepted(wired.a_self, wired.options, wired.read(second), wired.now);
  BOOST_TEST((a.state() == LinkState::up));
  (void)wired.give(wired.b, wired.take(a));
  BOOST_TEST((wired.b.state() == LinkState::up));
  BOOST_TEST(wired.take(wired.b).empty());
}

BOOST_AUTO_TEST_CASE(an_unanswered_hello_is_repeated_with_growing_waits) {
  Wired wired;
  std::vector<double> at;
  while (wired.now < Instant{10s}) {
    if (!wired.take(wired.b).empty())
      at.push_back(std::chrono::duration<double>(wired.now.since_zero).count());
    wired.now = wired.b.deadline();
  }
  BOOST_REQUIRE(at.size() > 5u);
  BOOST_TEST(at[1] == 0.2);
  BOOST_TEST(at[2] == 0.6, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(at.back() - at[at.size() - 2] == 1.0, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(messages_queued_in_one_turn_share_a_frame) {
  Wired wired;
  wired.link();
  for (int i = 0; i < 100; ++i) BOOST_REQUIRE(wired.b.send(as_bytes(std::to_string(i)), wired.now));
  const auto frame = wired.take(wired.b);
  BOOST_TEST(wired.take(wired.b).empty());
  BOOST_TEST(wired.give(*wired.a, frame).size() == 100u);
}

BOOST_AUTO_TEST_CASE(a_repeated_frame_is_dropped_and_acknowledged_at_once) {
  Wired wired;
  wired.link();
  BOOST_REQUIRE(wired.b.send(as_bytes("once"), wired.now));
  const auto frame = wired.take(wired.b);
  BOOST_TEST(wired.give(*wired.a, frame).size() == 1u);
  BOOST_TEST(wired.take(*wired.a).empty());  // The acknowledgement is delayed.
  BOOST_TEST(wired.give(*wired.a, frame).empty());
  BOOST_TEST(wired.read(wired.take(*wired.a)).header.acknowledged == 2u);
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_travels_on_a_data_frame_or_alone_after_its_delay) {
  Wired wired;
  wired.link();
  BOOST_REQUIRE(wired.b.send(as_bytes("x"), wired.now));
  (void)wired.move_all(wired.b, *wired.a);
  BOOST_REQUIRE(wired.a->send(as_bytes("y"), wired.now));
  const auto answer = wired.read(wired.take(*wired.a)).header;
  BOOST_TEST((answer.kind == FrameKind::data));
  BOOST_TEST(answer.acknowledged == 2u);

  BOOST_REQUIRE(wired.b.send(as_bytes("x"), wired.now));
  (void)wired.move_all(wired.b, *wired.a);
  BOOST_TEST((wired.a->deadline() - wired.now == wired.options.ack_delay));
  wired.now = wired.a->deadline();
  wired.a->tick(wired.now);
  BOOST_TEST((wired.read(wired.take(*wired.a)).header.kind == FrameKind::beat));
}

BOOST_AUTO_TEST_CASE(a_gap_is_requested_once_and_filled) {
  LinkOptions options;
  options.coalesce_max = 0;  // One message a frame.
  Wired wired(options);
  wired.link();
  std::vector<std::vector<std::byte>> frames;
  for (const char* text : {"1", "2", "3"}) {
    BOOST_REQUIRE(wired.b.send(as_bytes(text), wired.now));
    frames.push_back(wired.take(wired.b));
  }
  BOOST_TEST(wired.give(*wired.a, frames[1]).empty());
  BOOST_TEST(wired.give(*wired.a, frames[2]).empty());
  const auto request = wired.take(*wired.a);
  BOOST_TEST(wired.read(request).header.resend);
  BOOST_TEST(wired.take(*wired.a).empty());
  (void)wired.give(wired.b, request);
  BOOST_TEST((wired.move_all(wired.b, *wired.a) == std::vector<std::string>{"1", "2", "3"}));
}

BOOST_AUTO_TEST_CASE(a_lost_last_frame_is_noticed_by_the_next_heartbeat) {
  LinkOptions options;
  options.resend_after = 1h;
  Wired wired(options);
  wired.link();
  BOOST_REQUIRE(wired.b.send(as_bytes("lost"), wired.now));
  (void)wired.take(wired.b);
  wired.now = wired.b.deadline();
  wired.b.tick(wired.now);
  (void)wired.move_all(wired.b, *wired.a);
  (void)wired.move_all(*wired.a, wired.b);
  BOOST_TEST((wired.move_all(wired.b, *wired.a) == std::vector<std::string>{"lost"}));
}

BOOST_AUTO_TEST_CASE(unacknowledged_frames_are_resent_with_doubling_waits) {
  Wired wired;
  wired.link();
  BOOST_REQUIRE(wired.b.send(as_bytes("x"), wired.now));
  std::vector<double> at;
  while (wired.now < Instant{2400ms}) {
    for (auto frame = wired.take(wired.b); !frame.empty(); frame = wired.take(wired.b))
      if (wired.read(frame).header.kind == FrameKind::data)
        at.push_back(std::chrono::duration<double>(wired.now.since_zero).count());
    wired.now = wired.b.deadline();
    wired.b.tick(wired.now);
  }
  BOOST_REQUIRE(at.size() == 4u);
  BOOST_TEST(at[1] == 0.25);
  BOOST_TEST(at[2] == 0.75);
  BOOST_TEST(at[3] == 1.75);
}

BOOST_AUTO_TEST_CASE(no_more_than_a_window_is_on_the_wire) {
  LinkOptions options;
  options.window_bytes = 1 << 20;
  Wired wired(options);
  wired.link();
  const std::string large(10 << 20, 'x');
  BOOST_REQUIRE(wired.b.send(as_bytes(large), wired.now));
  std::size_t bytes = 0;
  for (auto frame = wired.take(wired.b); !frame.empty(); frame = wired.take(wired.b)) {
    BOOST_TEST(frame.size() <= options.frame_max);
    bytes += frame.size();
  }
  BOOST_TEST(bytes <= options.window_bytes);
  BOOST_TEST(bytes > options.window_bytes / 2);
}

BOOST_AUTO_TEST_CASE(an_idle_link_sends_one_beat_in_each_interval) {
  Wired wired;
  wired.link();
  int beats = 0;
  const Instant end = wired.now + 10s;
  while (wired.now < end) {
    wired.now = wired.b.deadline();
    wired.b.tick(wired.now);
    (void)wired.give(wired.b, wired.take(*wired.a));  // So that `b` hears `a`.
    const auto frame = wired.take(wired.b);
    if (frame.empty()) continue;
    ++beats;
    (void)wired.give(*wired.a, frame);
    BOOST_TEST((wired.a->tick(wired.now), wired.a->state() == LinkState::up));
  }
  BOOST_TEST(beats == 10);
}

BOOST_AUTO_TEST_CASE(silence_makes_a_peer_unreachable_and_then_ends_the_link) {
  Wired wired;
  wired.link();
  wired.pass(2499ms, wired.b);
  BOOST_TEST((wired.b.state() == LinkState::up));
  wired.pass(1ms, wired.b);
  BOOST_TEST((wired.b.state() == LinkState::unreachable));
  wired.pass(2499ms, wired.b);
  BOOST_TEST((wired.b.state() == LinkState::unreachable));
  wired.pass(1ms, wired.b);
  BOOST_TEST((wired.b.state() == LinkState::down));
  BOOST_TEST(wired.b.departure().reason ==
             "nothing was heard of node 'a' (0000000000000001) for 5 s");
}

BOOST_AUTO_TEST_CASE(a_pause_of_the_listener_is_not_silence_of_the_dialer) {
  Wired wired;
  wired.link();
  wired.now = wired.now + 1h;  // This process was stopped.
  wired.a->tick(wired.now);
  BOOST_TEST((wired.a->state() == LinkState::up));
  wired.pass(5s, *wired.a);
  BOOST_TEST((wired.a->state() == LinkState::down));
}

BOOST_AUTO_TEST_CASE(a_dialer_that_paused_for_a_lease_is_down) {
  Wired wired;
  wired.link();
  wired.now = wired.now + 5s;
  (void)wired.give(wired.b, wired.take(*wired.a));  // A frame that arrived during the pause.
  wired.b.tick(wired.now);
  BOOST_TEST((wired.b.state() == LinkState::down));
}

BOOST_AUTO_TEST_CASE(a_dialer_that_is_not_heard_gives_up_even_if_it_hears) {
  Wired wired;
  wired.link();
  const Instant cut = wired.now;
  while (wired.b.state() != LinkState::down && wired.now < cut + 10s) {
    wired.now = std::min(wired.a->deadline(), wired.b.deadline());
    wired.a->tick(wired.now);
    wired.b.tick(wired.now);
    (void)wired.move_all(*wired.a, wired.b);
    while (!wired.take(wired.b).empty()) {
    }  // Lost.
  }
  BOOST_TEST((wired.now == cut + 5s));
  BOOST_TEST((wired.b.departure().lease_from == cut));
  BOOST_TEST(wired.b.departure().reason ==
             "node 'a' (0000000000000001) has confirmed nothing for 5 s");
}

BOOST_AUTO_TEST_CASE(a_listener_that_is_not_heard_keeps_the_link_while_it_hears) {
  Wired wired;
  wired.link();
  const Instant cut = wired.now;
  Instant heard = cut;
  while (wired.a->state() != LinkState::down && wired.now < cut + 20s) {
    wired.now = std::min(wired.a->deadline(), wired.b.deadline());
    wired.b.tick(wired.now);
    for (auto frame = wired.take(wired.b); !frame.empty(); frame = wired.take(wired.b)) {
      heard = wired.now;
      (void)wired.give(*wired.a, frame);
    }
    wired.a->tick(wired.now);
    while (!wired.take(*wired.a).empty()) {
    }  // Lost.
  }
  BOOST_TEST((wired.b.departure().lease_from == cut));
  BOOST_TEST((wired.a->departure().lease_from == heard));
  BOOST_TEST((wired.now == heard + 5s));
  BOOST_TEST((heard > cut + 3s));
}

BOOST_AUTO_TEST_CASE(a_dialers_lease_ends_no_later_than_the_listeners_whatever_is_lost_or_late) {
  struct Sent {
    Instant arrives;
    bool to_a;
    std::vector<std::byte> frame;
  };
  std::size_t fresh = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Rng rng(seed);
    Wired wired(LinkOptions::for_lease(2s));
    wired.link();
    std::vector<Sent> on_the_way;
    for (int step = 0; step < 400; ++step) {
      wired.now = wired.now + Duration(rng.below(50'000'000));
      if (rng.below(100) == 0) wired.now = wired.now + 1s;
      if (rng.below(10) == 0) (void)wired.b.send(as_bytes("x"), wired.now);
      for (Link* link : {wired.a.get(), &wired.b}) {
        link->tick(wired.now);
        for (auto frame = wired.take(*link); !frame.empty(); frame = wired.take(*link))
          if (rng.below(4) != 0)
            on_the_way.push_back(
                {wired.now + Duration(rng.below(200'000'000)), link == &wired.b, frame});
      }
      for (const Sent& sent : on_the_way)
        if (sent.arrives <= wired.now) (void)wired.give(sent.to_a ? *wired.a : wired.b, sent.frame);
      std::erase_if(on_the_way, [&](const Sent& sent) { return sent.arrives <= wired.now; });
      BOOST_REQUIRE((wired.b.lease_from() <= wired.a->last_heard()));
      fresh += wired.now - wired.b.lease_from() < 1s ? 1 : 0;
    }
  }
  BOOST_TEST(fresh > 10'000u);  // Of 40,000: the lease is renewed while frames arrive.
}

BOOST_AUTO_TEST_CASE(a_link_that_is_always_busy_still_sends_beats) {
  Wired wired;
  wired.link();
  const Instant begin = wired.now;
  while (wired.now < begin + 20s) {
    BOOST_REQUIRE(wired.b.send(as_bytes("x"), wired.now));
    BOOST_REQUIRE(wired.a->send(as_bytes("y"), wired.now));
    (void)wired.move_all(wired.b, *wired.a);
    (void)wired.move_all(*wired.a, wired.b);
    wired.now = wired.now + 5ms;
    wired.b.tick(wired.now);
    wired.a->tick(wired.now);
    BOOST_REQUIRE((wired.now - wired.b.lease_from() <= 1100ms));
  }
}

BOOST_AUTO_TEST_CASE(a_beat_of_the_wrong_size_ends_the_link_with_the_reason) {
  Wired wired;
  wired.link();
  (void)wired.give(
      *wired.a,
      encode_frame({.kind = FrameKind::beat, .from = 2, .to = 1, .sequence = 1, .acknowledged = 1},
                   as_bytes("??")));
  BOOST_TEST((wired.a->state() == LinkState::down));
  BOOST_TEST(wired.a->departure().reason.find("a beat with a body of 2 bytes; it has 16") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_echo_of_a_beat_that_was_never_sent_does_not_renew_the_lease) {
  Wired wired;
  wired.link();
  const Instant before = wired.b.lease_from();
  wired.now = wired.now + 500ms;
  for (const std::uint64_t echo : {std::uint64_t{900'000'000'000}, ~std::uint64_t{0}})
    (void)wired.give(
        wired.b,
        encode_frame(
            {.kind = FrameKind::beat, .from = 1, .to = 2, .sequence = 1, .acknowledged = 1},
            encode_beat({.sent = 1, .echo = echo})));
  BOOST_TEST((wired.b.lease_from() == before));
  BOOST_TEST((wired.b.last_heard() == wired.now));
}

BOOST_AUTO_TEST_CASE(frames_lost_with_a_route_are_resent_on_the_next) {
  Wired wired;
  wired.link();
  BOOST_REQUIRE(wired.a->send(as_bytes("held"), wired.now));
  (void)wired.take(*wired.a);
  wired.b.redialed(wired.now);
  (void)wired.move_all(wired.b, *wired.a);
  BOOST_TEST(wired.a->peer_attempt() == 2u);
  BOOST_TEST((wired.move_all(*wired.a, wired.b) == std::vector<std::string>{"held"}));
}

BOOST_AUTO_TEST_CASE(a_malformed_body_ends_the_link_with_the_reason) {
  Wired wired;
  wired.link();
  const auto frame =
      encode_frame({.kind = FrameKind::data, .from = 2, .to = 1, .sequence = 1, .acknowledged = 1},
                   as_bytes("??"));
  BOOST_TEST(wired.give(*wired.a, frame).empty());
  BOOST_TEST((wired.a->state() == LinkState::down));
  BOOST_TEST((wired.a->departure().cause == Departure::Cause::refused));
  BOOST_TEST(wired.a->departure().reason.find("a record's header of 2 bytes") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_of_frames_never_sent_is_ignored) {
  Wired wired;
  wired.link();
  BOOST_REQUIRE(wired.b.send(as_bytes("x"), wired.now));
  (void)wired.take(wired.b);
  (void)wired.give(wired.b,
                   encode_frame({.from = 1, .to = 2, .sequence = 1, .acknowledged = 900}, {}));
  BOOST_TEST(wired.b.buffered_bytes() > 0u);
  BOOST_TEST((wired.b.state() == LinkState::up));
}

BOOST_AUTO_TEST_CASE(room_is_reported_when_a_message_over_half_the_queue_fits) {
  LinkOptions options;
  options.buffer_bytes_max = 1000;
  Wired wired(options);
  wired.link();
  BOOST_REQUIRE(wired.b.send(as_bytes(std::string(400, 'x')), wired.now));
  const std::string large(900, 'y');
  BOOST_TEST((wired.b.send(as_bytes(large), wired.now).error().kind == ErrorKind::exhausted));
  BOOST_TEST(!wired.b.take_room());
  (void)wired.move_all(wired.b, *wired.a);
  wired.now = wired.now + options.ack_delay;
  (void)wired.move_all(*wired.a, wired.b);
  BOOST_TEST(wired.b.take_room());
  BOOST_TEST(!wired.b.take_room());
  BOOST_TEST(wired.b.send(as_bytes(large), wired.now).has_value());
}

BOOST_AUTO_TEST_CASE(no_sequence_of_frames_breaks_a_link) {
  Rng rng(5);
  std::size_t up = 0;
  for (int round = 0; round < 300; ++round) {
    Wired wired;
    wired.link();
    for (int step = 0; step < 50; ++step) {
      FrameHeader header{.kind = static_cast<FrameKind>(1 + rng.below(6)),
                         .resend = rng.below(2) == 0,
                         .from = rng.below(10) == 0 ? 9U : 2U,
                         .to = rng.below(10) == 0 ? 9U : 1U,
                         .sequence = rng.below(5),
                         .acknowledged = rng.below(5),
                         .attempt = static_cast<std::uint32_t>(rng.below(3))};
      if (header.kind == FrameKind::refusal && rng.below(20) != 0) header.kind = FrameKind::data;
      std::vector<std::byte> body;
      if (header.kind == FrameKind::beat && rng.below(20) != 0)
        body = encode_beat({.sent = rng.below(1000), .echo = rng.bits()});
      else
        append_record({static_cast<Record::Part>(rng.below(8) == 0 ? rng.below(4) : 0), 50,
                       std::vector<std::byte>(rng.below(60))},
                      body);
      (void)wired.a->send(as_bytes("x"), wired.now);
      (void)wired.give(*wired.a, encode_frame(header, body));
      wired.now = std::min(wired.a->deadline(), wired.now + 100ms);
      wired.a->tick(wired.now);
      (void)wired.take(*wired.a);
    }
    up += wired.a->state() == LinkState::up ? 1 : 0;
  }
  BOOST_TEST(up > 5u);  // Otherwise most rounds would test a link that is down.
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
