#include "runtime/engine/registry.hpp"

#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "test/unit/runtime/counter.hpp"

namespace troupe::runtime {
namespace {

namespace registry {

struct RegistryFixture {
  std::set<Address> living;
  Registry registry{[this](Address actor) { return living.contains(actor); }};
  std::uint64_t last = 0;

  Result<Address> get_or_make(const std::string& name, const Behaviour& behaviour) {
    return registry.get_or_make(name, behaviour, [this] {
      const Address made{NodeId{1}, ++last};
      living.insert(made);
      return made;
    });
  }
};

}  // namespace registry

BOOST_FIXTURE_TEST_SUITE(registry, registry::RegistryFixture)

struct Silent {
  using Ref = runtime::Ref<Add>;
  void on(Context&, const Add&) {}
};

BOOST_AUTO_TEST_CASE(a_name_belongs_to_one_actor_while_it_lives) {
  const Address first = get_or_make("totals", behaviour<Counter>).value();
  BOOST_TEST((get_or_make("totals", behaviour<Counter>).value() == first));
  BOOST_TEST((get_or_make("totals", behaviour<Silent>).error().kind == ErrorKind::refused));
  living.clear();
  BOOST_TEST((registry.find("totals", std::vector<std::string>{}).error().kind == ErrorKind::gone));
  const Address second = get_or_make("totals", behaviour<Silent>).value();
  BOOST_TEST((second != first));
  BOOST_TEST(last == 2u);
}

BOOST_AUTO_TEST_CASE(an_actor_is_found_if_it_handles_what_is_asked_for) {
  const Address actor = get_or_make("totals", behaviour<Silent>).value();
  const std::vector<const MessageType*> add{&message_type<Add>};
  const std::vector<const MessageType*> total{&message_type<Add>, &message_type<Total>};
  BOOST_TEST((registry.find("totals", add).value() == actor));
  BOOST_TEST((registry.find("totals", total).error().kind == ErrorKind::refused));
  BOOST_TEST((registry.find("totals", std::vector<std::string>{"test.Add"}).value() == actor));
  BOOST_TEST((registry.find("totals", std::vector<std::string>{"test.Total"}).error().kind ==
              ErrorKind::refused));
  BOOST_TEST((registry.find("nobody", add).error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE(only_the_owner_of_a_name_gives_it_up) {
  const Address first = get_or_make("totals", behaviour<Counter>).value();
  living.erase(first);
  const Address second = get_or_make("totals", behaviour<Counter>).value();
  registry.forget("totals", first);
  BOOST_TEST((registry.find("totals", std::vector<std::string>{}).value() == second));
  registry.forget("totals", second);
  BOOST_TEST((registry.find("totals", std::vector<std::string>{}).error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
