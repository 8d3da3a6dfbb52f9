// The state machine of a bulk lane, frame by frame.

#include "transport/bulk_lane.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "test/unit/transport/node.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(bulk_lane)

LinkOptions small() {
  LinkOptions options;
  options.bulk_frame_max = 1000;
  options.bulk_window_bytes = 2000;
  options.bulk_buffer_bytes_max = 5000;
  return options;
}

/// Two ends of a bulk lane whose frames the test moves. `b` dials.
struct Wired {
  static Frame read(const SharedFrame& frame) { return *decode_frame(bytes_of(frame), 100'000); }
  std::vector<std::string> give(BulkLane& to, const SharedFrame& frame) {
    to.receive(read(frame), now);
    std::vector<std::string> messages;
    while (const auto message = to.next_message()) messages.push_back(as_text(*message));
    return messages;
  }
  std::vector<std::string> move_all(BulkLane& from, BulkLane& to) {
    std::vector<std::string> all;
    while (const SharedFrame frame = from.next_frame(now))
      for (auto& message : give(to, frame)) all.push_back(std::move(message));
    return all;
  }
  void open() {
    (void)move_all(b, a);
    (void)move_all(a, b);
    check(a.is_up() && b.is_up(), "a lane is open after two frames");
    (void)move_all(b, a);
  }
  Result<void> send(BulkLane& from, std::string_view text) {
    std::string message(bulk_headroom, '\0');
    message += text;
    return from.send(message, now);
  }

  Identity a_self{1, "a", {}};
  Identity b_self{2, "b", {}};
  Instant now{};
  BulkLane a{a_self, 2, small(), BulkLane::Side::acceptor, now};
  BulkLane b{b_self, 1, small(), BulkLane::Side::dialer, now};
};

BOOST_FIXTURE_TEST_CASE(a_hello_and_a_beat_open_it, Wired) {
  const auto hello = b.next_frame(now);
  BOOST_TEST((read(hello).header.kind == FrameKind::hello));
  BOOST_TEST(read(hello).header.bulk);
  BOOST_TEST(read(hello).header.to == 1u);
  BOOST_TEST((a.deadline() == Instant::never()));
  BOOST_TEST((a.next_frame(now) == nullptr));
  (void)give(a, hello);
  BOOST_TEST(a.is_up());
  const auto beat = a.next_frame(now);
  BOOST_TEST((read(beat).header.kind == FrameKind::beat));
  (void)give(b, beat);
  BOOST_TEST(b.is_up());
}

BOOST_FIXTURE_TEST_CASE(messages_sent_before_it_is_open_follow, Wired) {
  BOOST_TEST(send(a, "one").has_value());
  BOOST_TEST(send(a, "two").has_value());
  (void)move_all(b, a);
  BOOST_TEST((move_all(a, b) == std::vector<std::string>{"one", "two"}));
}

BOOST_FIXTURE_TEST_CASE(frames_before_a_hello_are_ignored, Wired) {
  BOOST_TEST(send(b, "one").has_value());
  Wired other;
  other.open();
  BOOST_REQUIRE(other.send(other.b, "one"));
  BOOST_TEST(give(a, other.b.next_frame(now)).empty());
  BOOST_TEST(a.is_connecting());
}

BOOST_FIXTURE_TEST_CASE(a_message_is_sent_in_the_memory_that_it_came_in, Wired) {
  open();
  std::string message(bulk_headroom + 100, 'x');
  const char* const memory = message.data();
  BOOST_REQUIRE(b.send(message, now));
  BOOST_TEST(message.empty());
  const SharedFrame frame = b.next_frame(now);
  BOOST_TEST(static_cast<const void*>(frame->data()) == static_cast<const void*>(memory));
  now = now + 2s;
  b.tick(now);  // The frame was not acknowledged.
  SharedFrame again = b.next_frame(now);
  while (again != nullptr && read(again).header.kind == FrameKind::beat) again = b.next_frame(now);
  BOOST_TEST((again == frame));  // The same bytes, not a copy.
}

BOOST_FIXTURE_TEST_CASE(no_more_than_a_window_is_on_the_wire, Wired) {
  open();
  for (int i = 0; i < 5; ++i) BOOST_REQUIRE(send(b, std::string(800, 'x')));
  std::vector<SharedFrame> frames;
  while (auto frame = b.next_frame(now)) frames.push_back(frame);
  BOOST_TEST(frames.size() == 2u);
  for (const auto& frame : frames) BOOST_TEST(give(a, frame).size() == 1u);
  BOOST_TEST(move_all(a, b).empty());  // A beat that acknowledges both.
  BOOST_TEST(move_all(b, a).size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(the_send_queue_is_bounded_and_reports_room, Wired) {
  open();
  int taken = 0;
  while (send(b, std::string(800, 'x'))) ++taken;
  BOOST_TEST(taken == 5);
  BOOST_TEST(b.buffered_bytes() <= 5000u);
  BOOST_TEST(!b.take_room());
  while (b.buffered_bytes() > 2500) {
    BOOST_TEST(!b.take_room());
    (void)move_all(b, a);
    now = now + 50ms;
    (void)move_all(a, b);
  }
  BOOST_TEST(b.take_room());
  BOOST_TEST(!b.take_room());
  while (b.buffered_bytes() > 0) {
    (void)move_all(b, a);
    now = now + 50ms;
    (void)move_all(a, b);
  }
  BOOST_TEST(send(b, std::string(50'000, 'x')).has_value());  // One message always fits.
  BOOST_TEST((send(b, "x").error().kind == ErrorKind::exhausted));
}

BOOST_FIXTURE_TEST_CASE(a_gap_is_requested_and_filled, Wired) {
  open();
  BOOST_REQUIRE(send(b, "one"));
  BOOST_REQUIRE(send(b, "two"));
  (void)b.next_frame(now);  // Lost.
  BOOST_TEST(move_all(b, a).empty());
  const auto asked = a.next_frame(now);
  BOOST_TEST(read(asked).header.resend);
  (void)give(b, asked);
  BOOST_TEST((move_all(b, a) == std::vector<std::string>{"one", "two"}));
}

BOOST_FIXTURE_TEST_CASE(a_lost_last_frame_is_noticed_by_the_next_beat, Wired) {
  open();
  BOOST_REQUIRE(send(b, "one"));
  (void)b.next_frame(now);  // Lost.
  now = now + small().heartbeat;
  BOOST_TEST(move_all(b, a).empty());
  (void)move_all(a, b);
  BOOST_TEST((move_all(b, a) == std::vector<std::string>{"one"}));
}

BOOST_FIXTURE_TEST_CASE(frames_lost_with_a_route_are_resent_on_the_next, Wired) {
  open();
  BOOST_REQUIRE(send(a, "one"));
  (void)a.next_frame(now);  // Lost with its route.
  while (!b.is_silent()) {
    now = std::max(now, b.deadline());
    b.tick(now);
    while (b.next_frame(now)) {
    }
    BOOST_REQUIRE((now.since_zero < 10s));
  }
  b.redialed(now);
  const auto hello = b.next_frame(now);
  BOOST_TEST((read(hello).header.kind == FrameKind::hello));
  BOOST_TEST(read(hello).header.attempt == 2u);
  (void)give(a, hello);
  BOOST_TEST(a.peer_attempt() == 2u);
  BOOST_TEST((move_all(a, b) == std::vector<std::string>{"one"}));
  BOOST_TEST(b.is_up());
}

BOOST_FIXTURE_TEST_CASE(a_malformed_body_is_reported, Wired) {
  open();
  const std::vector<std::byte> body(3);
  const auto frame = encode_frame(
      {.kind = FrameKind::data, .bulk = true, .from = 2, .to = 1, .sequence = 1}, body);
  a.receive(*decode_frame(frame, 1000), now);
  BOOST_REQUIRE(a.malformed().has_value());
  BOOST_TEST(*a.malformed() == "a record's header of 3 bytes; it has 4");
}

BOOST_FIXTURE_TEST_CASE(no_sequence_of_frames_breaks_a_lane, Wired) {
  Rng rng = Rng::stream(1, "frames");
  open();
  for (int i = 0; i < 20'000; ++i) {
    const std::vector<std::byte> body(rng.below(20), static_cast<std::byte>(rng.below(256)));
    const FrameHeader header{.kind = static_cast<FrameKind>(1 + rng.below(6)),
                             .resend = rng.below(4) == 0,
                             .bulk = true,
                             .from = 2,
                             .to = 1,
                             .sequence = rng.below(6),
                             .acknowledged = rng.below(6),
                             .attempt = static_cast<std::uint32_t>(rng.below(6))};
    const auto frame = encode_frame(header, body);
    a.receive(*decode_frame(frame, 1000), now);
    while (a.next_message()) {
    }
    if (rng.below(10) == 0) (void)send(a, "x");
    now = now + 1ms * rng.below(100);
    a.tick(now);
    while (a.next_frame(now)) {
    }
    BOOST_REQUIRE(a.buffered_bytes() <= 5000u);
    BOOST_REQUIRE((a.deadline() > now));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
