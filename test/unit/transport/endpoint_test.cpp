// What an endpoint promises, on a wire in memory and on ZeroMQ.

#include "transport/endpoint.hpp"

#include <tuple>

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/cut_wire.hpp"
#include "test/unit/transport/node.hpp"
#include "test/unit/transport/zmq_world.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;
using Worlds = std::tuple<MemoryWorld, ZmqWorld>;

/// Short enough for real time; the same proportions as the defaults.
LinkOptions quick() {
  LinkOptions options = LinkOptions::for_lease(1s);
  options.resend_after = 50ms;
  options.hello_again_after = 50ms;
  return options;
}

/// Two linked nodes: 1, the head, listens; 2 dialed it. Each can be cut off.
template <typename W>
struct Pair {
  explicit Pair(const LinkOptions& options = quick())
      : a(world.reactor(), wire(1, a_cuts), 1, "a", options),
        b(world.reactor(), wire(2, b_cuts), 2, "b", options) {
    b.dial(*a.endpoint.listen(world.new_address()));
    linked = world.run_until([&] { return !a.ups.empty() && !b.dialed.empty(); });
  }

  std::unique_ptr<Wire> wire(PeerId id, const std::shared_ptr<CutWire::Cuts>& cuts) {
    return std::make_unique<CutWire>(world.wire(id), cuts);
  }

  W world;
  std::shared_ptr<CutWire::Cuts> a_cuts = std::make_shared<CutWire::Cuts>();
  std::shared_ptr<CutWire::Cuts> b_cuts = std::make_shared<CutWire::Cuts>();
  TestNode a;
  TestNode b;
  bool linked = false;
};

BOOST_AUTO_TEST_SUITE(endpoint)

BOOST_AUTO_TEST_CASE_TEMPLATE(both_sides_learn_name_and_greeting, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  BOOST_TEST(pair.a.ups.at(2).name == "b");
  BOOST_TEST(pair.a.ups.at(2).greeting == std::string("b\0", 2));
  BOOST_TEST(pair.b.ups.at(1).name == "a");
  BOOST_TEST(pair.b.ups.at(1).greeting == std::string("a\0", 2));
  BOOST_TEST(*pair.b.dialed.at(0) == 1u);
  BOOST_TEST((pair.a.state(2) == LinkState::up));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(messages_arrive_once_and_in_order_both_ways, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  std::vector<std::string> sent;
  for (int i = 0; i < 5000; ++i) {
    sent.push_back(std::to_string(i));
    BOOST_REQUIRE(pair.a.send(2, sent.back()));
    BOOST_REQUIRE(pair.b.send(1, sent.back()));
  }
  BOOST_TEST(pair.world.run_until([&] {
    return pair.a.messages[2].size() >= sent.size() && pair.b.messages[1].size() >= sent.size();
  }));
  BOOST_TEST((pair.a.messages[2] == sent));
  BOOST_TEST((pair.b.messages[1] == sent));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(large_and_empty_messages_pass, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  std::vector<std::string> sent;
  for (const std::size_t size : {0U, 1U, 65536U, 262088U, 262089U, 3000000U, 5U}) {
    sent.emplace_back(size, 'x');
    for (std::size_t i = 0; i < size; i += 997) sent.back()[i] = static_cast<char>('a' + i % 26);
    BOOST_REQUIRE(pair.b.send(1, sent.back()));
  }
  BOOST_TEST(pair.world.run_until([&] { return pair.a.messages[2].size() >= sent.size(); }));
  BOOST_TEST((pair.a.messages[2] == sent));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
