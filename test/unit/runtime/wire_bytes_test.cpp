// A peer that speaks the transport's protocol and sends malformed messages over it.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/codec.hpp"
#include "runtime/core/rng.hpp"
#include "runtime/remote/wire_format.hpp"
#include "test/kit/probe.hpp"
#include "test/kit/test_world.hpp"
#include "test/unit/runtime/counter.hpp"
#include "transport/endpoint.hpp"

namespace troupe::runtime {
namespace {

namespace wire_bytes {

using namespace std::chrono_literals;

/// A node, and an endpoint that has joined it and is no node.
struct RawPeer {
  test::TestWorld world;
  test::TestNode node{world, 1, {.name = "node"}};
  std::unique_ptr<transport::Endpoint> endpoint;
  std::vector<WireHeader> received;
  std::vector<std::string> bodies;

  RawPeer() {
    transport::Endpoint::Callbacks callbacks;
    callbacks.on_up = [](transport::PeerId, std::string_view, transport::Bytes) {};
    callbacks.on_message = [this](transport::PeerId, transport::Bytes message) {
      const std::string_view bytes(reinterpret_cast<const char*>(message.data()), message.size());
      received.push_back(WireHeader::read(bytes).value());
      bodies.emplace_back(bytes.substr(WireHeader::bytes));
    };
    callbacks.on_down = [](transport::PeerId, const transport::Departure&) {};
    callbacks.on_room = [](transport::PeerId) {};
    endpoint = std::make_unique<transport::Endpoint>(
        world.reactor(), world.network().wire(77, "stranger"),
        transport::Identity{77, "stranger", {}}, transport::LinkOptions{}, std::move(callbacks));
    const std::string address = node.node().listen("*").value();
    endpoint->dial(address, 5s, [](auto) {});
    world.advance(100ms);
  }

  void send(const std::string& bytes) {
    (void)endpoint->send(node.node().id().value, std::as_bytes(std::span(bytes)));
    world.run();
  }
  void send(const WireHeader& header, const std::string& body = {}) {
    std::string bytes;
    header.append_to(bytes);
    send(bytes + body);
  }
  void send_bulk(const std::string& bytes) {
    std::string message = std::string(transport::bulk_headroom, '\0') + bytes;
    (void)endpoint->send_bulk(node.node().id().value, message);
    world.advance(100ms);
  }
  void declare_add() { send(DeclaredTypes::declaration(&message_type<Add>, 1)); }
};

}  // namespace wire_bytes

BOOST_FIXTURE_TEST_SUITE(wire_bytes, wire_bytes::RawPeer)

using Kind = WireHeader::Kind;

BOOST_AUTO_TEST_CASE(a_well_formed_message_arrives) {
  auto probe = node.probe<Add>();
  declare_add();
  send({.kind = Kind::message, .type = 1, .to = probe.address().actor}, pack(Add{3}));
  BOOST_TEST(probe.expect<Add>().amount == 3);
  BOOST_TEST(node.node().frames_refused() == 0u);
}

BOOST_AUTO_TEST_CASE(an_undeclared_type_is_answered_with_an_error) {
  auto probe = node.probe<Add>();
  send({.kind = Kind::message, .type = 1, .to = probe.address().actor, .ask = 5}, pack(Add{3}));
  BOOST_TEST(probe.is_silent());
  BOOST_REQUIRE(received.size() == 1u);
  BOOST_TEST((received[0].kind == Kind::error));
  BOOST_TEST(received[0].ask == 5u);
  BOOST_TEST(node.node().frames_refused() == 1u);
}

BOOST_AUTO_TEST_CASE(a_type_is_declared_on_the_channel_of_its_messages) {
  auto probe = node.probe<Add>();
  declare_add();
  std::string question;
  WireHeader{.kind = Kind::message, .type = 1, .to = probe.address().actor, .ask = 5}.append_to(
      question);
  question += pack(Add{3});
  send_bulk(question);
  BOOST_TEST(probe.is_silent());
  BOOST_REQUIRE(received.size() == 1u);
  BOOST_TEST((received[0].kind == Kind::error));
  send_bulk(DeclaredTypes::declaration(&message_type<Add>, 1));
  send_bulk(question);
  BOOST_TEST(probe.expect<Add>().amount == 3);
  send_bulk("nonsense");
  BOOST_TEST(probe.is_silent());
  BOOST_TEST(node.node().frames_refused() == 2u);
}

BOOST_AUTO_TEST_CASE(a_body_that_does_not_unpack_is_answered_with_an_error) {
  auto probe = node.probe<Add>();
  declare_add();
  send({.kind = Kind::message, .type = 1, .to = probe.address().actor, .ask = 6}, "\xdf\xff\xff");
  BOOST_TEST(probe.is_silent());
  BOOST_REQUIRE(received.size() == 1u);
  BOOST_TEST((received[0].kind == Kind::error));
  BOOST_TEST(node.node().dead_letters() == 1u);
}

BOOST_AUTO_TEST_CASE(messages_of_the_runtime_are_not_accepted_from_a_peer) {
  auto probe = node.probe<Add, Down>();
  send(DeclaredTypes::declaration(&message_type<Down>, 1));
  // The probe's ref accepts Down, so a peer may send it to the probe; the counter's does not.
  const auto counter = node.spawn<Counter>();
  send({.kind = Kind::message, .type = 1, .to = counter.address().actor}, pack(Down{}));
  send({.kind = Kind::down, .to = probe.address().actor, .from = 12}, "not watched");
  BOOST_TEST(probe.is_silent());
  BOOST_TEST(node.node().dead_letters() == 1u);
}

BOOST_AUTO_TEST_CASE(an_answer_without_a_question_is_dropped) {
  declare_add();
  for (std::uint64_t ask = 0; ask < 100; ++ask) {
    send({.kind = Kind::reply, .type = 1, .ask = ask << 32 | 1}, pack(Add{1}));
    send({.kind = Kind::error, .detail = 200, .ask = ask}, "no");
    send({.kind = Kind::reply, .type = 1, .ask = 0xff00'0000'0000'0000U + ask}, pack(Add{1}));
  }
  BOOST_TEST(node.node().frames_refused() == 0u);
}

BOOST_AUTO_TEST_CASE(any_bytes_are_survived) {
  auto probe = node.probe<Add>();
  declare_add();
  Rng rng(17);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    WireHeader{.kind = static_cast<Kind>(rng.below(WireHeader::kind_last + 3)),
               .detail = static_cast<std::uint8_t>(rng.bits()),
               .type = static_cast<std::uint32_t>(rng.below(4)),
               .to = rng.below(4) == 0 ? rng.bits() : (rng.below(6) << 32 | rng.below(3)),
               .from = rng.bits(),
               .ask = rng.below(2) == 0 ? 0 : rng.bits(),
               .patience = static_cast<std::int64_t>(rng.bits())}
        .append_to(bytes);
    for (std::uint64_t n = rng.below(60); n > 0; --n) bytes += static_cast<char>(rng.bits());
    if (rng.below(10) == 0) bytes.resize(rng.below(bytes.size()));
    (void)endpoint->send(node.node().id().value, std::as_bytes(std::span(bytes)));
    if (i % 100 == 0) world.advance(100ms);
  }
  world.advance(5s);
  BOOST_TEST(node.node().frames_refused() > 0u);
  const auto counter = node.spawn<Counter>();
  BOOST_TEST(node.ask(counter, Total{}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
