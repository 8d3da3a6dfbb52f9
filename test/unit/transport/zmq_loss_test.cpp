// The ways in which ZeroMQ loses messages without a report. Each is shown on bare sockets first,
// then on a wire or a link, which reports or repairs it. test/e2e/transport_process_test.cpp has
// the ways that need several processes.

#include <array>

#include <boost/test/unit_test.hpp>
#include <poll.h>
#include <zmq.hpp>

#include "test/unit/transport/pair.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(zmq_loss)

std::string take(zmq::socket_t& socket, int wait_ms = 1000) {
  socket.set(zmq::sockopt::rcvtimeo, wait_ms);
  zmq::message_t part;
  std::string last;
  do {
    if (!socket.recv(part)) return "nothing";
    last = part.to_string();
  } while (part.more());
  return last;
}

bool send_to(zmq::socket_t& router, const std::string& id, const std::string& text) {
  return router.send(zmq::buffer(id), zmq::send_flags::sndmore | zmq::send_flags::dontwait) &&
         router.send(zmq::buffer(text), zmq::send_flags::dontwait);
}

/// A listening ROUTER without options, and DEALERs that connect to it.
struct Bare {
  Bare() {
    router.set(zmq::sockopt::linger, 0);
    router.bind("tcp://127.0.0.1:*");
  }
  zmq::socket_t dial(const std::string& id) {
    zmq::socket_t dealer(context, zmq::socket_type::dealer);
    dealer.set(zmq::sockopt::linger, 0);
    dealer.set(zmq::sockopt::routing_id, id);
    dealer.connect(router.get(zmq::sockopt::last_endpoint));
    return dealer;
  }
  zmq::context_t context;
  zmq::socket_t router{context, zmq::socket_type::router};
};

/// A listening and a dialing wire without links.
struct BareWires {
  BareWires() {
    listener.receive_with([this](Route from, const Sender&, Bytes frame) {
      froms.push_back(from);
      got.push_back(as_text(frame));
    });
    dialer.receive_with(
        [this](Route, const Sender&, Bytes frame) { answers.push_back(as_text(frame)); });
    address = *listener.listen("127.0.0.1:*");
  }
  PollReactor reactor;
  ZmqWire listener{reactor, 1, {.insecure_loopback = true}};
  ZmqWire dialer{reactor, 2, {.insecure_loopback = true}};
  std::string address;
  std::vector<Route> froms;
  std::vector<std::string> got;
  std::vector<std::string> answers;
};

BOOST_AUTO_TEST_CASE(a_frame_to_an_unknown_route_is_reported) {
  Bare bare;
  BOOST_TEST(send_to(bare.router, "nobody", "x"));  // ZeroMQ reports success and drops the message.

  BareWires wires;
  BOOST_TEST((wires.listener.send({5, 1}, as_bytes("x")) == Wire::Sent::no_route));
  BOOST_TEST((wires.dialer.send({2, 1}, as_bytes("x")) == Wire::Sent::no_route));
}

