// How links begin and end: dials, refusals, lost peers and goodbyes, in memory and on ZeroMQ.

#include <algorithm>
#include <concepts>

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/pair.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(departure)

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_goodbye_comes_after_all_that_was_sent, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(pair.b.send(1, std::to_string(i)));
  pair.b.endpoint.close("study finished", 5s, [&] { pair.b.closed = true; });
  BOOST_TEST(pair.world.run_until([&] { return pair.b.closed && !pair.a.downs.empty(); }));
  BOOST_TEST(pair.a.messages[2].size() == 1000u);
  BOOST_TEST((pair.a.downs.at(2).cause == Departure::Cause::left));
  BOOST_TEST(pair.a.downs.at(2).reason == "study finished");
  BOOST_TEST((pair.a.state(2) == LinkState::down));
  BOOST_TEST((pair.a.endpoint.send(2, {}).error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(both_may_say_goodbye_at_once, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  pair.a.endpoint.close("end", 5s, [&] { pair.a.closed = true; });
  pair.b.endpoint.close("end", 5s, [&] { pair.b.closed = true; });
  BOOST_TEST(pair.world.run_until([&] { return pair.a.closed && pair.b.closed; }, 2s));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(closing_waits_for_a_silent_peer_no_longer_than_its_patience, W,
                              Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  pair.b_cuts->in = pair.b_cuts->out = true;
  const Instant before = pair.world.reactor().now();
  pair.b.endpoint.close("end", 300ms, [&] { pair.b.closed = true; });
  BOOST_TEST(pair.world.run_until([&] { return pair.b.closed; }));
  const Duration took = pair.world.reactor().now() - before;
  BOOST_TEST((took >= 300ms && took < 3s));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(leaving_one_peer_keeps_the_others, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  TestNode c(pair.world.reactor(), pair.world.wire(3), 3, "c", quick());
  c.dial(pair.address);
  BOOST_REQUIRE(pair.world.run_until([&] { return pair.a.ups.size() == 2 && !c.ups.empty(); }));
  pair.a.endpoint.leave(2, "not needed");
  BOOST_TEST(pair.world.run_until([&] { return !pair.b.downs.empty() && !pair.a.downs.empty(); }));
  BOOST_TEST(pair.b.downs.at(1).reason == "not needed");
  BOOST_TEST((pair.a.downs.at(2).cause == Departure::Cause::left));
  BOOST_REQUIRE(c.send(1, "still here"));
  BOOST_TEST(pair.world.run_until([&] { return !pair.a.messages[3].empty(); }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_silent_peer_is_unreachable_and_then_lost, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  const Instant before = pair.world.reactor().now();
  pair.b_cuts->in = pair.b_cuts->out = true;
  BOOST_TEST(pair.world.run_until([&] { return pair.a.state(2) == LinkState::unreachable; }));
  const Duration until_unreachable = pair.world.reactor().now() - before;
  BOOST_TEST(pair.world.run_until([&] { return !pair.a.downs.empty() && !pair.b.downs.empty(); }));
  const Duration until_lost = pair.world.reactor().now() - before;
  BOOST_TEST((until_unreachable >= 250ms && until_unreachable < 3s));
  BOOST_TEST((until_lost >= 750ms && until_lost < 5s));
  for (const Departure& departure : {pair.a.downs.at(2), pair.b.downs.at(1)}) {
    BOOST_TEST((departure.cause == Departure::Cause::lost));
    BOOST_TEST(contains(departure.reason, "nothing was heard of node"));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_peer_that_was_given_up_is_refused_when_it_comes_back, W, Worlds) {
  LinkOptions patient = quick();
  patient.dead_after = 30s;  // Longer than the lease of `a`.
  Pair<W> pair(quick(), patient);
  BOOST_REQUIRE(pair.linked);
  pair.a_cuts->in = true;  // `a` hears nothing of `b`; `b` hears `a` until `a` gives it up.
  BOOST_REQUIRE(pair.world.run_until([&] { return !pair.a.downs.empty(); }));
  BOOST_TEST((pair.a.downs.at(2).cause == Departure::Cause::lost));
  BOOST_TEST(pair.b.downs.empty());
  pair.a_cuts->in = false;
  BOOST_REQUIRE(pair.world.run_until([&] { return !pair.b.downs.empty(); }));
  BOOST_TEST((pair.b.downs.at(1).cause == Departure::Cause::refused));
  BOOST_TEST(contains(pair.b.downs.at(1).reason, "given it up: nothing was heard of node 'b'"));
  BOOST_TEST(std::ranges::any_of(pair.a.endpoint.refusals(), [](const Refusal& refusal) {
    return refusal.who == "b" && contains(refusal.why, "what it says is too late");
  }));
  // The same incarnation is refused for good; a new one links.
  pair.b.dial(pair.address);
  BOOST_REQUIRE(pair.world.run_until([&] { return pair.b.dialed.size() == 2; }));
  BOOST_TEST((pair.b.dialed[1].error().kind == ErrorKind::refused));
  TestNode anew(pair.world.reactor(), pair.world.wire(22), 22, "b", quick());
  anew.dial(pair.address);
  BOOST_TEST(pair.world.run_until([&] { return !anew.ups.empty(); }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(another_protocol_version_is_refused_naming_both, W, Worlds) {
  W world;
  TestNode a(world.reactor(), world.wire(1), 1, "a", quick());
  TestNode b(world.reactor(), world.wire(2), 2, "b", quick(), 7);
  b.dial(*a.endpoint.listen(world.new_address()));
  BOOST_REQUIRE(world.run_until([&] { return !b.dialed.empty(); }));
  const Error& error = b.dialed[0].error();
  BOOST_TEST((error.kind == ErrorKind::refused));
  BOOST_TEST(contains(error.what, "speaks protocol version " + std::to_string(protocol_version)));
  BOOST_TEST(contains(error.what, "the node that dials it speaks 7"));
  BOOST_TEST(a.ups.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_nodes_with_the_same_name_are_two_peers, W, Worlds) {
  W world;
  TestNode a(world.reactor(), world.wire(1), 1, "a", quick());
  TestNode b(world.reactor(), world.wire(2), 2, "same", quick());
  TestNode c(world.reactor(), world.wire(3), 3, "same", quick());
  const std::string address = *a.endpoint.listen(world.new_address());
  b.dial(address);
  c.dial(address);
  BOOST_REQUIRE(world.run_until([&] { return a.ups.size() == 2; }));
  BOOST_REQUIRE(a.send(2, "to b") && a.send(3, "to c"));
  BOOST_TEST(world.run_until([&] { return !b.messages.empty() && !c.messages.empty(); }));
  BOOST_TEST(b.messages[1].at(0) == "to b");
  BOOST_TEST(c.messages[1].at(0) == "to c");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_dial_succeeds_when_the_node_listens_later, W, Worlds) {
  W world;
  std::string address;
  {
    TestNode before(world.reactor(), world.wire(9), 9, "before", quick());
    address = *before.endpoint.listen(world.new_address());
  }
  TestNode b(world.reactor(), world.wire(2), 2, "b", quick());
  b.dial(address);
  world.run_for(300ms);
  BOOST_TEST(b.dialed.empty());
  TestNode a(world.reactor(), world.wire(1), 1, "a", quick());
  BOOST_REQUIRE(a.endpoint.listen(address));
  BOOST_REQUIRE(world.run_until([&] { return !b.dialed.empty(); }));
  BOOST_TEST(*b.dialed[0] == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_dial_without_an_answer_times_out, W, Worlds) {
  W world;
  std::string address;
  {
    TestNode before(world.reactor(), world.wire(9), 9, "before", quick());
    address = *before.endpoint.listen(world.new_address());
  }
  TestNode b(world.reactor(), world.wire(2), 2, "b", quick());
  b.dial(address, 200ms);
  BOOST_REQUIRE(world.run_until([&] { return !b.dialed.empty(); }, 2s));
  BOOST_TEST((b.dialed[0].error().kind == ErrorKind::timed_out));
  BOOST_TEST(b.dialed[0].error().what == "nobody answered at " + address);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_nodes_that_dial_each_other_have_one_link, W, Worlds) {
  W world;
  TestNode a(world.reactor(), world.wire(1), 1, "a", quick());
  TestNode b(world.reactor(), world.wire(2), 2, "b", quick());
  const std::string at_a = *a.endpoint.listen(world.new_address());
  const std::string at_b = *b.endpoint.listen(world.new_address());
  a.dial(at_b);
  b.dial(at_a);
  b.dial(at_a);
  BOOST_REQUIRE(world.run_until([&] { return a.dialed.size() == 1 && b.dialed.size() == 2; }));
  BOOST_TEST(*a.dialed[0] == 2u);
  BOOST_TEST(*b.dialed[0] == 1u);
  BOOST_TEST(*b.dialed[1] == 1u);
  for (int i = 0; i < 100; ++i)
    BOOST_REQUIRE(a.send(2, std::to_string(i)) && b.send(1, std::to_string(i)));
  BOOST_TEST(
      world.run_until([&] { return a.messages[2].size() == 100 && b.messages[1].size() == 100; }));
  BOOST_TEST(a.endpoint.peers().size() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_node_does_not_link_to_itself, W, Worlds) {
  W world;
  TestNode a(world.reactor(), world.wire(1), 1, "a", quick());
  a.dial(*a.endpoint.listen(world.new_address()));
  BOOST_REQUIRE(world.run_until([&] { return !a.dialed.empty(); }, 2s));
  BOOST_TEST(contains(a.dialed[0].error().what, "dialed itself"));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_restarted_node_at_the_same_address_is_another_peer, W, Worlds) {
  W world;
  TestNode b(world.reactor(), world.wire(2), 2, "b", quick());
  auto head = std::make_unique<TestNode>(world.reactor(), world.wire(1), 1, "head", quick());
  const std::string address = *head->endpoint.listen(world.new_address());
  b.dial(address);
  BOOST_REQUIRE(world.run_until([&] { return !b.ups.empty(); }));
  head.reset();  // It says no goodbye.
  TestNode again(world.reactor(), world.wire(11), 11, "head", quick());
  BOOST_REQUIRE(again.endpoint.listen(address));
  BOOST_REQUIRE(world.run_until([&] { return !b.downs.empty(); }));
  BOOST_TEST(b.downs.at(1).reason.find("node 'head'") != std::string::npos);
  BOOST_TEST(contains(b.downs.at(1).reason, "answers here"));
  b.dial(address);
  BOOST_REQUIRE(world.run_until([&] { return b.ups.contains(11); }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(any_number_of_hellos_leaves_no_links_behind, W, Worlds) {
  W world;
  if constexpr (std::same_as<W, ZmqWorld>)
    world.options.queue_frames_max = 8192;  // Here a thousand links share one route.
  TestNode a(world.reactor(), world.wire(1), 1, "a", quick());
  const std::string address = *a.endpoint.listen(world.new_address());
  const auto wire = world.wire(77);
  std::size_t welcomes = 0;
  std::size_t refusals = 0;
  wire->receive_with([&](Route, const Sender&, Bytes bytes) {
    const auto kind = decode_frame(bytes, 1U << 20U)->header.kind;
    welcomes += kind == FrameKind::welcome ? 1 : 0;
    refusals += kind == FrameKind::refusal ? 1 : 0;
  });
  const Route route = *wire->dial(address);
  const auto hello = [&](PeerId from, PeerId to) {
    const FrameHeader header{.kind = FrameKind::hello, .from = from, .to = to, .attempt = 1};
    (void)wire->send(route, encode_frame(header, encode_greeting({"half open", {}})));
  };
  for (PeerId from = 100; from < 200; ++from) hello(from, 0);
  BOOST_TEST(world.run_until([&] { return welcomes == 100; }));
  BOOST_TEST(a.ups.empty());  // The listener keeps no state for a first hello.
  const auto live = [&] {
    return std::ranges::count_if(a.endpoint.peers(),
                                 [](const Peer& p) { return p.state != LinkState::down; });
  };
  std::ptrdiff_t live_max = 0;
  for (PeerId from = 1000; from < 2500; ++from) {
    hello(from, 1);
    if (from % 100 != 99) continue;
    BOOST_REQUIRE(world.run_until([&] { return a.ups.size() + refusals == from - 999; }));
    live_max = std::max(live_max, live());
  }
  BOOST_TEST(live_max <= 1024);
  if constexpr (std::same_as<W, MemoryWorld>) BOOST_TEST(refusals == 1500u - 1024u);
  BOOST_TEST(world.run_until([&] { return a.downs.size() == a.ups.size(); }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
