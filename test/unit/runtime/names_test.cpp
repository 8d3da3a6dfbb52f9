#include <boost/test/unit_test.hpp>

#include "test/kit/probe.hpp"
#include "test/unit/runtime/counter.hpp"

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(names)

using namespace std::chrono_literals;
using test::TestNode;

class Other {
 public:
  using Ref = runtime::Ref<Add>;
  void on(Context&, const Add&) {}
};

BOOST_AUTO_TEST_CASE(a_named_actor_is_spawned_once) {
  TestNode world;
  const auto first = world.node().get_or_spawn<Counter>("totals").value();
  BOOST_TEST((world.node().get_or_spawn<Counter>("totals").value() == first));
  auto probe = world.probe<Add>();
  Counter::Ref seen;
  probe.run([&](Context& self) { seen = self.get_or_spawn<Counter>("totals").value(); });
  BOOST_TEST((seen == first));
  BOOST_TEST((world.node().get_or_spawn<Counter>("others").value() != first));
}

BOOST_AUTO_TEST_CASE(a_name_belongs_to_one_type_of_actor) {
  TestNode world;
  (void)world.node().get_or_spawn<Counter>("totals").value();
  const auto other = world.node().get_or_spawn<Other>("totals");
  BOOST_TEST((other.error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(a_name_is_free_when_its_actor_is_gone) {
  TestNode world;
  const auto first = world.node().get_or_spawn<Counter>("totals").value();
  world.node().stop(first);
  world.run();
  BOOST_TEST(!world.node().find<Counter::Ref>("totals").has_value());
  const auto second = world.node().get_or_spawn<Other>("totals").value();
  BOOST_TEST((world.node().find<Ref<Add>>("totals").value() == second));
}

BOOST_AUTO_TEST_CASE(find_refuses_an_actor_that_does_not_handle_a_message) {
  TestNode world;
  const auto counter = world.node().get_or_spawn<Counter>("totals").value();
  BOOST_TEST((world.node().find<Ref<Total>>("totals").value() == Ref<Total>(counter)));
  BOOST_TEST((world.node().find<Ref<Total, Down>>("totals").error().kind == ErrorKind::refused));
  BOOST_TEST((world.node().find<Ref<Total>>("nobody").error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
