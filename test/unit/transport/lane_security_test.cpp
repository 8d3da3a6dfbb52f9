// Authentication of bulk lanes where keys are required, over real sockets.

#include <string>

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/gated.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(lane_security)

std::vector<std::byte> lane_hello(PeerId from, const std::string& name) {
  return encode_frame(
      {.kind = FrameKind::hello, .bulk = true, .from = from, .to = 1, .attempt = 99},
      encode_greeting({name, {}}));
}

/// A wire with a key and no endpoint: it sends any frames.
struct Bare {
  Bare(Gated& gated, PeerId id, const KeyPair& key) : wire(gated.wire(id, key)) {
    wire->receive_with([this](Route, const Sender&, Bytes bytes) {
      const auto frame = decode_frame(bytes, 1000);
      if (frame && frame->header.kind == FrameKind::refusal)
        refusals.push_back(decode_reason(frame->body));
    });
    route = *wire->dial(gated.address);
  }
  std::unique_ptr<ZmqWire> wire;
  Route route;
  std::vector<std::string> refusals;
};

BOOST_FIXTURE_TEST_CASE(a_lane_is_encrypted_and_authenticated_as_its_link, Gated) {
  const auto gpu1 = linked_gpu1();
  const std::string chunk(256U << 10U, 'x');
  BOOST_TEST(gpu1->send_bulk(1, chunk).has_value());
  BOOST_TEST(head->send_bulk(2, chunk).has_value());
  BOOST_TEST(run_until([&] { return !head->bulks[2].empty() && !gpu1->bulks[1].empty(); }));
  BOOST_TEST((head->bulks[2].at(0) == chunk));
  BOOST_TEST((gpu1->bulks[1].at(0) == chunk));
  BOOST_TEST(head->endpoint.refusals().empty());
  BOOST_TEST(head->endpoint.peers().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_node_cannot_open_a_lane_for_another, Gated) {
  const auto gpu1 = linked_gpu1();
  const KeyPair other = make_key_pair();
  members[to_text(other.public_key)] = {"gpu2", "node"};
  Bare forger(*this, 3, other);
  (void)forger.wire->send(forger.route, lane_hello(2, "gpu1"));
  BOOST_TEST(run_until([&] { return noted("gpu2", "it spoke for node 'gpu1'") > 0; }));
  // The same on the route id of gpu1's lane.
  Bare same_route(*this, 2, other);
  (void)same_route.wire->send(same_route.route, lane_hello(2, "gpu1"));
  BOOST_TEST(gpu1->send_bulk(1, "a lane of its own").has_value());
  BOOST_TEST(run_until([&] { return !head->bulks[2].empty(); }));
  BOOST_TEST(head->send_bulk(2, "goes to the right one").has_value());
  BOOST_TEST(run_until([&] { return !gpu1->bulks[1].empty(); }));
  BOOST_TEST(serves(*gpu1));
}

BOOST_FIXTURE_TEST_CASE(a_node_without_a_link_gets_no_lane, Gated) {
  const auto gpu1 = linked_gpu1();
  const KeyPair other = make_key_pair();
  members[to_text(other.public_key)] = {"gpu2", "node"};
  Bare stranger(*this, 3, other);
  (void)stranger.wire->send(stranger.route, lane_hello(3, "gpu2"));
  BOOST_TEST(run_until([&] { return !stranger.refusals.empty(); }));
  BOOST_TEST(stranger.refusals.at(0) == "node 'head' has no link to it");
  Bare misnamed(*this, 4, other);
  (void)misnamed.wire->send(misnamed.route, lane_hello(4, "gpu1"));
  BOOST_TEST(run_until([&] { return !misnamed.refusals.empty(); }));
  BOOST_TEST(misnamed.refusals.at(0) == "the key belongs to node 'gpu2', not to 'gpu1'");
  BOOST_TEST(head->ups.size() == 1u);
  BOOST_TEST(serves(*gpu1));
}

BOOST_FIXTURE_TEST_CASE(a_revoked_key_loses_its_lane_with_its_link, Gated) {
  const auto gpu1 = linked_gpu1();
  BOOST_REQUIRE(gpu1->send_bulk(1, "first"));
  BOOST_REQUIRE(run_until([&] { return head->bulks[2].size() == 1; }));
  members.clear();
  BOOST_REQUIRE(gpu1->send_bulk(1, "second"));
  const std::string key = "key " + short_text(to_text(gpu1_keys.public_key));
  BOOST_TEST(run_until([&] { return noted(key, "its key is not admitted") > 0; }));
  head->endpoint.check_members();
  BOOST_TEST(run_until([&] { return head->downs.contains(2) && gpu1->downs.contains(1); }));
  BOOST_TEST(head->bulks[2].size() == 1u);
  BOOST_TEST((gpu1->send_bulk(1, "third").error().kind == ErrorKind::gone));
}

BOOST_FIXTURE_TEST_CASE(a_large_frame_at_the_limit_passes_and_one_over_it_is_logged, Gated) {
  LinkOptions wide;
  wide.bulk_frame_max = 300U << 10U;
  const auto gpu1 = node(2, "gpu1", gpu1_keys, wide);
  gpu1->dial(address);
  BOOST_REQUIRE(run_until([&] { return head->ups.contains(2) && gpu1->ups.contains(1); }));
  const std::size_t limit = LinkOptions().bulk_frame_max;
  BOOST_REQUIRE(gpu1->send_bulk(1, std::string(limit - bulk_headroom, 'x')));
  BOOST_TEST(run_until([&] { return head->bulks[2].size() == 1; }));
  BOOST_REQUIRE(gpu1->send_bulk(1, std::string(limit - bulk_headroom + 1, 'x')));
  BOOST_TEST(run_until([&] {
    return noted("gpu1", "a frame of " + std::to_string(limit + 1) + " bytes; at most " +
                             std::to_string(limit) + " are taken") > 0;
  }));
  BOOST_TEST(head->bulks[2].size() == 1u);
  BOOST_TEST(serves(*gpu1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
