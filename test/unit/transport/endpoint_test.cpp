// Delivery of messages between endpoints, in memory and on ZeroMQ.

#include "transport/endpoint.hpp"

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/pair.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

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
  BOOST_TEST((pair.b.state(1) == LinkState::up));
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
  for (const std::size_t size : {0, 1, 65'536, 262'088, 262'089, 3'000'000, 5}) {
    sent.emplace_back(size, 'x');
    for (std::size_t i = 0; i < size; i += 997) sent.back()[i] = static_cast<char>('a' + i % 26);
    BOOST_REQUIRE(pair.b.send(1, sent.back()));
  }
  BOOST_TEST(pair.world.run_until([&] { return pair.a.messages[2].size() >= sent.size(); }));
  BOOST_TEST((pair.a.messages[2] == sent));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_message_beyond_the_limit_is_refused_with_both_sizes, W, Worlds) {
  LinkOptions options = quick();
  options.message_max = 1000;
  Pair<W> pair(options);
  BOOST_REQUIRE(pair.linked);
  const std::string large(1001, 'x');
  const auto sent = pair.b.endpoint.send(1, as_bytes(large));
  BOOST_REQUIRE(!sent);
  BOOST_TEST((sent.error().kind == ErrorKind::bad_input));
  BOOST_TEST(sent.error().what == "a message of 1001 bytes; a link takes at most 1000");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_full_send_queue_is_reported_and_later_that_there_is_room, W,
                              Worlds) {
  LinkOptions options = quick();
  options.buffer_messages_max = 100;
  Pair<W> pair(options);
  BOOST_REQUIRE(pair.linked);
  constexpr std::size_t total = 1000;
  std::size_t sent = 0;
  std::size_t refused = 0;
  const auto send_some = [&](PeerId) {
    while (sent < total && pair.b.send(1, std::to_string(sent))) ++sent;
    if (sent < total) ++refused;
  };
  pair.b.on_room = send_some;
  send_some(1);
  BOOST_TEST(sent == 100u);
  BOOST_TEST((pair.b.endpoint.send(1, {}).error().kind == ErrorKind::exhausted));
  BOOST_TEST(pair.world.run_until([&] { return pair.a.messages[2].size() == total; }));
  BOOST_TEST(refused >= 9u);
  for (std::size_t i = 0; i < total; ++i) BOOST_REQUIRE(pair.a.messages[2][i] == std::to_string(i));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_send_queue_is_bounded_while_the_peer_is_silent, W, Worlds) {
  LinkOptions options = quick();
  options.buffer_bytes_max = 1'000'000;
  Pair<W> pair(options);
  BOOST_REQUIRE(pair.linked);
  pair.b_cuts->in = true;  // No acknowledgement comes back.
  const std::string message(1000, 'x');
  std::size_t taken = 0;
  for (int i = 0; i < 5000; ++i) taken += pair.b.send(1, message) ? 1 : 0;
  BOOST_TEST(taken > 900u);
  BOOST_TEST(taken <= 1000u);
  BOOST_TEST(pair.b.endpoint.peers().at(0).buffered_bytes <= 1'000'000u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_link_continues_without_loss_after_a_broken_connection, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  std::vector<std::string> sent;
  const auto send_both = [&](int count) {
    for (int i = 0; i < count; ++i) {
      sent.push_back(std::to_string(sent.size()));
      BOOST_REQUIRE(pair.a.send(2, sent.back()));
      BOOST_REQUIRE(pair.b.send(1, sent.back()));
    }
  };
  for (int round = 0; round < 3; ++round) {
    send_both(100);
    pair.world.run_for(1ms);
    pair.b_cuts->in = pair.b_cuts->out = true;
    send_both(100);
    BOOST_TEST(pair.world.run_until([&] { return pair.a.state(2) == LinkState::unreachable; }));
    send_both(100);
    pair.b_cuts->in = pair.b_cuts->out = false;
    BOOST_TEST(pair.world.run_until([&] {
      return pair.a.messages[2].size() >= sent.size() && pair.b.messages[1].size() >= sent.size();
    }));
    pair.world.run_for(100ms);  // Each cut uses half a lease; the lease starts again in this time.
  }
  BOOST_TEST((pair.a.messages[2] == sent));
  BOOST_TEST((pair.b.messages[1] == sent));
  BOOST_TEST(pair.a.downs.empty());
  BOOST_TEST(pair.b.downs.empty());
  BOOST_TEST((pair.b.states.front() == LinkState::unreachable));
  BOOST_TEST((pair.b.states.back() == LinkState::up));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(lag_is_the_age_of_the_oldest_unacknowledged_message, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  BOOST_TEST((pair.a.endpoint.peers().at(0).lag == Duration(0)));
  pair.b_cuts->in = true;
  BOOST_REQUIRE(pair.a.send(2, "x"));
  pair.world.run_for(100ms);
  const Peer peer = pair.a.endpoint.peers().at(0);
  BOOST_TEST((peer.lag >= 100ms));
  BOOST_TEST(peer.buffered_bytes > 0u);
  pair.b_cuts->in = false;
  BOOST_TEST(
      pair.world.run_until([&] { return pair.a.endpoint.peers().at(0).lag == Duration(0); }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_idle_link_sends_heartbeats_and_nothing_else, W, Worlds) {
  // Each side sends one heartbeat in 200 ms: one timer and one frame.
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  pair.world.run_for(500ms);
  int wakes = 0;
  (void)pair.world.run_until(
      [&] {
        ++wakes;
        return false;
      },
      2s);
  // 20 heartbeats need a timer, a flush and an arrival each, and ZeroMQ adds some wake-ups. A
  // polling loop would need thousands.
  BOOST_TEST(wakes < 300);
  BOOST_TEST((pair.a.state(2) == LinkState::up));
  BOOST_TEST((pair.b.state(1) == LinkState::up));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
