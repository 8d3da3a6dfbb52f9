// Actors of two nodes, on a network in memory.

#include <string>

#include <boost/test/unit_test.hpp>

#include "test/unit/runtime/counter.hpp"
#include "test/unit/runtime/two_nodes.hpp"

namespace troupe::runtime {
namespace {

BOOST_FIXTURE_TEST_SUITE(remote, TwoNodes)

using namespace std::chrono_literals;

/// A message that contains a ref.
struct Introduce {
  static constexpr std::string_view wire_name = "test.Introduce";
  Ref<Add> friend_of;
  std::vector<std::string> lines;
  static auto fields(auto& m) {
    return std::tuple{field("friend_of", m.friend_of), field("lines", m.lines)};
  }
};

/// Its handler answers with a text of any length.
struct Blob {
  static constexpr std::string_view wire_name = "test.Blob";
  std::string bytes;
  static auto fields(auto& m) { return std::tuple{field("bytes", m.bytes)}; }
};
struct GiveBlob {
  static constexpr std::string_view wire_name = "test.GiveBlob";
  using Reply = Blob;
  std::uint64_t size = 0;
  static auto fields(auto& m) { return std::tuple{field("size", m.size)}; }
};
class Blobs {
 public:
  using Ref = runtime::Ref<GiveBlob, Blob>;
  Blob on(Context&, const GiveBlob& question) { return {std::string(question.size, 'x')}; }
  void on(Context&, const Blob&) {}
};

BOOST_AUTO_TEST_CASE(messages_cross_in_order) {
  auto probe = head.probe<Add>();
  for (int i = 0; i < 500; ++i) node.tell(probe.ref(), Add{i});
  for (int i = 0; i < 500; ++i) BOOST_REQUIRE(probe.expect<Add>().amount == i);
}

/// Notes the senders of its messages.
class Senders {
 public:
  using Ref = runtime::Ref<Add, Total>;
  explicit Senders(std::vector<NodeId>& senders) : senders_(senders) {}
  void on(Context& self, const Add&) { senders_.push_back(self.sender()); }
  TotalReply on(Context& self, const Total&) {
    senders_.push_back(self.sender());
    return {};
  }

