#include "transport/link_timers.hpp"

#include <vector>

#include <boost/test/unit_test.hpp>

namespace troupe::transport {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(link_timers)

constexpr Instant start{10s};

BOOST_AUTO_TEST_CASE(a_hello_is_repeated_with_doubling_waits_of_at_most_a_heartbeat) {
  HelloTimer hello(LinkOptions{}, start);
  std::vector<Duration> waits;
  for (Instant now = start; waits.size() < 6; now = hello.due()) {
    BOOST_TEST(hello.take_due(now));
    BOOST_TEST(!hello.take_due(now));
    waits.push_back(hello.due() - now);
  }
  BOOST_TEST((waits == std::vector<Duration>{200ms, 400ms, 800ms, 1s, 1s, 1s}));
}

BOOST_AUTO_TEST_CASE(a_new_dial_says_hello_at_once_and_has_the_next_number) {
  HelloTimer hello(LinkOptions{}, start);
  BOOST_TEST(hello.attempt() == 1U);
  BOOST_TEST(hello.take_due(start));
  hello.stop();
  BOOST_TEST((hello.due() == Instant::never()));
  hello.redialed(start + 5s);
  BOOST_TEST(hello.attempt() == 2U);
  BOOST_TEST(hello.take_due(start + 5s));
  BOOST_TEST((hello.due() == start + 5s + 200ms));  // The first wait again.
  hello.restart(start + 6s);
  BOOST_TEST(hello.attempt() == 2U);
  BOOST_TEST(hello.take_due(start + 6s));
}

BOOST_AUTO_TEST_CASE(the_accepting_side_says_no_hello) {
  HelloTimer hello(LinkOptions{}, Instant::never());
  BOOST_TEST(!hello.take_due(start + 1h));
}

BOOST_AUTO_TEST_CASE(silence_counts_from_when_the_peer_was_heard) {
  SilenceTimer silence(start);
  BOOST_TEST((silence.silence(start + 3s) == 3s));
  silence.heard(start + 3s);
  BOOST_TEST((silence.silence(start + 4s) == 1s));
}

BOOST_AUTO_TEST_CASE(a_pause_of_this_process_is_no_silence_of_the_peer) {
  SilenceTimer silence(start);
  silence.discount_pause(start + 1s, start + 2s, 1s);  // Not later than tolerated.
  BOOST_TEST((silence.silence(start + 2s) == 2s));
  silence.discount_pause(start + 3s, start + 60s, 1s);
  BOOST_TEST((silence.silence(start + 60s) == 3s));
  silence.discount_pause(start - 1h, start + 61s, 1s);  // Longer than the silence itself.
  BOOST_TEST((silence.last_heard() == start + 61s));
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_heard_and_acknowledges_nothing_stalls) {
  StallTimer stall;
  BOOST_TEST((stall.update(start, 100, true, start) == 0s));
  BOOST_TEST((stall.update(start, 100, true, start + 7s) == 7s));
  BOOST_TEST((stall.update(start + 1s, 100, true, start + 8s) == 0s));  // The oldest is confirmed.
  BOOST_TEST((stall.update(start + 1s, 150, true, start + 9s) == 0s));  // More was sent.
  BOOST_TEST((stall.update(start + 1s, 150, true, start + 11s) == 2s));
}

BOOST_AUTO_TEST_CASE(a_silent_peer_and_an_empty_queue_do_not_stall) {
  StallTimer stall;
  for (int s = 0; s < 5; ++s) {
    BOOST_TEST((stall.update(start, 100, false, start + 1s * s) == 0s));
    BOOST_TEST((StallTimer().update(Instant::never(), 0, true, start + 1s * s) == 0s));
  }
  StallTimer empty;
  BOOST_TEST((empty.update(Instant::never(), 0, true, start) == 0s));
  BOOST_TEST((empty.update(Instant::never(), 0, true, start + 1h) == 0s));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport
