#include <boost/test/unit_test.hpp>

#include "test/kit/probe.hpp"
#include "test/unit/runtime/counter.hpp"

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(monitor)

using namespace std::chrono_literals;
using test::TestNode;

BOOST_AUTO_TEST_CASE(a_watcher_gets_the_cause_of_an_actors_end) {
  TestNode world;
  auto watcher = world.probe<Down>();
  const auto stopped = world.spawn<Counter>();
  const auto failed = world.spawn<Counter>();
  watcher.run([&](Context& self) {
    self.monitor(stopped);
    self.monitor(failed);
  });
  world.node().stop(stopped);
  BOOST_TEST((watcher.expect<Down>() == Down{stopped.address(), Cause::stopped, ""}));
  world.tell(failed, Fail{"why not"});
  BOOST_TEST((watcher.expect<Down>() == Down{failed.address(), Cause::failed, "why not"}));
}

BOOST_AUTO_TEST_CASE(monitoring_an_actor_that_is_gone_is_answered_at_once) {
  TestNode world;
  auto watcher = world.probe<Down>();
  const auto gone = world.spawn<Counter>();
  world.node().stop(gone);
  world.run();
  watcher.run([&](Context& self) { self.monitor(gone); });
  BOOST_TEST((watcher.expect<Down>().cause == Cause::unknown));
}

BOOST_AUTO_TEST_CASE(an_actor_that_is_monitored_twice_sends_one_down) {
  TestNode world;
  auto watcher = world.probe<Down>();
  const auto counter = world.spawn<Counter>();
  watcher.run([&](Context& self) {
    self.monitor(counter);
    self.monitor(counter);
  });
  world.node().stop(counter);
  watcher.expect<Down>();
  BOOST_TEST(watcher.is_silent());
}

BOOST_AUTO_TEST_CASE(after_demonitor_a_down_that_was_under_way_is_dropped) {
  TestNode world;
  auto watcher = world.probe<Down>();
  const auto counter = world.spawn<Counter>();
  watcher.run([&](Context& self) { self.monitor(counter); });
  world.node().tell(Ref<test::Do>(watcher.address()),
                    test::Do{[&](Context& self) { self.demonitor(counter.address()); }});
  world.node().stop(counter);
  BOOST_TEST(watcher.is_silent());

  // The same, with the Down in the mailbox already, behind the message that calls demonitor.
  const auto other = world.spawn<Counter>();
  watcher.run([&](Context& self) { self.monitor(other); });
  world.node().stop(other);
  world.node().tell(Ref<test::Do>(watcher.address()),
                    test::Do{[&](Context& self) { self.demonitor(other.address()); }});
  while (world.node().actors() > 1) world.step();
  BOOST_TEST(watcher.is_silent());
}

BOOST_AUTO_TEST_CASE(a_plain_thread_waits_for_the_end_of_an_actor) {
  TestNode world;
  const auto counter = world.spawn<Counter>();
  BOOST_TEST((world.node().wait(counter, 3s).error().kind == ErrorKind::timed_out));
  BOOST_TEST((world.now() == Instant{3s}));
  auto probe = world.probe<Add>();
  probe.run([&](Context& self) {
    self.after(1s, test::Do{[counter](Context& later) { later.stop(counter); }});
  });
  BOOST_TEST((world.node().wait(counter, 3s).value().cause == Cause::stopped));
  BOOST_TEST((world.node().wait(counter, 3s).value().cause == Cause::unknown));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
