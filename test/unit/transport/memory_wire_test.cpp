#include "transport/memory_wire.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/node.hpp"
#include "test/unit/transport/world.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(memory_wire)

/// A listening and a dialing wire without links, which would repair what the network does.
struct Bare {
  explicit Bare(std::uint64_t seed = 1) : world(seed) {
    listener->receive_with(
        [this](Route, const Sender&, Bytes frame) { got.push_back(as_text(frame)); });
    dialer->receive_with([](Route, const Sender&, Bytes) {});
    route = *dialer->dial(*listener->listen("*"));
  }
  std::vector<std::string> send(int count) {
    std::vector<std::string> sent;
    for (int i = 0; i < count; ++i) {
      sent.push_back(std::to_string(i));
      last = dialer->send(route, as_bytes(sent.back()));
    }
    world.run_for(1s);
    return sent;
  }

  MemoryWorld world;
  std::unique_ptr<Wire> listener = world.wire(1);
  std::unique_ptr<Wire> dialer = world.wire(2);
  Route route;
  Wire::Sent last = Wire::Sent::taken;
  std::vector<std::string> got;
};

BOOST_AUTO_TEST_CASE(a_good_network_delivers_in_order) {
  Bare bare;
  BOOST_TEST((bare.send(1000) == bare.got));
}

BOOST_AUTO_TEST_CASE(the_seed_decides_which_frames_are_lost_repeated_and_reordered) {
  const auto received = [](std::uint64_t seed) {
    Bare bare(seed);
    bare.world.network().set(
        {.loss = 0.1, .duplication = 0.1, .delay_max = 50ms, .reorders = true});
    (void)bare.send(1000);
    return bare.got;
  };
  auto got = received(1);
  BOOST_TEST((got == received(1)));
  BOOST_TEST((got != received(2)));
  BOOST_TEST(!std::ranges::is_sorted(got, {}, [](const auto& text) { return std::stoi(text); }));
  const std::size_t all = got.size();
  std::ranges::sort(got);
  const auto repeated = std::ranges::unique(got);
  BOOST_TEST((repeated.size() > 50u && repeated.size() < 150u));
  BOOST_TEST((all - repeated.size() > 850u && all - repeated.size() < 950u));
}

BOOST_AUTO_TEST_CASE(a_cut_loses_all_frames_until_it_is_mended) {
  Bare bare;
  bare.world.network().cut_one_way("host1", "host2");
  (void)bare.send(1);
  BOOST_TEST(bare.got.size() == 1u);
  bare.world.network().cut("host1", "host2");
  (void)bare.send(10);
  BOOST_TEST(bare.got.size() == 1u);
  bare.world.network().mend();
  (void)bare.send(10);
  BOOST_TEST(bare.got.size() == 11u);
}

BOOST_AUTO_TEST_CASE(send_reports_a_full_queue_and_a_closed_route) {
  Bare bare;
  bare.world.network().set({.queue_max = 3});
  (void)bare.send(4);
  BOOST_TEST((bare.last == Wire::Sent::full));
  BOOST_TEST(bare.got.size() == 3u);
  bare.dialer->hang_up(bare.route);
  (void)bare.send(1);
  BOOST_TEST((bare.last == Wire::Sent::no_route));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
