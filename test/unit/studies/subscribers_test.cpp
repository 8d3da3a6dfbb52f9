#include "actors/study/subscribers.hpp"

#include <boost/test/unit_test.hpp>

#include "test/unit/studies/study_fixture.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(subscribers)

using namespace test_study;
using runtime::Context;

/// An actor that publishes to subscribers, and its rows.
struct Publisher {
  using Watcher = Probe<TrialPaused, TrialCompleted, StudyStatus>;

  void subscribe(const Watcher& who, std::vector<std::string> kinds,
                 std::uint64_t from = Subscribe::only_new) {
    actor.run([&](Context& self) {
      subscribers.add(self, {who.address(), std::move(kinds), from}, history);
    });
  }
  void send(const StudyEvent& event) {
    actor.run([&](Context& self) { subscribers.send(self, event); });
  }

  TestNode world;
  Probe<StudyFinished> actor{world};
  Watcher watcher{world};
  MemoryDisk disk;
  StudyHistory history{std::make_unique<MemoryLog>(disk)};
  Subscribers subscribers;
};

BOOST_AUTO_TEST_CASE(sends_the_kinds_that_were_subscribed_to_and_no_others) {
  Publisher publisher;
  publisher.subscribe(publisher.watcher, {"TrialPaused"});
  publisher.send(TrialCompleted{3, 0, 9});
  publisher.send(TrialPaused{4, 1, 9});
  BOOST_TEST(publisher.watcher.expect<TrialPaused>().trial == 1u);
  BOOST_TEST(publisher.watcher.is_silent());
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_subscribes_again_gets_each_event_once) {
  Publisher publisher;
  publisher.subscribe(publisher.watcher, {"TrialPaused"});
  publisher.subscribe(publisher.watcher, {"TrialPaused", "StudyStatus"});
  publisher.send(TrialPaused{4, 1, 9});
  (void)publisher.watcher.expect<TrialPaused>();
  BOOST_TEST(publisher.watcher.is_silent());
  publisher.actor.run([&](Context& self) { publisher.subscribers.send(self, StudyStatus{}); });
  (void)publisher.watcher.expect<StudyStatus>();
}

BOOST_AUTO_TEST_CASE(sends_the_committed_events_of_the_past_first) {
  Publisher publisher;
  for (std::uint64_t index = 0; index < 3; ++index)
    publisher.history.add({index, 0, TimeExpired{}, {}, {TrialPaused{index, 0, 1}}});
  publisher.history.commit();
  publisher.history.add({3, 0, TimeExpired{}, {}, {TrialPaused{3, 0, 1}}});
  publisher.subscribe(publisher.watcher, {"TrialPaused"}, 1);
  BOOST_TEST(publisher.watcher.expect<TrialPaused>().index == 1u);
  BOOST_TEST(publisher.watcher.expect<TrialPaused>().index == 2u);
  BOOST_TEST(publisher.watcher.is_silent());  // Row 3 is sent once it is durable.
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_was_removed_gets_nothing) {
  Publisher publisher;
  publisher.subscribe(publisher.watcher, {"TrialPaused", "TrialCompleted"});
  publisher.subscribers.remove(publisher.watcher.address());
  publisher.send(TrialPaused{4, 1, 9});
  publisher.send(TrialCompleted{4, 1, 9});
  BOOST_TEST(publisher.watcher.is_silent());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
