// Sends frames of a stranger, in any order and on any route, to a node that is linked with another
// one.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "runtime/core/check.hpp"
#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/virtual_clock.hpp"
#include "test/fuzz/input.hpp"
#include "transport/endpoint.hpp"
#include "transport/frame.hpp"
#include "transport/memory_wire.hpp"

using namespace troupe;
using transport::PeerId;

namespace {

constexpr PeerId listener_id = 1;
constexpr PeerId honest_id = 2;
constexpr PeerId stranger_id = 3;

/// A listener, an honest peer that is linked with it, and a stranger.
class Scene {
 public:
  Scene() {
    address_ = listener_.listen("*").value();
    honest_.dial(address_, std::chrono::seconds(1), [](Result<PeerId>) {});
    stranger_->receive_with([](transport::Route, const transport::Sender&, transport::Bytes) {});
    redial();
    advance(std::chrono::milliseconds(10));
  }

  void redial() { routes_.push_back(stranger_->dial(address_).value()); }
  void advance(Duration time) { reactor_.advance(time); }
  void send(std::size_t route, transport::Bytes frame) {
    (void)stranger_->send(routes_[route % routes_.size()], frame);
  }
  void talk(std::string_view text) {
    for (const PeerId peer : {honest_id, stranger_id}) {
      (void)listener_.send(peer, fuzz::as_bytes(text));
      std::string large = std::string(transport::bulk_headroom, '\0').append(text);
      (void)listener_.send_bulk(peer, large);
    }
    (void)honest_.send(listener_id, fuzz::as_bytes(text));
  }
  void check_bounds() const {
    const auto peers = listener_.peers();
    check(peers.size() <= 4096, "strangers make no links without bound");
    for (const auto& peer : peers)
      check(peer.buffered_bytes <= (std::size_t{1} << 20), "a link's buffer is bounded");
  }

 private:
  static transport::LinkOptions options() {
    transport::LinkOptions options;
    options.buffer_bytes_max = std::size_t{1} << 18;
    options.bulk_buffer_bytes_max = std::size_t{1} << 18;
    return options;
  }
  static transport::Endpoint::Callbacks callbacks() {
    transport::Endpoint::Callbacks callbacks;
    callbacks.on_up = [](PeerId, std::string_view, transport::Bytes) {};
    callbacks.on_message = [](PeerId, transport::Bytes) {};
    callbacks.on_down = [](PeerId, const transport::Departure&) {};
    callbacks.on_room = [](PeerId) {};
    callbacks.on_bulk = [](PeerId, transport::Bytes) {};
    callbacks.on_bulk_room = [](PeerId) {};
    return callbacks;
  }

  runtime::simulation::VirtualClock clock_;
  runtime::simulation::SimReactor reactor_{clock_};
  transport::MemoryNetwork network_{reactor_, 1};
  transport::Endpoint listener_{
      reactor_, network_.wire(listener_id, "head"), {listener_id, "head"}, options(), callbacks()};
  transport::Endpoint honest_{
      reactor_, network_.wire(honest_id, "honest"), {honest_id, "honest"}, options(), callbacks()};
  std::unique_ptr<transport::Wire> stranger_ = network_.wire(stranger_id, "stranger");
  std::string address_;
  std::vector<transport::Route> routes_;
};

/// A mostly well-formed frame: the fuzzer would rarely guess the magic number and two ids.
std::vector<std::byte> shaped_frame(fuzz::Input& input) {
  static constexpr std::array ids{PeerId{0}, listener_id, honest_id, stranger_id, PeerId{99}};
  transport::FrameHeader header;
  header.kind = static_cast<transport::FrameKind>(input.byte() % 8);
  const std::uint8_t flags = input.byte();
  header.resend = (flags & 1) != 0;
  header.bulk = (flags & 2) != 0;
  header.wants_bulk = (flags & 4) != 0;
  header.from = ids[input.byte() % ids.size()];
  header.to = ids[input.byte() % ids.size()];
  header.sequence = input.byte();
  header.acknowledged = input.byte();
  header.attempt = input.byte();
  const std::string_view body = input.text(input.byte());
  if (header.kind == transport::FrameKind::hello || header.kind == transport::FrameKind::welcome)
    return transport::encode_frame(
        header, transport::encode_greeting({body.substr(0, 8), fuzz::as_bytes(body)}));
  return transport::encode_frame(header, fuzz::as_bytes(body));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int steps_max = 64;
  fuzz::Input input(data, size);
  Scene scene;
  for (int step = 0; step < steps_max && !input.done(); ++step) {
    const std::uint8_t what = input.byte();
    const std::size_t route = what >> 4;
    switch (what & 7) {
      case 0:
        scene.redial();
        break;
      case 1:
        scene.advance(std::chrono::milliseconds(8) * input.byte());
        break;
      case 2:
        scene.talk(input.text(input.byte()));
        break;
      case 3:
        scene.send(route, fuzz::as_bytes(input.text(input.byte())));
        break;
      default:
        scene.send(route, shaped_frame(input));
        break;
    }
    scene.check_bounds();
  }
  scene.advance(std::chrono::seconds(6));  // Longer than `dead_after`.
  scene.check_bounds();
  return 0;
}
