#include <functional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/cell/cell.hpp"
#include "test/kit/probe.hpp"
#include "test/unit/runtime/counter.hpp"

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(family)

using namespace std::chrono_literals;
using test::TestNode;

using Events = std::vector<std::string>;

struct Spawn {
  static constexpr std::string_view wire_name = "test.Spawn";
  using Reply = TotalReply;
  int generations = 0;
  static auto fields(auto& m) { return std::tuple{field("generations", m.generations)}; }
};

/// Throws in `started` from its second start on.
class FailsToRestart {
 public:
  using Ref = runtime::Ref<Fail, Add>;

  explicit FailsToRestart(int& starts) : starts_(&starts) {}
  void started(Context&) {
    if (++*starts_ > 1) throw std::runtime_error("no start");
  }
  void on(Context&, const Fail& message) { throw std::runtime_error(message.why); }
  void on(Context&, const Add&) {}

 private:
  int* starts_;
};

/// Spawns one child, which spawns one child, and so on; records starts and stops.
class Parent {
 public:
  using Ref = runtime::Ref<Spawn, Fail>;

  Parent(Events& events, int generation) : events_(&events), generation_(generation) {}
  void started(Context&) { events_->push_back("started " + std::to_string(generation_)); }
  void stopping(Context&) { events_->push_back("stopping " + std::to_string(generation_)); }
  TotalReply on(Context& self, const Spawn& message) {
    if (message.generations > 0) {
      const auto child = self.spawn<Parent>(*events_, generation_ + 1);
      (void)self.ask(child, Spawn{message.generations - 1}, 1s);
    }
    return {generation_};
  }
  void on(Context&, const Fail& message) { throw std::runtime_error(message.why); }

 private:
  Events* events_;
  int generation_;
};

BOOST_AUTO_TEST_CASE(children_stop_before_their_parent) {
  Events events;
  TestNode world;
  const auto parent = world.spawn<Parent>(events, 0);
  BOOST_TEST(world.ask(parent, Spawn{2}).has_value());
  world.node().stop(parent);
  world.run();
  const Events expected{"started 0",  "started 1",  "started 2",
                        "stopping 2", "stopping 1", "stopping 0"};
  BOOST_TEST(events == expected, boost::test_tools::per_element());
  BOOST_TEST(world.node().actors() == 0u);
}

BOOST_AUTO_TEST_CASE(children_stop_also_when_their_parent_fails) {
  Events events;
  TestNode world;
  const auto parent = world.spawn<Parent>(events, 0);
  BOOST_TEST(world.ask(parent, Spawn{1}).has_value());
  world.tell(parent, Fail{"bad luck"});
  const Down down = world.node().wait(parent, 1s).value();
  BOOST_TEST((down.cause == Cause::failed));
  BOOST_TEST(down.reason == "bad luck");
  BOOST_TEST(events.back() == "stopping 0");
  BOOST_TEST(world.node().actors() == 0u);
}

BOOST_AUTO_TEST_CASE(a_parent_gets_the_down_of_its_child_once) {
  TestNode world;
  auto parent = world.probe<Down>();
  Counter::Ref child;
  parent.run([&](Context& self) {
    child = self.spawn<Counter>();
    self.monitor(child);
  });
  world.tell(child, Fail{"oh"});
  BOOST_TEST((parent.expect<Down>() == Down{child.address(), Cause::failed, "oh"}));
  BOOST_TEST(parent.is_silent());
}

BOOST_AUTO_TEST_CASE(what_is_in_the_mailbox_is_handled_before_a_stop) {
  TestNode world;
  auto probe = world.probe<Add>();
  for (int i = 0; i < 3; ++i) world.tell(probe.ref(), Add{i});
  world.node().stop(probe.ref());
  world.tell(probe.ref(), Add{3});
  world.run();
  BOOST_TEST(probe.size() == 3u);
  BOOST_TEST(world.node().dead_letters() == 1u);
}

BOOST_AUTO_TEST_CASE(a_failed_child_restarts_with_its_ref_and_mailbox) {
  TestNode world;
  auto parent = world.probe<Restarted, Down>();
  Counter::Ref child;
  parent.run([&](Context& self) {
    child = self.spawn_supervised<Counter>({2, 60s}, [] { return Counter(); });
  });
  world.tell(child, Add{5});
  world.tell(child, Fail{"first"});
  world.tell(child, Add{1});
  BOOST_TEST(world.ask(child, Total{}).value().total == 1);
  BOOST_TEST((parent.expect<Restarted>() == Restarted{child.address(), "first", 1}));
  BOOST_TEST(parent.is_silent());
}

BOOST_AUTO_TEST_CASE(a_child_that_fails_too_often_is_not_restarted) {
  TestNode world;
  auto parent = world.probe<Restarted, Down>();
  Counter::Ref child;
  parent.run([&](Context& self) {
    child = self.spawn_supervised<Counter>({2, 60s}, [] { return Counter(); });
  });
  for (int i = 0; i < 3; ++i) world.tell(child, Fail{"again"});
  BOOST_TEST(parent.expect<Restarted>().count == 1u);
  BOOST_TEST(parent.expect<Restarted>().count == 2u);
  const Down down = parent.expect<Down>();
  BOOST_TEST((down.cause == Cause::failed));
  BOOST_TEST(down.reason == "again (given up after 2 restarts)");
  BOOST_TEST((world.ask(child, Total{}).error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE(old_restarts_do_not_count) {
  TestNode world;
  auto parent = world.probe<Restarted, Down>();
  Counter::Ref child;
  parent.run([&](Context& self) {
    child = self.spawn_supervised<Counter>({1, 60s}, [] { return Counter(); });
  });
  for (std::uint32_t i = 1; i <= 5; ++i) {
    world.tell(child, Fail{"now and then"});
    BOOST_TEST(parent.expect<Restarted>().count == i);
    world.advance(61s);
  }
}

BOOST_AUTO_TEST_CASE(a_child_whose_factory_throws_is_down) {
  TestNode world;
  auto parent = world.probe<Restarted, Down>();
  Counter::Ref child;
  parent.run([&](Context& self) {
    child = self.spawn_supervised<Counter>({3, 60s}, [made = 0]() mutable {
      if (made++ > 0) throw std::runtime_error("no more");
      return Counter();
    });
  });
  world.tell(child, Fail{"first"});
  const Down down = parent.expect<Down>();
  BOOST_TEST((down.cause == Cause::failed));
  BOOST_TEST(down.reason == "first (and could not be made anew: no more)");
}

BOOST_AUTO_TEST_CASE(a_child_that_fails_whenever_it_starts_is_down_after_its_restarts) {
  TestNode world;
  auto parent = world.probe<Restarted, Down>();
  int starts = 0;
  FailsToRestart::Ref child;
  parent.run([&](Context& self) {
    child = self.spawn_supervised<FailsToRestart>({2, 60s}, [&] { return FailsToRestart(starts); });
  });
  world.tell(child, Fail{"first"});
  world.tell(child, Add{1});
  BOOST_TEST(parent.expect<Restarted>().count == 1u);
  BOOST_TEST(parent.expect<Restarted>().count == 2u);
  const Down down = parent.expect<Down>();
  BOOST_TEST((down.cause == Cause::failed));
  BOOST_TEST(down.reason == "no start (given up after 2 restarts)");
  BOOST_TEST(starts == 3);
  BOOST_TEST(world.node().dead_letters() == 1u);
}

BOOST_AUTO_TEST_CASE(a_supervision_counts_the_restarts_within_its_time) {
  Supervision supervision{{2, 60s}, {}, {}, 0};
  const auto at = [](Duration since) { return Instant{since}; };
  for (const Duration time : {0s, 30s}) {
    BOOST_TEST(supervision.allows_restart(at(time)));
    supervision.restarts.push_back(at(time));
  }
  BOOST_TEST(!supervision.allows_restart(at(60s)));
  BOOST_TEST(supervision.allows_restart(at(61s)));
}

BOOST_AUTO_TEST_CASE(a_slot_is_reused_and_old_refs_to_it_find_nobody) {
  TestNode world;
  const auto first = world.spawn<Counter>();
  world.node().stop(first);
  world.run();
  const auto second = world.spawn<Counter>();
  BOOST_TEST(first.address().slot() == second.address().slot());
  BOOST_TEST((world.ask(first, Total{}).error().kind == ErrorKind::gone));
  BOOST_TEST(world.ask(second, Total{}).has_value());
}

BOOST_AUTO_TEST_CASE(an_idle_actor_costs_at_most_128_bytes) {
  BOOST_TEST(sizeof(Cell) <= 128u);
  TestNode world;
  std::vector<Counter::Ref> many;
  for (int i = 0; i < 10'000; ++i) many.push_back(world.spawn<Counter>());
  world.run();
  BOOST_TEST(world.node().actors() == 10'000u);
  BOOST_TEST(world.ask(many.back(), Total{}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
