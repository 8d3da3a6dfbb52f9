// Admission of nodes where keys are required, over real sockets.

#include "transport/security.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/gated.hpp"
#include "transport/handshake.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(security)

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

BOOST_FIXTURE_TEST_CASE(a_node_with_an_admitted_key_links_under_its_name, Gated) {
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

BOOST_FIXTURE_TEST_CASE(a_key_that_is_not_admitted_is_rejected_at_once, Gated) {
  const auto gpu1 = linked_gpu1();
  const KeyPair own = make_key_pair();
  const auto stranger = node(3, "gpu1", own);
  BOOST_TEST(contains(refused(*stranger, address, 60s), "the key of this node is not admitted"));
  BOOST_TEST(!head->ups.contains(3));
  BOOST_TEST(noted("key " + short_text(to_text(own.public_key)), "its key is not admitted") == 1U);
  BOOST_TEST(serves(*gpu1));
}

BOOST_FIXTURE_TEST_CASE(a_node_without_a_key_is_rejected, Gated) {
  const auto gpu1 = linked_gpu1();
  TestNode naked(reactor,
                 std::make_unique<ZmqWire>(reactor, 3, ZmqWire::Options{.insecure_loopback = true}),
                 3, "gpu1");
  BOOST_TEST(
      contains(refused(naked, address.substr(0, address.rfind('/')), 1s), "nobody answered"));
  BOOST_TEST(!head->ups.contains(3));
  // Both sides see that the mechanisms differ, so the node may hang up before the head rejects it.
  BOOST_TEST(run_until([&] { return noted("", "no key") + noted("", "hung up") > 0; }));
  BOOST_TEST(serves(*gpu1));
}

BOOST_FIXTURE_TEST_CASE(a_node_that_expects_another_key_is_rejected, Gated) {
  const auto gpu1 = node(2, "gpu1", gpu1_keys);
  const std::string elsewhere =
      address.substr(0, address.rfind('/') + 1) + to_text(make_key_pair().public_key);
  BOOST_TEST(contains(refused(*gpu1, elsewhere, 1s), "nobody answered"));
  BOOST_TEST(head->ups.empty());
  BOOST_TEST(run_until([&] { return noted("", "it took this node for another") > 0; }));
}

BOOST_FIXTURE_TEST_CASE(a_key_is_valid_for_its_own_name_only, Gated) {
  const auto impostor = node(2, "gpu2", gpu1_keys);
  const std::string why = "the key belongs to node 'gpu1', not to 'gpu2'";
  BOOST_TEST(contains(refused(*impostor, address), why));
  BOOST_TEST(head->ups.empty());
  BOOST_TEST(noted("gpu1", why) == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_node_cannot_speak_for_the_incarnation_of_another, Gated) {
  const auto gpu1 = linked_gpu1();
  const KeyPair other = make_key_pair();
  members[to_text(other.public_key)] = {"gpu2", "node"};
  // A connection with the key of gpu2 that uses the id of gpu1.
  TestNode forger(reactor, wire(3, other), 2, "gpu2");
  BOOST_TEST(contains(refused(forger, address, 1s), "nobody answered"));
  BOOST_TEST(noted("gpu2", "it spoke for node 'gpu1'") > 0U);
  BOOST_TEST(serves(*gpu1));
}

BOOST_FIXTURE_TEST_CASE(a_node_cannot_answer_for_another_that_was_dialed, Gated) {
  // The head dials gpu1, and gpu2 connects to the head with the routing id of that route.
  const auto gpu1 = node(2, "gpu1", gpu1_keys);
  head->dial(gpu1->endpoint.listen("127.0.0.1:*").value());
  BOOST_REQUIRE(run_until([&] { return !head->dialed.empty(); }));
  BOOST_REQUIRE(head->dialed[0].has_value());
  const KeyPair other = make_key_pair();
  members[to_text(other.public_key)] = {"gpu2", "node"};
  const auto forger = wire(1, other);  // Its first route is {1, 1}, as the head's.
  forger->receive_with([](Route, const Sender&, Bytes) {});
  const Route route = *forger->dial(address);
  const auto refusal = encode_refusal({.id = 2, .name = "gpu1"}, 1, "go away");
  BOOST_TEST((forger->send(route, refusal) == Wire::Sent::taken));
  BOOST_TEST(run_until([&] { return noted("gpu2", "it spoke for node 'gpu1'") > 0; }));
  BOOST_TEST((head->state(2) == LinkState::up));
  BOOST_TEST(head->send(2, "still here"));
  BOOST_TEST(run_until([&] { return gpu1->messages[1].size() == 1; }));
}

BOOST_FIXTURE_TEST_CASE(a_revoked_key_is_disconnected_and_rejected, Gated) {
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

BOOST_FIXTURE_TEST_CASE(frames_of_a_revoked_key_on_an_open_connection_are_not_read, Gated) {
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

BOOST_FIXTURE_TEST_CASE(a_hundred_half_open_connections_do_not_block_a_member, Gated) {
  std::vector<int> silent;
  for (int i = 0; i < 100; ++i) silent.push_back(connect_bare());
  const auto gpu1 = linked_gpu1();
  BOOST_TEST(run_until([&] { return noted("", "said nothing") >= 100; }, 20s));
  BOOST_TEST(serves(*gpu1));
  BOOST_TEST(head->endpoint.refusals().size() == 1U);
  BOOST_TEST(head->endpoint.refusals()[0].from == "127.0.0.1");
  for (const int fd : silent) close(fd);
}

BOOST_FIXTURE_TEST_CASE(a_program_with_another_protocol_is_disconnected, Gated) {
  const auto gpu1 = linked_gpu1();
  const int web = connect_bare();
  BOOST_TEST(::send(web, "GET / HTTP/1.0\r\n\r\n", 18, 0) == 18);
  BOOST_TEST(run_until([&] { return noted("", "does not speak this protocol") == 1; }));
  BOOST_TEST(serves(*gpu1));
  close(web);
}

BOOST_FIXTURE_TEST_CASE(another_protocol_version_is_named_in_the_refusal, Gated) {
  const auto newer = node(2, "gpu1", gpu1_keys, {}, protocol_version + 1);
  BOOST_TEST(contains(refused(*newer, address), "run the same release on both"));
  BOOST_TEST(noted("gpu1", "speaks protocol version") == 1U);
  BOOST_TEST(head->ups.empty());
}

BOOST_FIXTURE_TEST_CASE(a_frame_at_the_limit_passes_and_one_over_it_is_logged, Gated) {
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
  frame.resize(8 * frame_max);  // ZeroMQ disconnects the sender.
  BOOST_TEST((bare->send(route, frame) == Wire::Sent::taken));
  BOOST_TEST(serves(*gpu1));
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_acknowledges_nothing_uses_a_bounded_queue_and_is_given_up,
                        Gated) {
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
  // The peer sends beats all the time.
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

BOOST_FIXTURE_TEST_CASE(without_keys_a_wire_neither_listens_nor_dials, Gated) {
  ZmqWire wire(reactor, 9, {});
  wire.receive_with([](Route, const Sender&, Bytes) {});
  for (const char* const at : {"0.0.0.0:*", "127.0.0.1:*"}) {
    const auto bound = wire.listen(at);
    BOOST_REQUIRE_MESSAGE(!bound, at);
    BOOST_TEST((bound.error().kind == ErrorKind::refused));
    BOOST_TEST(contains(bound.error().what, "troupe keys init"));
  }
  BOOST_TEST(contains(wire.listen("127.0.0.1:*").error().what, "insecure_loopback"));
  BOOST_TEST(contains(wire.dial(address).error().what, "this node has none"));
  BOOST_TEST(contains(wire.dial("127.0.0.1:7070").error().what, "HOST:PORT/KEY"));
}

BOOST_FIXTURE_TEST_CASE(a_wire_with_keys_does_not_dial_without, Gated) {
  const auto gpu1 = wire(2, gpu1_keys);
  gpu1->receive_with([](Route, const Sender&, Bytes) {});
  BOOST_TEST(contains(gpu1->dial("127.0.0.1:7070").error().what, "HOST:PORT/KEY"));
}

BOOST_FIXTURE_TEST_CASE(insecure_loopback_is_loopback_only, Gated) {
  ZmqWire wire(reactor, 9, {.insecure_loopback = true});
  wire.receive_with([](Route, const Sender&, Bytes) {});
  BOOST_TEST(!wire.listen("0.0.0.0:*"));
  BOOST_TEST(wire.listen("127.0.0.1:*").has_value());
}

BOOST_FIXTURE_TEST_CASE(with_keys_a_wire_listens_anywhere, Gated) {
  const auto other = wire(9, make_key_pair());
  other->receive_with([](Route, const Sender&, Bytes) {});
  const auto bound = other->listen("0.0.0.0:*");
  BOOST_REQUIRE_MESSAGE(bound.has_value(), (bound ? std::string() : bound.error().what));
  BOOST_TEST(bound->starts_with("tcp://0.0.0.0:"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