BOOST_AUTO_TEST_CASE(a_link_repairs_what_a_full_queue_drops) {
  Bare bare;
  bare.router.set(zmq::sockopt::sndhwm, 10);
  zmq::socket_t dealer = bare.dial("peer");
  (void)dealer.send(zmq::str_buffer("hello"));
  BOOST_REQUIRE(take(bare.router) == "hello");
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) taken += send_to(bare.router, "peer", "x") ? 1 : 0;
  int arrived = 0;
  while (take(dealer, 100) != "nothing") ++arrived;
  BOOST_TEST(taken == 20'000);  // ZeroMQ reports success for all messages,
  BOOST_TEST(arrived < taken);  // and drops most of them.

  LinkOptions options = quick();
  options.coalesce_max = 0;  // One message in each frame; 64 frames in the window.
  ZmqWorld narrow;
  narrow.options.queue_frames_max = 2;
  TestNode a(narrow.reactor(), narrow.wire(1), 1, "a", options);
  TestNode b(narrow.reactor(), narrow.wire(2), 2, "b", options);
  b.dial(*a.endpoint.listen(narrow.new_address()));
  BOOST_REQUIRE(narrow.run_until([&] { return !a.ups.empty(); }));
  for (int i = 0; i < 300; ++i) BOOST_REQUIRE(a.send(2, std::to_string(i)));
  BOOST_TEST(narrow.run_until([&] { return b.messages[1].size() >= 300; }, 30s));
  for (std::size_t i = 0; i < 300; ++i) BOOST_REQUIRE(b.messages[1][i] == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(each_dial_has_a_routing_id_of_its_own) {
  Bare bare;
  zmq::socket_t first = bare.dial("same");
  (void)first.send(zmq::str_buffer("first"));
  BOOST_REQUIRE(take(bare.router) == "first");
  zmq::socket_t second = bare.dial("same");
  (void)second.send(zmq::str_buffer("second"));
  BOOST_TEST(take(bare.router, 300) == "nothing");  // ZeroMQ ignores the second peer with an id.

  BareWires wires;  // One node dials twice.
  const Route one = *wires.dialer.dial(wires.address);
  const Route two = *wires.dialer.dial(wires.address);
  BOOST_TEST((wires.dialer.send(one, as_bytes("first")) == Wire::Sent::taken));
  BOOST_TEST((wires.dialer.send(two, as_bytes("second")) == Wire::Sent::taken));
  BOOST_TEST(wires.reactor.run_until([&] { return wires.got.size() == 2; }, 5s));
  BOOST_REQUIRE(wires.froms.size() == 2u);
  BOOST_TEST((wires.froms[0] != wires.froms[1]));
  for (const Route& from : wires.froms)
    BOOST_TEST((wires.listener.send(from, as_bytes("answer")) == Wire::Sent::taken));
  BOOST_TEST(wires.reactor.run_until([&] { return wires.answers.size() == 2; }, 5s));
}

BOOST_AUTO_TEST_CASE(frames_are_read_after_the_edge_of_the_descriptor_is_consumed) {
  Bare bare;
  zmq::socket_t dealer = bare.dial("peer");
  for (int i = 0; i < 3; ++i) (void)dealer.send(zmq::str_buffer("x"));
  BOOST_REQUIRE(take(bare.router) == "x");
  pollfd readable{bare.router.get(zmq::sockopt::fd), POLLIN, 0};
  while (poll(&readable, 1, 200) == 1) (void)bare.router.get(zmq::sockopt::events);
  BOOST_TEST((bare.router.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0);
  BOOST_TEST(poll(&readable, 1, 200) ==
             0);  // Two messages are left, but the descriptor is not readable.

  BareWires wires;
  const Route route = *wires.dialer.dial(wires.address);
  (void)wires.dialer.send(route, as_bytes("first"));
  BOOST_REQUIRE(wires.reactor.run_until([&] { return wires.got.size() == 1; }, 5s));
  // More frames than one drain reads. Each received frame is answered, which may consume an edge.
  std::size_t sent = 0;
  std::size_t answered = 0;
  BOOST_TEST(wires.reactor.run_until(
      [&] {
        while (sent < 2000 && wires.dialer.send(route, as_bytes("x")) == Wire::Sent::taken) ++sent;
        for (; answered < wires.got.size(); ++answered)
          (void)wires.listener.send(wires.froms[answered], as_bytes("y"));
        return wires.got.size() >= 2001;
      },
      10s));
  BOOST_TEST(wires.got.size() == 2001u);
}

BOOST_AUTO_TEST_CASE(closing_a_wire_does_not_wait_for_unsent_frames) {
  const auto seconds_to_end = [](int linger_ms) {
    zmq::context_t context;
    const auto before = std::chrono::steady_clock::now();
    {
      zmq::socket_t dealer(context, zmq::socket_type::dealer);
      dealer.set(zmq::sockopt::linger, linger_ms);
      dealer.connect("tcp://127.0.0.1:1");
      (void)dealer.send(zmq::str_buffer("never sent"));
    }
    context.close();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  };
  // With ZeroMQ's default: without end. It counts whole milliseconds, from its own clock.
  BOOST_TEST(seconds_to_end(500) >= 0.49);

  PollReactor reactor;
  Instant before{};
  {
    ZmqWire wire(reactor, 2, {.insecure_loopback = true});
    wire.receive_with([](Route, const Sender&, Bytes) {});
    const Route route = *wire.dial("127.0.0.1:1");
    BOOST_TEST((wire.send(route, as_bytes("never sent")) == Wire::Sent::taken));
    before = reactor.now();
  }
  BOOST_TEST((reactor.now() - before < 400ms));
}

BOOST_AUTO_TEST_CASE(a_link_ends_when_zmq_reconnects_to_another_process) {
  // The listening process ends and another one takes its port. The dialer's socket reconnects
  // without a report, and frames on the way are lost. The link notices the other incarnation.
  ZmqWorld world;
  TestNode b(world.reactor(), world.wire(2), 2, "b", quick());
  auto head = std::make_unique<TestNode>(world.reactor(), world.wire(1), 1, "head", quick());
  const std::string address = *head->endpoint.listen(world.new_address());
  b.dial(address);
  BOOST_REQUIRE(world.run_until([&] { return !b.ups.empty(); }));
  head.reset();
  BOOST_REQUIRE(b.send(1, "on its way"));
  TestNode again(world.reactor(), world.wire(11), 11, "head", quick());
  BOOST_REQUIRE(again.endpoint.listen(address));
  BOOST_TEST(world.run_until([&] { return !b.downs.empty(); }));
  BOOST_TEST(again.messages.empty());
}

BOOST_AUTO_TEST_CASE(a_frame_far_over_the_limit_ends_its_connection_only) {
  BareWires wires;
  const Route route = *wires.dialer.dial(wires.address);
  const std::string large((512U << 10U) + 1, 'x');
  BOOST_TEST((wires.dialer.send(route, as_bytes(large)) == Wire::Sent::taken));
  BOOST_TEST(!wires.reactor.run_until([&] { return !wires.got.empty(); }, 300ms));
  const Route other = *wires.dialer.dial(wires.address);
  BOOST_TEST((wires.dialer.send(other, as_bytes("x")) == Wire::Sent::taken));
  BOOST_TEST(wires.reactor.run_until([&] { return wires.got.size() == 1; }, 5s));
}

BOOST_AUTO_TEST_CASE(frames_of_other_programs_and_in_several_parts_are_dropped) {
  BareWires wires;
  zmq::context_t context;
  zmq::socket_t foreign(context, zmq::socket_type::dealer);
  foreign.set(zmq::sockopt::linger, 0);
  foreign.connect(wires.address);
  (void)foreign.send(zmq::str_buffer("who am I"));
  (void)foreign.send(zmq::str_buffer("one"), zmq::send_flags::sndmore);
  (void)foreign.send(zmq::str_buffer("two"), zmq::send_flags::sndmore);
  (void)foreign.send(zmq::str_buffer("three"));
  const Route route = *wires.dialer.dial(wires.address);
  BOOST_TEST((wires.dialer.send(route, as_bytes("ours")) == Wire::Sent::taken));
  BOOST_TEST(wires.reactor.run_until([&] { return !wires.got.empty(); }, 5s));
  BOOST_TEST(!wires.reactor.run_until([&] { return wires.got.size() > 1; }, 200ms));
  BOOST_TEST(wires.got.at(0) == "ours");
}

BOOST_AUTO_TEST_CASE(the_error_for_an_address_in_use_names_it) {
  BareWires wires;
  const auto bound = wires.dialer.listen(wires.address);
  BOOST_REQUIRE(!bound);
  BOOST_TEST((bound.error().kind == ErrorKind::io));
  BOOST_TEST(bound.error().what ==
             "cannot listen at " + wires.address + ": Address already in use");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
