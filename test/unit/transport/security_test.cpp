// Who gets in where keys are asked for, over real sockets.

#include "transport/security.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/gated.hpp"

namespace troupe::transport::test {
namespace {

BOOST_FIXTURE_TEST_SUITE(security, Gated)

using namespace std::chrono_literals;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_CASE(who_is_admitted_is_linked_under_its_name) {
  const auto gpu1 = linked_gpu1();
  BOOST_TEST(gpu1->send(1, "hello"));
  BOOST_TEST(head->send(2, "welcome"));
  BOOST_TEST(
      run_until([&] { return head->messages[2].size() == 1 && gpu1->messages[1].size() == 1; }));
  const Peer peer = head->endpoint.peers().at(0);
  BOOST_TEST(peer.key == to_text(gpu1_keys.public_key));
  BOOST_TEST(peer.role == "node");
  BOOST_TEST(peer.address == "127.0.0.1");
  BOOST_TEST(head->endpoint.refusals().empty());
}

BOOST_AUTO_TEST_CASE(a_key_that_is_not_admitted_is_told_so_at_once) {
  const auto gpu1 = linked_gpu1();
  const KeyPair own = make_key_pair();
  const auto stranger = node(3, "gpu1", own);
  BOOST_TEST(contains(refused(*stranger, address, 60s), "the key of this node is not admitted"));
  BOOST_TEST(!head->ups.contains(3));
  BOOST_TEST(noted("key " + short_text(to_text(own.public_key)), "its key is not admitted") == 1U);
  BOOST_TEST(serves(*gpu1));
}

BOOST_AUTO_TEST_CASE(who_has_no_key_stays_out) {
  const auto gpu1 = linked_gpu1();
  TestNode naked(reactor, std::make_unique<ZmqWire>(reactor, 3), 3, "gpu1");
  BOOST_TEST(
      contains(refused(naked, address.substr(0, address.rfind('/')), 1s), "nobody answered"));
  BOOST_TEST(!head->ups.contains(3));
  // It may hang up before the head says so: ZeroMQ on both sides sees that they do not fit.
  BOOST_TEST(run_until([&] { return noted("", "no key") + noted("", "hung up") > 0; }));
  BOOST_TEST(serves(*gpu1));
}

BOOST_AUTO_TEST_CASE(who_takes_this_node_for_another_stays_out) {
  const auto gpu1 = node(2, "gpu1", gpu1_keys);
  const std::string elsewhere =
      address.substr(0, address.rfind('/') + 1) + to_text(make_key_pair().public_key);
  BOOST_TEST(contains(refused(*gpu1, elsewhere, 1s), "nobody answered"));
  BOOST_TEST(head->ups.empty());
  BOOST_TEST(run_until([&] { return noted("", "it took this node for another") > 0; }));
}

BOOST_AUTO_TEST_CASE(a_key_is_good_for_its_own_name_only) {
  const auto impostor = node(2, "gpu2", gpu1_keys);
  const std::string why = "the key belongs to node 'gpu1', not to 'gpu2'";
  BOOST_TEST(contains(refused(*impostor, address), why));
  BOOST_TEST(head->ups.empty());
  BOOST_TEST(noted("gpu1", why) == 1U);
}

BOOST_AUTO_TEST_CASE(nobody_speaks_for_the_incarnation_of_another) {
  const auto gpu1 = linked_gpu1();
  const KeyPair other = make_key_pair();
  members[to_text(other.public_key)] = {"gpu2", "node"};
  // The incarnation of gpu1 with the key of gpu2, on a connection of its own.
  TestNode forger(reactor, wire(3, other), 2, "gpu2");
  BOOST_TEST(contains(refused(forger, address, 1s), "nobody answered"));
  BOOST_TEST(noted("gpu2", "it spoke for node 'gpu1'") > 0U);
  BOOST_TEST(serves(*gpu1));
}

BOOST_AUTO_TEST_CASE(nobody_answers_for_a_node_that_was_dialed) {
  // The head dials gpu1, and gpu2 connects to the head under the name of that route.
  const auto gpu1 = node(2, "gpu1", gpu1_keys);
  head->dial(gpu1->endpoint.listen("127.0.0.1:*").value());
  BOOST_REQUIRE(run_until([&] { return !head->dialed.empty(); }));
  BOOST_REQUIRE(head->dialed[0].has_value());
  const KeyPair other = make_key_pair();
  members[to_text(other.public_key)] = {"gpu2", "node"};
  const auto forger = wire(1, other);  // Its first dial is the route {1, 1}, as the head's was.
  forger->receive_with([](Route, const Sender&, Bytes) {});
  const Route route = *forger->dial(address);
  const auto refusal = Link::refusal({.id = 2, .name = "gpu1"}, 1, "go away");
  BOOST_TEST((forger->send(route, refusal) == Wire::Sent::taken));
  BOOST_TEST(run_until([&] { return noted("gpu2", "it spoke for node 'gpu1'") > 0; }));
  BOOST_TEST((head->state(2) == LinkState::up));
  BOOST_TEST(head->send(2, "still here"));
  BOOST_TEST(run_until([&] { return gpu1->messages[1].size() == 1; }));
}

BOOST_AUTO_TEST_CASE(a_revoked_key_is_cut_off_and_stays_out) {
  const auto gpu1 = linked_gpu1();
  members.clear();
  head->endpoint.check_members();
  BOOST_REQUIRE(run_until([&] { return head->downs.contains(2) && gpu1->downs.contains(1); }));
  BOOST_TEST(head->downs[2].reason == "its key was revoked");
  BOOST_TEST(contains(gpu1->downs[1].reason, "its key was revoked"));
  BOOST_TEST(noted("gpu1", "its key was revoked") == 1U);
  const auto again = node(3, "gpu1", gpu1_keys);
  BOOST_TEST(contains(refused(*again, address), "the key of this node is not admitted"));
}

BOOST_AUTO_TEST_CASE(what_a_revoked_key_says_on_its_old_connection_is_not_read) {
  const auto bare = wire(3, gpu1_keys);
  std::size_t answers = 0;
  bare->receive_with([&](Route, const Sender&, Bytes) { ++answers; });
  const Route route = *bare->dial(address);
  const auto hello = encode_frame({.kind = FrameKind::hello, .from = 3, .attempt = 1},
                                  encode_greeting({"gpu1", {}}));
  BOOST_TEST((bare->send(route, hello) == Wire::Sent::taken));
  BOOST_REQUIRE(run_until([&] { return answers == 1; }));
  members.clear();
  BOOST_TEST((bare->send(route, hello) == Wire::Sent::taken));
  const std::string key = "key " + short_text(to_text(gpu1_keys.public_key));
  BOOST_TEST(run_until([&] { return noted(key, "its key is not admitted") == 1; }));
  BOOST_TEST(answers == 1U);
}

BOOST_AUTO_TEST_CASE(a_hundred_half_open_connections_keep_nobody_out) {
  std::vector<int> silent;
  for (int i = 0; i < 100; ++i) silent.push_back(connect_bare());
  const auto gpu1 = linked_gpu1();
  BOOST_TEST(run_until([&] { return noted("", "said nothing") >= 100; }, 20s));
  BOOST_TEST(serves(*gpu1));
  BOOST_TEST(head->endpoint.refusals().size() == 1U);
  BOOST_TEST(head->endpoint.refusals()[0].from == "127.0.0.1");
  for (const int fd : silent) close(fd);
}

BOOST_AUTO_TEST_CASE(another_protocol_is_not_spoken_to) {
  const auto gpu1 = linked_gpu1();
  const int web = connect_bare();
  BOOST_TEST(::send(web, "GET / HTTP/1.0\r\n\r\n", 18, 0) == 18);
  BOOST_TEST(run_until([&] { return noted("", "does not speak this protocol") == 1; }));
  BOOST_TEST(serves(*gpu1));
  close(web);
}

BOOST_AUTO_TEST_CASE(another_version_of_the_protocol_is_named) {
  const auto newer = node(2, "gpu1", gpu1_keys, {}, protocol_version + 1);
  BOOST_TEST(contains(refused(*newer, address), "run the same release on both"));
  BOOST_TEST(noted("gpu1", "speaks protocol version") == 1U);
  BOOST_TEST(head->ups.empty());
}

BOOST_AUTO_TEST_CASE(a_frame_at_the_limit_passes_and_one_over_it_is_noted) {
  const auto gpu1 = linked_gpu1();
  const auto bare = wire(3, gpu1_keys);
  bare->receive_with([](Route, const Sender&, Bytes) {});
  const Route route = *bare->dial(address);
  const std::size_t frame_max = LinkOptions().frame_max;
  std::vector<std::byte> frame(frame_max);
  encode_header({.kind = FrameKind::data, .from = 3, .to = 1}, frame);
  BOOST_TEST((bare->send(route, frame) == Wire::Sent::taken));
  frame.resize(frame_max + 1);
  BOOST_TEST((bare->send(route, frame) == Wire::Sent::taken));
  BOOST_TEST(run_until([&] { return noted("gpu1", "its frame was dropped") > 0; }));
  BOOST_TEST(noted("gpu1", "its frame was dropped") == 1U);
  frame.resize(8 * frame_max);  // ZeroMQ hangs up.
  BOOST_TEST((bare->send(route, frame) == Wire::Sent::taken));
  BOOST_TEST(serves(*gpu1));
}

BOOST_AUTO_TEST_CASE(a_reader_that_takes_nothing_costs_a_bounded_buffer_and_its_link) {
  const auto gpu1 = linked_gpu1();
  const KeyPair slow = make_key_pair();
  members[to_text(slow.public_key)] = {"slow", "node"};
  const auto bare = wire(3, slow);
  Route route;
  const auto hello = [&](PeerId to) {
    (void)bare->send(route,
                     encode_frame({.kind = FrameKind::hello, .from = 3, .to = to, .attempt = 1},
                                  encode_greeting({"slow", {}})));
  };
  bare->receive_with([&](Route, const Sender&, Bytes bytes) {
    if (decode_frame(bytes, LinkOptions().frame_max)->header.kind == FrameKind::welcome) hello(1);
  });
  route = *bare->dial(address);
  hello(0);
  BOOST_REQUIRE(run_until([&] { return head->ups.contains(3); }));
  const std::string much(1U << 20U, 'x');
  int sent = 0;
  while (sent < 1000 && head->send(3, much)) ++sent;
  BOOST_TEST(sent <= 16);
  BOOST_TEST(serves(*gpu1));
  const auto peers = head->endpoint.peers();
  const auto peer = std::ranges::find(peers, PeerId{3}, &Peer::id);
  BOOST_REQUIRE((peer != peers.end()));
  BOOST_TEST(peer->buffered_bytes <= LinkOptions().buffer_bytes_max);
  BOOST_TEST((peer->lag > Duration(0)));
  // It says that it lives all the while.
  std::function<void()> beat = [&] {
    (void)bare->send(route,
                     encode_frame({.kind = FrameKind::beat, .from = 3, .to = 1, .sequence = 1},
                                  encode_beat({})));
    reactor.at(reactor.now() + 500ms, beat);
  };
  beat();
  BOOST_TEST(run_until([&] { return head->downs.contains(3); }, 30s));
  BOOST_TEST(head->downs[3].reason == "it does not take what is sent to it");
  BOOST_TEST(noted("slow", "it does not take what is sent to it") == 1U);
  BOOST_TEST(serves(*gpu1));
}

BOOST_AUTO_TEST_CASE(without_keys_a_wire_listens_on_loopback_only) {
  ZmqWire wire(reactor, 9);
  wire.receive_with([](Route, const Sender&, Bytes) {});
  const auto bound = wire.listen("0.0.0.0:*");
  BOOST_REQUIRE(!bound);
  BOOST_TEST((bound.error().kind == ErrorKind::refused));
  BOOST_TEST(contains(bound.error().what, "troupe keys init"));
  BOOST_TEST(contains(wire.dial(address).error().what, "this node has none"));
}

BOOST_AUTO_TEST_CASE(with_keys_a_wire_listens_anywhere) {
  const auto other = wire(9, make_key_pair());
  other->receive_with([](Route, const Sender&, Bytes) {});
  const auto bound = other->listen("0.0.0.0:*");
  BOOST_REQUIRE_MESSAGE(bound.has_value(), (bound ? std::string() : bound.error().what));
  BOOST_TEST(bound->starts_with("tcp://0.0.0.0:"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
