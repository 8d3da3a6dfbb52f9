// Delivery of large messages between endpoints, in memory and on ZeroMQ.

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/pair.hpp"

namespace troupe::transport::test {
namespace {

BOOST_AUTO_TEST_SUITE(lanes)

using namespace std::chrono_literals;
using Lanes = CutWire::Lanes;

/// A message whose bytes depend on its number and on their position.
std::string large(std::size_t size, std::size_t number) {
  std::string text = std::to_string(number) + ":";
  text.resize(std::max(size, text.size()), 'x');
  for (std::size_t i = text.find(':') + 1; i < text.size(); i += 997)
    text[i] = static_cast<char>('a' + (i + number) % 26);
  return text;
}

LinkOptions narrow() {
  LinkOptions options = quick();
  options.bulk_buffer_bytes_max = 1'000'000;
  options.bulk_window_bytes = 600'000;
  return options;
}

/// Options of a link that survives long silence, even on a busy machine.
LinkOptions patient() {
  LinkOptions options = quick();
  options.dead_after = 15s;
  return options;
}

/// Cuts one lane or both, in both directions.
template <typename W>
void cut(Pair<W>& pair, Lanes of) {
  *pair.b_cuts = {true, true, of};
}
template <typename W>
void mend(Pair<W>& pair) {
  *pair.b_cuts = {};
}

BOOST_AUTO_TEST_CASE_TEMPLATE(large_messages_arrive_once_and_in_order_both_ways, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  std::vector<std::string> sent;
  for (const std::size_t size : {2U, 262'144U, 100'000U, 3'000'000U, 266'188U, 266'189U, 3U}) {
    sent.push_back(large(size, sent.size()));
    BOOST_REQUIRE(pair.a.send_bulk(2, sent.back()));
    BOOST_REQUIRE(pair.b.send_bulk(1, sent.back()));
    BOOST_REQUIRE(pair.a.send(2, "between"));
  }
  BOOST_TEST(pair.world.run_until([&] {
    return pair.a.bulks[2].size() >= sent.size() && pair.b.bulks[1].size() >= sent.size() &&
           pair.b.messages[1].size() >= sent.size();
  }));
  BOOST_TEST((pair.a.bulks[2] == sent));
  BOOST_TEST((pair.b.bulks[1] == sent));
  BOOST_TEST(pair.b.messages[1].size() == sent.size());
  BOOST_TEST(pair.a.endpoint.peers().size() == 1u);  // The lane is not a peer.
  BOOST_TEST(pair.b.endpoint.peers().size() == 1u);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_listening_side_asks_the_dialer_to_open_the_lane, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  BOOST_REQUIRE(pair.a.send_bulk(2, "from the one that cannot dial"));
  BOOST_TEST(pair.world.run_until([&] { return !pair.b.bulks[1].empty(); }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_full_bulk_lane_does_not_delay_the_ordinary_lane, W, Worlds) {
  Pair<W> pair(narrow());
  BOOST_REQUIRE(pair.linked);
  BOOST_REQUIRE(pair.b.send_bulk(1, "opens it"));
  BOOST_REQUIRE(pair.world.run_until([&] { return pair.a.bulks[2].size() == 1; }));
  cut(pair, Lanes::bulk);
  std::vector<std::string> sent{"opens it"};
  for (bool taken = true; taken;) {
    const std::string message = large(100'000, sent.size());
    const auto result = pair.b.send_bulk(1, message);
    taken = result.has_value();
    if (taken)
      sent.push_back(message);
    else
      BOOST_TEST((result.error().kind == ErrorKind::exhausted));
  }
  BOOST_TEST(sent.size() >= 9u);
  BOOST_TEST(pair.b.endpoint.peers().at(0).buffered_bytes <= 1'000'000u);
  for (int i = 0; i < 100; ++i) BOOST_REQUIRE(pair.b.send(1, "ordinary"));
  BOOST_TEST(pair.world.run_until([&] { return pair.a.messages[2].size() == 100; }));
  pair.world.run_for(1200ms);  // Longer than `dead_after`.
  BOOST_TEST(pair.a.downs.empty());
  BOOST_TEST(pair.a.states.empty());
  BOOST_TEST(pair.b.states.empty());
  BOOST_TEST(pair.b.bulk_rooms == 0);
  mend(pair);
  BOOST_TEST(pair.world.run_until([&] { return pair.a.bulks[2].size() >= sent.size(); }));
  BOOST_TEST((pair.a.bulks[2] == sent));
  BOOST_TEST(pair.world.run_until([&] { return pair.b.bulk_rooms == 1; }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_broken_lane_continues_without_loss, W, Worlds) {
  Pair<W> pair(patient());
  BOOST_REQUIRE(pair.linked);
  std::vector<std::string> sent;
  const auto send_both = [&] {
    for (int i = 0; i < 10; ++i) {
      sent.push_back(large(50'000, sent.size()));
      BOOST_REQUIRE(pair.a.send_bulk(2, sent.back()));
      BOOST_REQUIRE(pair.b.send_bulk(1, sent.back()));
    }
  };
  for (const Lanes of : {Lanes::bulk, Lanes::both, Lanes::bulk}) {
    send_both();
    pair.world.run_for(1ms);
    cut(pair, of);
    send_both();
    pair.world.run_for(700ms);  // The lane is silent and is dialed again, in vain.
    send_both();
    mend(pair);
    BOOST_TEST(pair.world.run_until([&] {
      return pair.a.bulks[2].size() >= sent.size() && pair.b.bulks[1].size() >= sent.size();
    }));
  }
  BOOST_TEST((pair.a.bulks[2] == sent));
  BOOST_TEST((pair.b.bulks[1] == sent));
  BOOST_TEST(pair.a.downs.empty());
  BOOST_TEST(pair.b.downs.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_cut_link_does_not_delay_its_bulk_lane, W, Worlds) {
  Pair<W> pair(patient());
  BOOST_REQUIRE(pair.linked);
  BOOST_REQUIRE(pair.b.send_bulk(1, "opens it"));
  BOOST_REQUIRE(pair.world.run_until([&] { return pair.a.bulks[2].size() == 1; }));
  cut(pair, Lanes::ordinary);
  BOOST_REQUIRE(pair.b.send(1, "waits"));
  BOOST_REQUIRE(pair.a.send_bulk(2, "passes"));
  BOOST_TEST(pair.world.run_until([&] { return pair.b.bulks[1].size() == 1; }));
  BOOST_TEST(pair.a.messages[2].empty());
  mend(pair);
  BOOST_TEST(pair.world.run_until([&] { return pair.a.messages[2].size() == 1; }));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lane_ends_with_its_link, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  BOOST_REQUIRE(pair.b.send_bulk(1, "opens it"));
  BOOST_REQUIRE(pair.world.run_until([&] { return pair.a.bulks[2].size() == 1; }));
  cut(pair, Lanes::ordinary);  // Frames of the bulk lane do not keep the link alive.
  BOOST_TEST(pair.world.run_until([&] { return !pair.a.downs.empty() && !pair.b.downs.empty(); }));
  BOOST_TEST((pair.a.downs.at(2).cause == Departure::Cause::lost));
  BOOST_TEST((pair.a.send_bulk(2, "x").error().kind == ErrorKind::gone));
  BOOST_TEST((pair.b.send_bulk(1, "x").error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_goodbye_comes_after_large_messages_too, W, Worlds) {
  for (const bool listener_leaves : {false, true}) {
    Pair<W> pair;
    BOOST_REQUIRE(pair.linked);
    TestNode& leaver = listener_leaves ? pair.a : pair.b;
    TestNode& other = listener_leaves ? pair.b : pair.a;
    const PeerId to = listener_leaves ? 2 : 1;
    const PeerId from = listener_leaves ? 1 : 2;
    for (std::size_t i = 0; i < 20; ++i) BOOST_REQUIRE(leaver.send_bulk(to, large(200'000, i)));
    leaver.endpoint.close("end", 10s, [&] { leaver.closed = true; });
    BOOST_TEST(!leaver.send_bulk(to, "too late"));
    BOOST_TEST(!leaver.send(to, "too late"));
    BOOST_TEST(pair.world.run_until([&] { return leaver.closed && !other.downs.empty(); }));
    BOOST_TEST(other.bulks[from].size() == 20u);
    BOOST_TEST((other.downs.at(from).cause == Departure::Cause::left));
    BOOST_TEST(other.downs.at(from).reason == "end");
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_peer_that_acknowledges_no_large_messages_is_given_up, W, Worlds) {
  Pair<W> pair;
  BOOST_REQUIRE(pair.linked);
  cut(pair, Lanes::bulk);
  BOOST_REQUIRE(pair.b.send_bulk(1, large(100'000, 1)));
  BOOST_TEST(pair.world.run_until([&] { return !pair.b.downs.empty(); }));
  BOOST_TEST(pair.b.downs.at(1).reason == "it does not take what is sent to it");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_large_message_beyond_the_limit_is_refused, W, Worlds) {
  LinkOptions options = quick();
  options.message_max = 1000;
  Pair<W> pair(options);
  BOOST_REQUIRE(pair.linked);
  const auto sent = pair.b.send_bulk(1, std::string(1001, 'x'));
  BOOST_REQUIRE(!sent);
  BOOST_TEST((sent.error().kind == ErrorKind::bad_input));
  BOOST_TEST(sent.error().what == "a message of 1001 bytes; a link takes at most 1000");
}

BOOST_AUTO_TEST_CASE(a_lane_that_is_dialed_again_while_it_is_busy_loses_nothing) {
  Pair<ZmqWorld> pair;
  BOOST_REQUIRE(pair.linked);
  std::vector<std::string> sent;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 20; ++i) {
      sent.push_back(large(100'000, sent.size()));
      BOOST_REQUIRE(pair.b.send_bulk(1, sent.back()));
    }
    BOOST_REQUIRE(pair.world.run_until([&] { return pair.a.bulks[2].size() + 10 >= sent.size(); }));
    pair.b_cuts->of = Lanes::bulk;
    pair.b_cuts->in = true;  // `b` receives no acknowledgements, so it dials the lane again.
    pair.world.run_for(600ms);
    pair.b_cuts->in = false;
  }
  BOOST_TEST(pair.world.run_until([&] { return pair.a.bulks[2].size() >= sent.size(); }));
  BOOST_TEST((pair.a.bulks[2] == sent));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
