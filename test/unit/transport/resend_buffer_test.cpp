#include "transport/stream/resend_buffer.hpp"

#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"

namespace troupe::transport {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(resend_buffer)

using Buffer = ResendBuffer<std::vector<std::byte>>;

/// A buffer of frames of one message each.
struct Fixture {
  void append(std::size_t size) {
    buffer.append({.frame = std::vector<std::byte>(size), .messages = 1, .queued_at = now});
  }
  /// The numbers of all frames that may be transmitted now.
  std::vector<std::uint64_t> transmit() {
    std::vector<std::uint64_t> sequences;
    for (auto next = buffer.next(); next.entry != nullptr; next = buffer.next())
      sequences.push_back(next.sequence);
    return sequences;
  }
  bool acknowledge(std::uint64_t sequence) {
    return buffer.acknowledge(
        sequence, [this](const std::vector<std::byte>& frame) { freed.push_back(frame.size()); });
  }

  Instant now{1s};
  Buffer buffer{{.bytes = 100, .frames = 3}};
  std::vector<std::size_t> freed;
};

using Numbers = std::vector<std::uint64_t>;

BOOST_FIXTURE_TEST_CASE(frames_are_numbered_from_one_and_transmitted_in_order, Fixture) {
  BOOST_TEST(buffer.next_sequence() == 1U);
  append(10);
  append(20);
  BOOST_TEST(buffer.next_sequence() == 3U);
  BOOST_TEST(buffer.sequence_sent() == 1U);
  BOOST_TEST((transmit() == Numbers{1, 2}));
  BOOST_TEST(buffer.sequence_sent() == 3U);
  BOOST_TEST((buffer.next().entry == nullptr));
}

BOOST_FIXTURE_TEST_CASE(the_window_bounds_frames_and_bytes_on_the_wire, Fixture) {
  for (int i = 0; i < 5; ++i) append(10);
  BOOST_TEST((transmit() == Numbers{1, 2, 3}));
  BOOST_TEST(acknowledge(3));
  BOOST_TEST((transmit() == Numbers{4, 5}));
  BOOST_TEST(acknowledge(6));
  append(80);
  BOOST_TEST((transmit() == Numbers{6}));
  BOOST_TEST(acknowledge(7));
  append(60);
  append(41);
  BOOST_TEST((transmit() == Numbers{7}));  // Both together exceed 100 bytes.
}

BOOST_FIXTURE_TEST_CASE(a_frame_larger_than_the_window_is_transmitted_alone, Fixture) {
  append(500);
  append(1);
  BOOST_TEST((transmit() == Numbers{1}));
  BOOST_TEST(acknowledge(2));
  BOOST_TEST((transmit() == Numbers{2}));
}

BOOST_FIXTURE_TEST_CASE(an_acknowledgement_frees_all_earlier_frames, Fixture) {
  append(10);
  append(20);
  append(30);
  (void)transmit();
  BOOST_TEST(buffer.bytes() == 60U);
  BOOST_TEST(buffer.messages() == 3U);
  BOOST_TEST(acknowledge(3));
  BOOST_TEST((freed == std::vector<std::size_t>{10, 20}));
  BOOST_TEST(buffer.bytes() == 30U);
  BOOST_TEST(buffer.messages() == 1U);
  BOOST_TEST(buffer.in_flight());
  BOOST_TEST(!acknowledge(3));  // A repetition frees nothing.
  BOOST_TEST(!acknowledge(1));
  BOOST_TEST(acknowledge(4));
  BOOST_TEST(buffer.empty());
  BOOST_TEST(!buffer.in_flight());
}

BOOST_FIXTURE_TEST_CASE(frames_that_were_never_transmitted_cannot_be_acknowledged, Fixture) {
  append(10);
  BOOST_CHECK_THROW(acknowledge(2), CheckFailure);
}

BOOST_FIXTURE_TEST_CASE(a_rewind_transmits_the_unacknowledged_frames_again, Fixture) {
  append(10);
  append(20);
  append(30);
  (void)transmit();
  BOOST_TEST(acknowledge(2));
  buffer.rewind();
  BOOST_TEST(!buffer.in_flight());
  BOOST_TEST((transmit() == Numbers{2, 3}));
}

BOOST_FIXTURE_TEST_CASE(an_acknowledgement_after_a_rewind_skips_the_freed_frames, Fixture) {
  append(10);
  append(20);
  append(30);
  (void)transmit();
  buffer.rewind();
  BOOST_TEST(buffer.next().sequence == 1U);
  BOOST_TEST(acknowledge(3));  // Of the transmissions before the rewind.
  BOOST_TEST((transmit() == Numbers{3}));
}

BOOST_FIXTURE_TEST_CASE(only_a_frame_that_was_never_transmitted_is_untouched, Fixture) {
  BOOST_TEST(!buffer.newest_is_untouched());
  append(10);
  BOOST_TEST(buffer.newest_is_untouched());
  (void)transmit();
  BOOST_TEST(!buffer.newest_is_untouched());
  buffer.rewind();  // The peer may have the transmitted bytes.
  BOOST_TEST(!buffer.newest_is_untouched());
  append(10);
  BOOST_TEST(buffer.newest_is_untouched());
}

BOOST_FIXTURE_TEST_CASE(growth_of_the_newest_frame_counts, Fixture) {
  append(10);
  buffer.newest().frame.resize(15);
  buffer.note_growth(5);
  buffer.note_message_end();
  BOOST_TEST(buffer.bytes() == 15U);
  BOOST_TEST(buffer.messages() == 2U);
  (void)transmit();
  BOOST_CHECK_THROW(buffer.note_growth(1), CheckFailure);
  BOOST_TEST(acknowledge(2));
  BOOST_TEST(buffer.bytes() == 0U);
  BOOST_TEST(buffer.messages() == 0U);
}

BOOST_FIXTURE_TEST_CASE(the_oldest_frame_tells_its_age, Fixture) {
  BOOST_TEST((buffer.oldest() == Instant::never()));
  append(1);
  now = Instant{2s};
  append(1);
  BOOST_TEST((buffer.oldest() == Instant{1s}));
  (void)transmit();
  (void)acknowledge(2);
  BOOST_TEST((buffer.oldest() == Instant{2s}));
}

BOOST_FIXTURE_TEST_CASE(any_order_of_calls_keeps_the_counts, Fixture) {
  Rng rng(11);
  std::uint64_t appended = 0;
  std::uint64_t freed_below = 1;
  for (int step = 0; step < 20'000; ++step) {
    switch (rng.below(4)) {
      case 0:
        append(1 + rng.below(60));
        ++appended;
        break;
      case 1:
        (void)buffer.next();
        break;
      case 2: {
        const std::uint64_t sequence =
            freed_below + rng.below(buffer.sequence_sent() - freed_below + 1);
        BOOST_REQUIRE(acknowledge(sequence) == (sequence > freed_below));
        freed_below = sequence;
        break;
      }
      default:
        if (rng.below(10) == 0) buffer.rewind();
    }
    BOOST_REQUIRE(buffer.messages() == appended + 1 - freed_below);
    BOOST_REQUIRE(buffer.next_sequence() == appended + 1);
    BOOST_REQUIRE(buffer.empty() == (buffer.bytes() == 0));
  }
  BOOST_TEST(freed_below > 1000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport
