#include <boost/test/unit_test.hpp>

#include "test/kit/probe.hpp"
#include "test/unit/runtime/counter.hpp"

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(timer)

using namespace std::chrono_literals;
using test::TestNode;

struct Tick {
  static constexpr std::string_view wire_name = "test.Tick";
  static auto fields(auto&) { return no_fields(); }
};

/// Sends itself a Tick once a second; fails at the third.
class Ticker {
 public:
  using Ref = runtime::Ref<Total>;
  using Private = runtime::Ref<Tick>;
  void started(Context& self) { self.after(1s, Tick{}); }
  void on(Context& self, const Tick&) {
    if (++ticks_ == 3) throw std::runtime_error("tired");
    self.after(1s, Tick{});
  }
  TotalReply on(Context&, const Total&) { return {ticks_}; }

 private:
  int ticks_ = 0;
};

BOOST_AUTO_TEST_CASE(a_timer_message_is_delivered_at_its_time) {
  TestNode world;
  auto probe = world.probe<Add>();
  probe.run([](Context& self) {
    self.after(2s, Add{2});
    self.after(1s, Add{1});
  });
  world.advance(999ms);
  BOOST_TEST(probe.is_silent());
  world.advance(1ms);
  BOOST_TEST(probe.expect<Add>().amount == 1);
  BOOST_TEST(probe.is_silent());
  world.advance(1s);
  BOOST_TEST(probe.expect<Add>().amount == 2);
}

BOOST_AUTO_TEST_CASE(a_cancelled_timer_is_not_delivered_even_if_it_was_due) {
  TestNode world;
  auto probe = world.probe<Add>();
  TimerId timer{};
  probe.run([&](Context& self) { timer = self.after(1s, Add{1}); });
  world.node().tell(Ref<test::Do>(probe.address()),
                    test::Do{[&](Context& self) { self.cancel(timer); }});
  world.clock().set(world.now() + 1s);
  while (world.reactor().run_one()) {
  }  // The timer's message is now in the mailbox, behind the message that cancels it.
  BOOST_TEST(probe.is_silent());

  probe.run([&](Context& self) { timer = self.after(1s, Add{2}); });
  probe.run([&](Context& self) { self.cancel(timer); });
  world.advance(2s);
  BOOST_TEST(probe.is_silent());
  BOOST_TEST(!world.reactor().next_timer().has_value());
}

BOOST_AUTO_TEST_CASE(timers_of_a_failed_actor_are_not_delivered_after_its_restart) {
  TestNode world;
  auto parent = world.probe<Restarted>();
  Ticker::Ref ticker;
  parent.run([&](Context& self) {
    ticker = self.spawn_supervised<Ticker>({3, 60s}, [] { return Ticker(); });
  });
  world.advance(3s);
  parent.expect<Restarted>();
  BOOST_TEST(world.ask(ticker, Total{}).value().total == 0);
  world.advance(1s);
  BOOST_TEST(world.ask(ticker, Total{}).value().total == 1);
}

BOOST_AUTO_TEST_CASE(a_timer_message_without_a_handler_fails_a_check) {
  TestNode world;
  auto parent = world.probe<Down>();
  const auto ticker = world.spawn<Ticker>();
  parent.run([&](Context& self) {
    self.monitor(ticker);
    BOOST_CHECK_THROW(self.after(1s, Tick{}), CheckFailure);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
