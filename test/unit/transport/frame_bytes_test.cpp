// The exact bytes of the frames of a scripted exchange, and the time at which each is sent. Peers
// of an earlier build read the same bytes: a change here is a change of the protocol.

#include <array>
#include <cstdio>
#include <fstream>

#include <boost/test/unit_test.hpp>

#include "test/unit/transport/cut_wire.hpp"
#include "test/unit/transport/node.hpp"
#include "test/unit/transport/recording_wire.hpp"
#include "test/unit/transport/world.hpp"

namespace troupe::transport::test {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(frame_bytes)

std::string hex(Bytes bytes) {
  std::string text;
  for (const std::byte b : bytes) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", std::to_integer<unsigned>(b));
    text += digits.data();
  }
  return text;
}

/// Two nodes in memory, on virtual time, with frames so small that messages come in parts.
/// `frames`: one line for each frame sent: microseconds, sender, header and body in hexadecimal.
struct Exchange {
  static LinkOptions small() {
    LinkOptions options;
    options.coalesce_max = 120;
    options.frame_max = 100;
    options.window_bytes = 400;
    options.buffer_bytes_max = 2000;
    options.bulk_frame_max = 150;
    options.bulk_window_bytes = 400;
    options.bulk_buffer_bytes_max = 1000;
    return options;
  }

  std::unique_ptr<Wire> wire(PeerId id, const std::shared_ptr<CutWire::Cuts>& cuts) {
    return std::make_unique<RecordingWire>(std::make_unique<CutWire>(world.wire(id), cuts),
                                           [this, id](Bytes frame) { note(id, frame); });
  }
  void note(PeerId id, Bytes frame) {
    const auto us =
        std::chrono::duration_cast<std::chrono::microseconds>(world.reactor().now().since_zero);
    frames.push_back(std::to_string(us.count()) + " " + std::to_string(id) + " " +
                     hex(frame.first(FrameHeader::size)) + " " +
                     hex(frame.subspan(FrameHeader::size)));
  }

  MemoryWorld world;
  std::vector<std::string> frames;
  std::shared_ptr<CutWire::Cuts> a_cuts = std::make_shared<CutWire::Cuts>();
  std::shared_ptr<CutWire::Cuts> b_cuts = std::make_shared<CutWire::Cuts>();
  TestNode a{world.reactor(), wire(1, a_cuts), 1, "a", small()};
  TestNode b{world.reactor(), wire(2, b_cuts), 2, "b", small()};
};

/// Loses the frames that `b` sends during `send` and the millisecond after it.
void lose_what_b_sends(Exchange& exchange, const std::function<void()>& send) {
  exchange.b_cuts->out = true;
  send();
  exchange.world.run_for(1ms);
  exchange.b_cuts->out = false;
}

void run_script(Exchange& exchange) {
  auto& [world, frames, a_cuts, b_cuts, a, b] = exchange;
  const std::string address = *a.endpoint.listen("*");
  TestNode later(
      world.reactor(),
      std::make_unique<RecordingWire>(world.wire(3), [&](Bytes frame) { exchange.note(3, frame); }),
      3, "later", {}, 7);
  later.dial(address);  // It speaks another protocol version, and is refused.
  world.run_for(10ms);

  b.dial(address);
  world.run_for(100ms);
  check(b.send(1, "one") && b.send(1, "two") && a.send(2, "three"), "there is room");
  world.run_for(300ms);
  check(a.send(2, std::string(333, 'p')), "there is room for a message in several parts");
  world.run_for(300ms);
  lose_what_b_sends(exchange, [&] { check(b.send(1, "lost"), "there is room"); });
  check(b.send(1, "after the gap"), "there is room");
  world.run_for(2s);

  check(a.send_bulk(2, "large") && a.send_bulk(2, std::string(333, 'q')), "there is room");
  world.run_for(300ms);
  lose_what_b_sends(exchange,
                    [&] { check(b.send_bulk(1, "large, lost").has_value(), "there is room"); });
  check(b.send_bulk(1, "large, after the gap").has_value(), "there is room");
  world.run_for(2s);

  // Silence for longer than `unreachable_after`: b dials the link and the bulk lane again.
  *b_cuts = {true, true, CutWire::Lanes::both};
  check(b.send(1, "while cut") && b.send_bulk(1, "large, while cut"), "there is room");
  world.run_for(3s);
  *b_cuts = {};
  world.run_for(2s);

  b.endpoint.close("the study is finished", 5s, [&b = b] { b.closed = true; });
  world.run_for(1s);
}

BOOST_AUTO_TEST_CASE(a_scripted_exchange_sends_the_bytes_that_were_recorded) {
  Exchange exchange;
  run_script(exchange);
  BOOST_TEST(exchange.b.closed);
  BOOST_TEST(exchange.a.messages[2].size() == 5u);
  BOOST_TEST(exchange.a.bulks[2].size() == 3u);
  BOOST_TEST(exchange.b.messages[1].size() == 2u);
  BOOST_TEST(exchange.b.bulks[1].size() == 2u);
  for (const auto& frame : exchange.frames) BOOST_TEST_MESSAGE("frame " << frame);

  std::ifstream file(TROUPE_ROOT "/test/unit/transport/frame_bytes.txt");
  std::vector<std::string> recorded;
  for (std::string line; std::getline(file, line);)
    if (!line.starts_with('#')) recorded.push_back(line);
  BOOST_REQUIRE(!recorded.empty());
  BOOST_TEST(exchange.frames == recorded, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
