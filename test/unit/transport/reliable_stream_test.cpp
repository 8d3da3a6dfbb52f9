// Both directions of a stream, frame by frame, with either send queue.

#include "transport/stream/reliable_stream.hpp"

#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "test/unit/transport/node.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(reliable_stream)

using Texts = std::vector<std::string>;

LinkOptions small() {
  LinkOptions options;
  options.coalesce_max = 0;  // One message in each frame.
  options.frame_max = 1000;
  options.window_bytes = 2000;
  options.window_frames = 8;
  options.buffer_bytes_max = 5000;
  options.buffer_messages_max = 6;
  options.message_max = 10'000;
  options.bulk_frame_max = 1000;
  options.bulk_window_bytes = 2000;
  options.bulk_buffer_bytes_max = 5000;
  return options;
}

/// The parts of a frame that the receiving stream needs.
struct Transmitted {
  std::uint64_t sequence = 0;
  std::vector<std::byte> body{};
};

/// The two kinds of stream behind one interface.
struct Ordinary {
  using Stream = ReliableStream<SendQueue>;
  static Stream make() { return {StreamOptions::ordinary(small()), SendQueue(small())}; }
  static Result<void> send(Stream& stream, std::string_view text, Instant now) {
    return stream.send(as_bytes(text), now);
  }
  static std::optional<Transmitted> next(Stream& stream, Instant now) {
    const auto next = stream.next_frame(now);
    if (!next) return std::nullopt;
    const auto body = next->frame.subspan(FrameHeader::size);
    return Transmitted{next->sequence, {body.begin(), body.end()}};
  }
};
struct Bulk {
  using Stream = ReliableStream<BulkSendQueue>;
  static Stream make() {
    return {StreamOptions::bulk(small()), BulkSendQueue(small(), {.bulk = true})};
  }
  static Result<void> send(Stream& stream, std::string_view text, Instant now) {
    std::string message(bulk_headroom, '\0');
    message += text;
    return stream.send(message, now);
  }
  static std::optional<Transmitted> next(Stream& stream, Instant now) {
    const SharedFrame next = stream.next_frame(now);
    if (next == nullptr) return std::nullopt;
    const Frame frame = *decode_frame(bytes_of(next), small().bulk_frame_max);
    return Transmitted{frame.header.sequence, {frame.body.begin(), frame.body.end()}};
  }
};
using Kinds = std::tuple<Ordinary, Bulk>;

template <typename Kind>
struct Pair {
  using Stream = typename Kind::Stream;

  std::optional<Transmitted> next(Stream& from) { return Kind::next(from, now); }
  Result<void> send(Stream& from, std::string_view text) { return Kind::send(from, text, now); }
  Texts give(Stream& to, const Transmitted& frame) {
    if (!to.accepts(frame.sequence, now)) return {};
    check(to.receive(frame.body, now).has_value(), "a stream reads what a stream wrote");
    Texts texts;
    while (const auto message = to.next_message()) texts.push_back(as_text(*message));
    return texts;
  }
  Texts move_all(Stream& from, Stream& to) {
    Texts all;
    while (const auto frame = next(from))
      for (auto& text : give(to, *frame)) all.push_back(std::move(text));
    return all;
  }
  /// Carries the acknowledgement of `from` to `to`, as a beat does.
  void acknowledge(Stream& from, Stream& to) {
    const FrameHeader header{.resend = from.requests_resend(), .acknowledged = from.acknowledged()};
    from.on_ack_sent();
    BOOST_REQUIRE(to.is_plausible(header));
    to.on_acknowledged(header, now);
  }

  Instant now{};
  Stream a = Kind::make();
  Stream b = Kind::make();
};

