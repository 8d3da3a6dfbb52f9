// Two nodes of real threads over ZeroMQ.

#include <boost/test/unit_test.hpp>

#include "runtime/make_node.hpp"
#include "test/unit/runtime/counter.hpp"

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(zmq_nodes)

using namespace std::chrono_literals;

class Forwarder {
 public:
  using Ref = runtime::Ref<Total>;
  explicit Forwarder(runtime::Ref<Total> behind) : behind_(behind) {}
  Result<TotalReply> on(Context& self, const Total&) { return self.ask(behind_, Total{}, 30s); }

 private:
  runtime::Ref<Total> behind_;
};

/// A large question; the answer is as large.
struct EchoBulk {
  static constexpr std::string_view wire_name = "test.Mirror";
  static constexpr bool bulk = true;
  using Reply = EchoBulk;
  std::string bytes;
  static auto fields(auto& m) { return std::tuple{field("bytes", m.bytes)}; }
};
class Echo {
 public:
  using Ref = runtime::Ref<EchoBulk>;
  EchoBulk on(Context&, EchoBulk question) { return question; }
};

BOOST_AUTO_TEST_CASE(large_messages_go_both_ways_while_others_are_answered) {
  const auto head = make_node({.name = "head", .insecure_loopback = true});
  const auto node = make_node({.name = "node", .insecure_loopback = true});
  BOOST_TEST((node->join(head->listen("tcp://127.0.0.1:*").value(), 30s).value() == head->id()));
  const auto here = head->spawn<Echo>();
  const auto there = node->spawn<Echo>();
  const auto counter = head->spawn<Counter>();
  for (int i = 0; i < 20; ++i) {
    const std::string bytes(static_cast<std::size_t>(i) * 20'000, static_cast<char>('a' + i));
    BOOST_TEST((node->ask(here, EchoBulk{bytes}, 30s).value().bytes == bytes));
    BOOST_TEST((head->ask(there, EchoBulk{bytes}, 30s).value().bytes == bytes));
    node->tell(counter, Add{1});
  }
  BOOST_TEST(node->ask(counter, Total{}, 30s).value().total == 20);
  BOOST_TEST(head->network().links.size() == 1u);
}

BOOST_AUTO_TEST_CASE(actors_talk_across_two_nodes_and_notice_when_one_stops) {
  const auto head = make_node({.name = "head", .insecure_loopback = true});
  const auto node = make_node({.name = "node", .insecure_loopback = true});
  const auto address = head->listen("tcp://127.0.0.1:*").value();
  BOOST_TEST((node->join(address, 30s).value() == head->id()));

  const auto counter = head->spawn<Counter>();
  const auto forwarder = node->spawn<Forwarder>(counter);
  for (int i = 0; i < 2000; ++i) node->tell(counter, Add{1});
  BOOST_TEST(node->ask(counter, Total{}, 30s).value().total == 2000);
  BOOST_TEST(head->ask(forwarder, Total{}, 30s).value().total == 2000);

  BOOST_TEST(head->stop(30s).left.empty());
  const auto down = node->wait(counter, 30s);
  BOOST_TEST((down.value().cause == Cause::node_lost));
  BOOST_TEST((node->ask(counter, Total{}, 30s).error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE(a_node_without_keys_neither_listens_nor_joins) {
  const auto head = make_node({.name = "head", .insecure_loopback = true});
  const auto node = make_node({.name = "node", .threads = 1});
  const auto refused = node->listen("tcp://127.0.0.1:*");
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().what.find("insecure_loopback") != std::string::npos);
  const auto joined = node->join(head->listen("tcp://127.0.0.1:*").value(), 30s);
  BOOST_REQUIRE(!joined.has_value());
  BOOST_TEST((joined.error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