 private:
  std::vector<NodeId>& senders_;
};

BOOST_AUTO_TEST_CASE(a_handler_knows_the_node_of_the_sender) {
  std::vector<NodeId> senders;
  const auto here = head.spawn<Senders>(senders);
  node.tell(here, Add{1});
  BOOST_TEST(node.ask(here, Total{}).has_value());
  head.tell(here, Add{1});
  BOOST_TEST(head.ask(here, Total{}).has_value());
  const NodeId remote = node.node().id();
  const NodeId local = head.node().id();
  BOOST_TEST((senders == std::vector<NodeId>{remote, remote, local, local}));
}

BOOST_AUTO_TEST_CASE(an_ask_is_answered_refused_or_fails_as_in_one_process) {
  const auto counter = head.spawn<Counter>();
  node.tell(counter, Add{6});
  BOOST_TEST(node.ask(counter, Total{}).value().total == 6);
  BOOST_TEST(node.ask(counter, Divide{2}).value().total == 3);
  BOOST_TEST(
      (node.ask(counter, Divide{0}).error() == Error{ErrorKind::refused, "division by zero"}));
  const auto failed = node.ask(counter, Divide{-1});
  BOOST_TEST((failed.error().kind == ErrorKind::gone));
  BOOST_TEST(failed.error().what == "the actor failed while it answered: negative");
  BOOST_TEST((node.ask(counter, Total{}).error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE(an_ask_to_another_node_ends_at_its_deadline) {
  auto slow = head.probe<Total>();
  const Instant asked = node.now();
  const auto answer = node.ask(slow.ref(), Total{}, 300ms);
  BOOST_TEST((answer.error().kind == ErrorKind::timed_out));
  BOOST_TEST((node.now() - asked == 300ms));
  slow.expect<Total>();
  slow.answer<Total>(TotalReply{1});
  BOOST_TEST((node.ask(slow.ref(), Total{}, 300ms).error().kind == ErrorKind::timed_out));
}

BOOST_AUTO_TEST_CASE(a_ref_travels_and_works_on_the_other_side) {
  auto host = head.probe<Introduce>();
  auto guest = node.probe<Add>();
  node.tell(host.ref(), Introduce{guest.ref(), {"a", "b"}});
  const Introduce received = host.expect<Introduce>();
  BOOST_TEST((received.friend_of == Ref<Add>(guest.ref())));
  BOOST_TEST(received.lines.size() == 2u);
  head.tell(received.friend_of, Add{9});
  BOOST_TEST(guest.expect<Add>().amount == 9);
}

BOOST_AUTO_TEST_CASE(a_name_is_found_on_another_node) {
  const auto counter = head.node().get_or_spawn<Counter>("totals").value();
  auto probe = node.probe<Add>();
  std::optional<Result<Ref<Total>>> found;
  probe.run([&](Context& self) { found = self.find<Ref<Total>>(head.node().id(), "totals", 1s); });
  BOOST_TEST((found->value() == Ref<Total>(counter)));
  const auto id = head.node().id();
  BOOST_TEST((node.node().find<Ref<Total>>(id, "nobody", 1s).error().kind == ErrorKind::gone));
  BOOST_TEST((node.node().find<Ref<Blob>>(id, "totals", 1s).error().kind == ErrorKind::refused));
  BOOST_TEST((head.node().find<Ref<Total>>(id, "totals", 1s).value() == Ref<Total>(counter)));
}

BOOST_AUTO_TEST_CASE(a_monitor_on_another_node_gets_a_down) {
  auto watcher = node.probe<Down>();
  const auto counter = head.spawn<Counter>();
  const auto gone = head.spawn<Counter>();
  head.node().stop(gone);
  world.run();
  watcher.run([&](Context& self) {
    self.monitor(counter);
    self.monitor(gone);
  });
  BOOST_TEST((watcher.expect<Down>().cause == Cause::unknown));
  head.tell(counter, Fail{"far away"});
  BOOST_TEST((watcher.expect<Down>() == Down{counter.address(), Cause::failed, "far away"}));
  BOOST_TEST(watcher.is_silent());
  BOOST_TEST((node.node().wait(counter, 1s).value().cause == Cause::unknown));
}

BOOST_AUTO_TEST_CASE(a_demonitor_reaches_the_other_node) {
  auto watcher = node.probe<Down>();
  const auto counter = head.spawn<Counter>();
  watcher.run([&](Context& self) { self.monitor(counter); });
  watcher.run([&](Context& self) { self.demonitor(counter.address()); });
  head.node().stop(counter);
  BOOST_TEST(watcher.is_silent());
}

BOOST_AUTO_TEST_CASE(an_actor_of_another_node_can_be_stopped) {
  const auto counter = head.spawn<Counter>();
  node.node().stop(counter);
  world.run();
  BOOST_TEST((head.node().wait(counter, 1s).value().cause == Cause::unknown));
}

BOOST_AUTO_TEST_CASE(a_lost_node_is_reported_to_monitors_subscribers_and_askers) {
  auto watcher = node.probe<Down, NodeUp, NodeDown>();
  auto asker = node.probe<Add>();
  watcher.run([](Context& self) { self.watch_nodes(); });
  const NodeUp up = watcher.expect<NodeUp>();
  BOOST_TEST((up == NodeUp{head.node().id(), "head", {4, 1, 1000}}));
  auto slow = head.probe<Total>();
  watcher.run([&](Context& self) { self.monitor(slow.ref()); });
  std::optional<Result<TotalReply>> answer;
  asker.run([&](Context& self) { answer = self.ask(slow.ref(), Total{}, 100s); });
  slow.expect<Total>();

  world.network().cut("head", "node");
  world.advance(10s);
  const Down down = watcher.expect<Down>();
  BOOST_TEST((down.who == slow.address()));
  BOOST_TEST((down.cause == Cause::node_lost));
  BOOST_TEST(watcher.expect<NodeDown>().name == "head");
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST((answer->error().kind == ErrorKind::gone));
  BOOST_TEST((node.ask(slow.ref(), Total{}).error().kind == ErrorKind::gone));
  watcher.run([&](Context& self) { self.monitor(slow.ref()); });
  BOOST_TEST((watcher.expect<Down>().cause == Cause::node_lost));
}

BOOST_AUTO_TEST_CASE(what_a_node_sent_before_it_stopped_arrives_before_its_node_down) {
  auto watcher = node.probe<Add, NodeUp, NodeDown>();
  watcher.run([](Context& self) { self.watch_nodes(); });
  watcher.expect<NodeUp>();
  const Instant before = head.now();
  head.tell(watcher.ref(), Add{1});
  BOOST_TEST(head.node().stop(1s).left.empty());
  BOOST_TEST(watcher.expect<Add>().amount == 1);
  BOOST_TEST(watcher.expect<NodeDown>().name == "head");
  BOOST_TEST((head.now() - before < 1s));
}

BOOST_AUTO_TEST_CASE(a_message_of_a_mebibyte_crosses_and_one_too_large_is_an_error) {
  const auto blobs = head.spawn<Blobs>();
  BOOST_TEST(node.ask(blobs, GiveBlob{1 << 20}).value().bytes.size() == 1u << 20);
  const auto too_large = node.ask(blobs, GiveBlob{3 << 20});
  BOOST_TEST((too_large.error().kind == ErrorKind::bad_input));
  BOOST_TEST(node.ask(blobs, GiveBlob{3}).value().bytes == "xxx");
}

BOOST_AUTO_TEST_CASE(a_sender_waits_at_the_high_water_mark_and_nothing_is_lost) {
  constexpr int count = 16;
  auto receiver = head.probe<Blob>();
  auto sender = node.probe<Add>();
  world.network().cut("head", "node");  // Shorter than the lease.
  int sent = 0;
  sender.run([&](Context& self) {
    for (; sent < count; ++sent) self.tell(receiver.ref(), Blob{std::string(1 << 20, 'y')});
  });
  BOOST_TEST(sent < 10);  // 1 MiB in the link and 4 MiB in the send queue.
  BOOST_TEST(node.dispatcher().suspended() == 1u);
  world.advance(2s);
  world.network().mend();
  world.advance(20s);
  BOOST_TEST(sent == count);
  BOOST_TEST(receiver.size() == static_cast<std::size_t>(count));
}

BOOST_AUTO_TEST_CASE(a_sender_that_waits_continues_when_the_node_is_lost) {
  auto receiver = head.probe<Blob>();
  auto sender = node.probe<Add>();
  world.network().cut("head", "node");
  bool done = false;
  sender.run([&](Context& self) {
    for (int i = 0; i < 16; ++i) self.tell(receiver.ref(), Blob{std::string(1 << 20, 'y')});
    done = true;
  });
  BOOST_TEST(!done);
  world.advance(10s);
  BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(a_local_only_message_does_not_leave_its_process) {
  auto probe = head.probe<Add>();
  auto sender = node.probe<Add>();
  sender.run([&](Context& self) { self.tell(Ref<test::Do>(probe.address()), test::Do{}); });
  BOOST_TEST(probe.is_silent());
  BOOST_TEST(node.node().dead_letters() == 1u);
}

BOOST_AUTO_TEST_CASE(a_message_without_a_handler_is_a_dead_letter) {
  const auto blobs = head.spawn<Blobs>();
  const Ref<Add, Total, Down> forged(blobs.address());
  node.tell(forged, Add{1});
  BOOST_TEST((node.ask(forged, Total{}).error().kind == ErrorKind::refused));
  BOOST_TEST(head.node().dead_letters() == 2u);
}

BOOST_AUTO_TEST_CASE(a_network_report_lists_links_and_refusals) {
  node.node().refusal_reporter()("gpu7", "it sent what it may not send");
  std::optional<NetworkReport> report;
  node.node().report_network([&](const NetworkReport& made) { report = made; });
  world.run();
  BOOST_REQUIRE(report.has_value());
  BOOST_REQUIRE(report->links.size() == 1u);
  BOOST_TEST(report->links[0].name == "head");
  BOOST_TEST((report->links[0].state == LinkState::up));
  BOOST_TEST((report->links[0].resources == Resources{4, 1, 1000}));
  BOOST_REQUIRE(report->refusals.size() == 1u);
  BOOST_TEST(report->refusals[0].who == "gpu7");
  BOOST_TEST(report->refusals[0].why == "it sent what it may not send");

  world.network().cut("head", "node");
  world.advance(10s);
  node.node().report_network([&](const NetworkReport& made) { report = made; });
  world.run();
  BOOST_TEST((report->links.at(0).state == LinkState::down));
  BOOST_TEST(!report->links.at(0).reason.empty());
}

BOOST_AUTO_TEST_CASE(a_node_joins_without_waiting) {
  test::TestNode third{world, 3, {.name = "third"}};
  std::optional<Result<NodeId>> joined;
  third.node().join(address, 5s, [&](const Result<NodeId>& head_id) { joined = head_id; });
  BOOST_TEST(!joined.has_value());
  world.run();
  BOOST_REQUIRE(joined.has_value());
  BOOST_TEST((joined->value() == head.node().id()));
}

BOOST_AUTO_TEST_CASE(only_an_actor_of_this_node_is_alive_here) {
  const auto counter = head.spawn<Counter>();
  BOOST_TEST(head.node().is_alive(counter));
  BOOST_TEST(!node.node().is_alive(counter));
  head.node().stop(counter);
  world.run();
  BOOST_TEST(!head.node().is_alive(counter));
}

BOOST_AUTO_TEST_CASE(a_node_without_a_network_refuses_to_listen) {
  StepDispatcher* dispatcher = nullptr;
  Environment bare = world.environment("alone", 3, dispatcher);
  bare.make_wire = {};
  {
    Node alone({.name = "alone"}, std::move(bare));
    BOOST_TEST((alone.listen("*").error().kind == ErrorKind::refused));
  }
  world.forget(dispatcher);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
