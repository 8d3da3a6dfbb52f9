// Spawning of actors on another node.

#include <boost/test/unit_test.hpp>

#include "test/unit/runtime/counter.hpp"
#include "test/unit/runtime/two_nodes.hpp"

namespace troupe::runtime {
namespace {

namespace resources {

using namespace std::chrono_literals;

struct CounterSpec {
  static constexpr std::string_view wire_name = "test.CounterSpec";
  int start = 0;
  static auto fields(auto& m) { return std::tuple{field("start", m.start)}; }
};

struct NodeWithOffer : TwoNodes {
  NodeWithOffer() {
    const auto make = [](Context& self, CounterSpec spec) -> Result<Counter::Ref> {
      if (spec.start < 0) return Error{ErrorKind::refused, "it starts at 0 or more"};
      const auto counter = self.spawn<Counter>();
      self.tell(counter, Add{spec.start});
      return counter;
    };
    node.node().offer<CounterSpec>(make);
  }

  Result<Counter::Ref> spawn(test::TestNode& by, Resources need, int start = 5) {
    return by.node().spawn_on<Counter::Ref>(node.node().id(), CounterSpec{start}, need, 1s);
  }
};

}  // namespace resources

BOOST_FIXTURE_TEST_SUITE(resources, resources::NodeWithOffer)

BOOST_AUTO_TEST_CASE(an_actor_is_spawned_on_another_node) {
  const auto counter = spawn(head, {1, 0, 100}).value();
  BOOST_TEST((counter.address().node == node.node().id()));
  BOOST_TEST(head.ask(counter, Total{}).value().total == 5);
}

BOOST_AUTO_TEST_CASE(a_node_spawns_for_its_own_actors_too) {
  auto probe = node.probe<Add>();
  std::optional<Result<Counter::Ref>> counter;
  probe.run([&](Context& self) {
    counter = self.spawn_on<Counter::Ref>(self.node(), CounterSpec{7}, {1, 0, 0}, 1s);
  });
  BOOST_TEST(node.ask(counter->value(), Total{}).value().total == 7);
}

BOOST_AUTO_TEST_CASE(more_than_the_total_of_a_node_is_infeasible) {
  BOOST_TEST((spawn(head, {3, 0, 0}).error().kind == ErrorKind::infeasible));
  BOOST_TEST((spawn(head, {0, 1, 0}).error().kind == ErrorKind::infeasible));
  BOOST_TEST((spawn(head, {0, 0, 501}).error().kind == ErrorKind::infeasible));
}

BOOST_AUTO_TEST_CASE(resources_in_use_are_exhausted_until_their_actor_is_gone) {
  const auto first = spawn(head, {2, 0, 0}).value();
  BOOST_TEST((spawn(head, {1, 0, 0}).error().kind == ErrorKind::exhausted));
  BOOST_TEST(spawn(node, {0, 0, 500}).has_value());  // Another resource is free.
  head.tell(first, Fail{"broken"});
  world.run();
  BOOST_TEST(spawn(head, {1, 0, 0}).has_value());
  BOOST_TEST(spawn(head, {1, 0, 0}).has_value());
}

BOOST_AUTO_TEST_CASE(a_refused_actor_takes_nothing) {
  BOOST_TEST(
      (spawn(head, {2, 0, 0}, -1).error() == Error{ErrorKind::refused, "it starts at 0 or more"}));
  BOOST_TEST(spawn(head, {2, 0, 0}).has_value());
}

BOOST_AUTO_TEST_CASE(a_kind_that_is_not_offered_is_refused) {
  const auto refused = node.node().spawn_on<Counter::Ref>(head.node().id(), CounterSpec{1}, {}, 1s);
  BOOST_TEST(
      (refused.error() == Error{ErrorKind::refused, "the node does not offer test.CounterSpec"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
