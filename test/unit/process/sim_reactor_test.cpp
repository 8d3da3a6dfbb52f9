#include "runtime/simulation/sim_reactor.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"

namespace troupe::runtime::simulation {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(sim_reactor)

struct Fixture {
  VirtualClock clock;
  SimReactor reactor{clock};
  std::string log;

  Reactor::Callback note(char c) {
    return [this, c] { log += c; };
  }
};

BOOST_FIXTURE_TEST_CASE(runs_posts_in_order_and_one_at_a_time, Fixture) {
  reactor.post(note('a'));
  reactor.post(note('b'));
  BOOST_TEST(log.empty());
  BOOST_TEST(reactor.run_one());
  BOOST_TEST(log == "a");
  BOOST_TEST(reactor.run_until_idle() == 1u);
  BOOST_TEST(log == "ab");
  BOOST_TEST(!reactor.run_one());
}

BOOST_FIXTURE_TEST_CASE(fires_timers_by_time_then_by_creation, Fixture) {
  reactor.at(Instant{2s}, note('c'));
  reactor.at(Instant{1s}, note('a'));
  reactor.at(Instant{1s}, note('b'));
  BOOST_TEST(reactor.run_until_idle() == 0u);
  reactor.advance(1s);
  BOOST_TEST(log == "ab");
  reactor.advance(1s);
  BOOST_TEST(log == "abc");
  BOOST_TEST((clock.now() == Instant{2s}));
}

BOOST_FIXTURE_TEST_CASE(a_timer_sees_its_own_time_during_a_longer_advance, Fixture) {
  Instant seen{};
  reactor.at(Instant{1s}, [&] {
    seen = reactor.now();
    reactor.at(reactor.now() + 1s, note('x'));
  });
  reactor.advance(10s);
  BOOST_TEST((seen == Instant{1s}));
  BOOST_TEST(log == "x");
  BOOST_TEST((clock.now() == Instant{10s}));
}

BOOST_FIXTURE_TEST_CASE(posts_run_before_due_timers, Fixture) {
  reactor.at(Instant{}, note('b'));
  reactor.post(note('a'));
  reactor.run_until_idle();
  BOOST_TEST(log == "ab");
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_timer_does_not_fire, Fixture) {
  const auto timer = reactor.at(Instant{1s}, note('a'));
  reactor.at(Instant{1s}, note('b'));
  reactor.cancel(timer);
  reactor.advance(1s);
  reactor.cancel(timer);
  BOOST_TEST(log == "b");
}

BOOST_FIXTURE_TEST_CASE(advances_to_the_next_timer, Fixture) {
  BOOST_TEST(!reactor.advance_to_next_timer());
  reactor.at(Instant{1h}, note('a'));
  BOOST_TEST((reactor.next_timer() == Instant{1h}));
  BOOST_TEST(reactor.advance_to_next_timer());
  BOOST_TEST(log == "a");
  BOOST_TEST((clock.now() == Instant{1h}));
  BOOST_TEST(!reactor.next_timer().has_value());
}

BOOST_FIXTURE_TEST_CASE(an_endless_loop_of_posts_is_found, Fixture) {
  Reactor::Callback again = [&] { reactor.post(again); };
  reactor.post(again);
  BOOST_CHECK_THROW(reactor.run_until_idle(1000), CheckFailure);
}

BOOST_FIXTURE_TEST_CASE(refuses_descriptors_and_moves_back_in_time, Fixture) {
  BOOST_CHECK_THROW((void)reactor.watch_readable(0, [] {}), CheckFailure);
  BOOST_CHECK_THROW((void)reactor.watch_writable(0, [] {}), CheckFailure);
  reactor.advance(1s);
  BOOST_CHECK_THROW(clock.set(Instant{}), CheckFailure);
}

BOOST_FIXTURE_TEST_CASE(the_wall_clock_moves_with_the_virtual_clock, Fixture) {
  const auto start = clock.wall();
  reactor.advance(1500ms);
  BOOST_TEST((clock.wall() - start == 1500ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime::simulation