BOOST_AUTO_TEST_CASE_TEMPLATE(messages_arrive_in_order_in_one_part_or_several, Kind, Kinds) {
  Pair<Kind> pair;
  const std::string large(2500, 'x');
  BOOST_REQUIRE(pair.send(pair.a, "one"));
  BOOST_REQUIRE(pair.send(pair.a, large));
  BOOST_REQUIRE(pair.send(pair.a, "two"));
  Texts all;
  while (pair.a.buffer().bytes() > 0) {  // The window does not hold all at once.
    for (auto& text : pair.move_all(pair.a, pair.b)) all.push_back(std::move(text));
    pair.acknowledge(pair.b, pair.a);
  }
  BOOST_TEST((all == Texts{"one", large, "two"}));
  BOOST_TEST((pair.a.resend_at() == Instant::never()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_acknowledgement_is_delayed_until_a_quarter_window, Kind, Kinds) {
  Pair<Kind> pair;
  BOOST_TEST((pair.b.ack_at() == Instant::never()));
  BOOST_REQUIRE(pair.send(pair.a, "one"));
  (void)pair.move_all(pair.a, pair.b);
  BOOST_TEST((pair.b.ack_at() == pair.now + small().ack_delay));
  BOOST_REQUIRE(pair.send(pair.a, std::string(500, 'x')));
  (void)pair.move_all(pair.a, pair.b);
  BOOST_TEST((pair.b.ack_at() == pair.now));
  pair.acknowledge(pair.b, pair.a);
  BOOST_TEST((pair.b.ack_at() == Instant::never()));
  BOOST_TEST(pair.a.buffer().empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_gap_is_requested_once_and_filled, Kind, Kinds) {
  Pair<Kind> pair;
  for (const char* text : {"1", "2", "3"}) BOOST_REQUIRE(pair.send(pair.a, text));
  const auto lost = pair.next(pair.a);
  BOOST_REQUIRE(lost.has_value());
  BOOST_TEST(pair.move_all(pair.a, pair.b).empty());
  BOOST_TEST(pair.b.requests_resend());
  BOOST_TEST((pair.b.ack_at() == pair.now));
  pair.acknowledge(pair.b, pair.a);
  BOOST_TEST(!pair.b.requests_resend());
  BOOST_TEST(pair.give(pair.b, {.sequence = 3}).empty());
  BOOST_TEST(!pair.b.requests_resend());  // The same gap, within `gap_request_after`.
  BOOST_TEST((pair.move_all(pair.a, pair.b) == Texts{"1", "2", "3"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_gap_that_stays_is_requested_again, Kind, Kinds) {
  Pair<Kind> pair;
  BOOST_TEST(!pair.b.accepts(2, pair.now));
  BOOST_TEST(pair.b.requests_resend());
  pair.b.on_ack_sent();
  pair.now = pair.now + small().resend_after;
  BOOST_TEST(!pair.b.accepts(2, pair.now));
  BOOST_TEST(pair.b.requests_resend());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lost_last_frame_is_noticed_by_the_number_in_a_beat, Kind, Kinds) {
  Pair<Kind> pair;
  BOOST_REQUIRE(pair.send(pair.a, "lost"));
  (void)pair.next(pair.a);
  pair.b.on_peer_sent(1, pair.now);
  BOOST_TEST(!pair.b.requests_resend());
  pair.b.on_peer_sent(pair.a.buffer().sequence_sent(), pair.now);
  BOOST_TEST(pair.b.requests_resend());
  pair.acknowledge(pair.b, pair.a);
  BOOST_TEST((pair.move_all(pair.a, pair.b) == Texts{"lost"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_repeated_frame_is_dropped_and_acknowledged_at_once, Kind, Kinds) {
  Pair<Kind> pair;
  BOOST_REQUIRE(pair.send(pair.a, "once"));
  const auto frame = pair.next(pair.a);
  BOOST_TEST((pair.give(pair.b, *frame) == Texts{"once"}));
  BOOST_TEST(pair.give(pair.b, *frame).empty());
  BOOST_TEST((pair.b.ack_at() == pair.now));
  BOOST_TEST(!pair.b.requests_resend());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(unacknowledged_frames_are_resent_with_doubling_timeouts, Kind,
                              Kinds) {
  Pair<Kind> pair;
  const StreamOptions options =
      std::is_same_v<Kind, Bulk> ? StreamOptions::bulk(small()) : StreamOptions::ordinary(small());
  BOOST_REQUIRE(pair.send(pair.a, "x"));
  for (Duration wait = options.resend_after; wait <= options.resend_max; wait *= 2) {
    BOOST_REQUIRE(pair.next(pair.a).has_value());
    BOOST_TEST((pair.a.resend_at() == pair.now + wait));
    pair.a.tick(pair.a.resend_at() - 1ns);
    BOOST_TEST(!pair.next(pair.a).has_value());
    pair.now = pair.a.resend_at();
    pair.a.tick(pair.now);
  }
  BOOST_REQUIRE(pair.next(pair.a).has_value());
  BOOST_TEST((pair.a.resend_at() == pair.now + options.resend_max));
  pair.a.restart();
  BOOST_REQUIRE(pair.next(pair.a).has_value());
  BOOST_TEST((pair.a.resend_at() == pair.now + options.resend_after));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_new_route_resends_what_the_old_one_held, Kind, Kinds) {
  Pair<Kind> pair;
  BOOST_REQUIRE(pair.send(pair.a, "one"));
  (void)pair.next(pair.a);
  pair.a.resend();
  BOOST_TEST((pair.move_all(pair.a, pair.b) == Texts{"one"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_send_queue_is_bounded_and_tells_when_there_is_room, Kind, Kinds) {
  Pair<Kind> pair;
  int taken = 0;
  while (pair.send(pair.a, std::string(800, 'x'))) ++taken;
  BOOST_TEST(taken == 5);
  BOOST_TEST((pair.send(pair.a, std::string(800, 'x')).error().kind == ErrorKind::exhausted));
  BOOST_TEST(pair.a.buffer().bytes() <= 5000U);
  bool has_room = pair.a.take_room();
  BOOST_TEST(!has_room);
  while (!has_room) {
    BOOST_REQUIRE(!pair.a.buffer().empty());
    (void)pair.move_all(pair.a, pair.b);
    pair.acknowledge(pair.b, pair.a);
    has_room = pair.a.take_room();
    BOOST_TEST(has_room == (pair.a.buffer().bytes() <= 2500));
  }
  BOOST_TEST(!pair.a.take_room());
  BOOST_TEST(pair.send(pair.a, std::string(800, 'x')).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(room_is_told_when_the_message_that_did_not_fit_fits, Kind, Kinds) {
  Pair<Kind> pair;
  BOOST_REQUIRE(pair.send(pair.a, std::string(300, 'x')));
  BOOST_REQUIRE(pair.send(pair.a, std::string(300, 'x')));
  const std::string large(4700, 'y');  // Fits an empty buffer only.
  BOOST_TEST((pair.send(pair.a, large).error().kind == ErrorKind::exhausted));
  const auto first = pair.next(pair.a);
  (void)pair.give(pair.b, *first);
  pair.acknowledge(pair.b, pair.a);
  BOOST_TEST(!pair.a.take_room());  // Half empty, but `large` does not fit.
  (void)pair.move_all(pair.a, pair.b);
  pair.acknowledge(pair.b, pair.a);
  BOOST_TEST(pair.a.take_room());
  BOOST_TEST(pair.send(pair.a, large).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_message_over_the_limit_never_fits, Kind, Kinds) {
  Pair<Kind> pair;
  const std::string too_large(small().message_max + 1, 'x');
  BOOST_TEST((pair.send(pair.a, too_large).error().kind == ErrorKind::bad_input));
  BOOST_TEST(pair.a.buffer().empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_acknowledgement_of_frames_never_sent_is_not_plausible, Kind,
                              Kinds) {
  Pair<Kind> pair;
  BOOST_REQUIRE(pair.send(pair.a, "x"));
  BOOST_TEST(pair.a.is_plausible({.acknowledged = 1}));
  BOOST_TEST(!pair.a.is_plausible({.acknowledged = 2}));  // Queued, but not transmitted.
  (void)pair.next(pair.a);
  BOOST_TEST(pair.a.is_plausible({.acknowledged = 2}));
  BOOST_TEST(!pair.a.is_plausible({.acknowledged = 3}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_malformed_body_is_not_counted_as_received, Kind, Kinds) {
  Pair<Kind> pair;
  BOOST_REQUIRE(pair.b.accepts(1, pair.now));
  BOOST_TEST(!pair.b.receive(as_bytes("??"), pair.now).has_value());
  BOOST_TEST(pair.b.acknowledged() == 1U);
}

BOOST_AUTO_TEST_CASE(small_messages_share_a_frame_until_it_is_transmitted) {
  LinkOptions options;
  ReliableStream<SendQueue> stream(StreamOptions::ordinary(options), SendQueue(options));
  for (int i = 0; i < 100; ++i) BOOST_REQUIRE(stream.send(as_bytes("x"), Instant{}));
  BOOST_TEST(stream.next_frame(Instant{}).has_value());
  BOOST_TEST(!stream.next_frame(Instant{}).has_value());
  BOOST_REQUIRE(stream.send(as_bytes("x"), Instant{}));
  const auto second = stream.next_frame(Instant{});
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST(second->sequence == 2U);
}

BOOST_AUTO_TEST_CASE(a_bulk_frame_is_made_in_the_memory_of_its_message) {
  auto stream = Bulk::make();
  std::string message(bulk_headroom + 100, 'x');
  const void* const memory = message.data();
  BOOST_REQUIRE(stream.send(message, Instant{}));
  const SharedFrame frame = stream.next_frame(Instant{});
  BOOST_TEST(static_cast<const void*>(frame->data()) == memory);
  stream.resend();
  BOOST_TEST((stream.next_frame(Instant{}) == frame));
}

/// Random loss, repetition and reordering in both directions; then a good network.
template <typename Kind>
void run_on_a_bad_network(std::uint64_t seed) {
  Rng rng(seed);
  Pair<Kind> pair;
  Texts sent;
  Texts received;
  std::vector<Transmitted> on_the_way;
  for (int step = 0; step < 6000; ++step) {
    const bool is_good = step >= 2000;
    if (!is_good) {
      const std::string text = std::to_string(sent.size()) + std::string(rng.below(1500), 'x');
      if (pair.send(pair.a, text)) sent.push_back(text);
    }
    while (const auto frame = pair.next(pair.a)) {
      if (!is_good && rng.below(4) == 0) continue;
      on_the_way.push_back(*frame);
      if (!is_good && rng.below(4) == 0) on_the_way.push_back(*frame);
    }
    while (!on_the_way.empty() && (is_good || rng.below(3) != 0)) {
      const std::size_t at = is_good ? 0 : rng.below(on_the_way.size());
      for (auto& text : pair.give(pair.b, on_the_way[at])) received.push_back(std::move(text));
      on_the_way.erase(on_the_way.begin() + static_cast<std::ptrdiff_t>(at));
    }
    pair.now = pair.now + 10ms;
    pair.a.tick(pair.now);
    if (pair.now < pair.b.ack_at()) continue;
    if (!is_good && rng.below(4) == 0)
      pair.b.on_ack_sent();  // Lost.
    else
      pair.acknowledge(pair.b, pair.a);
  }
  BOOST_TEST((received == sent));
  BOOST_TEST(sent.size() > 20U);
  BOOST_TEST(pair.a.buffer().empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(all_messages_arrive_once_in_order_over_a_bad_network, Kind, Kinds) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) BOOST_TEST_CONTEXT("seed " << seed) {
      run_on_a_bad_network<Kind>(seed);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
