#pragma once

#include <memory>
#include <tuple>

#include "test/unit/transport/cut_wire.hpp"
#include "test/unit/transport/node.hpp"
#include "test/unit/transport/zmq_world.hpp"

namespace troupe::transport::test {

/// The worlds that the tests of endpoints run in.
using Worlds = std::tuple<MemoryWorld, ZmqWorld>;

/// Intervals short enough for tests in real time, in the proportions of the defaults.
inline LinkOptions quick() {
  using namespace std::chrono_literals;
  LinkOptions options = LinkOptions::for_lease(1s);
  options.resend_after = 50ms;
  options.hello_again_after = 50ms;
  return options;
}

/// Two linked nodes: `a` has id 1 and listens; `b` has id 2 and dialed it. The wire of each can be
/// cut.
template <typename W>
struct Pair {
  explicit Pair(const LinkOptions& options = quick()) : Pair(options, options) {}
  Pair(const LinkOptions& options, const LinkOptions& of_b)
      : a(world.reactor(), wire(1, a_cuts), 1, "a", options),
        b(world.reactor(), wire(2, b_cuts), 2, "b", of_b) {
    address = *a.endpoint.listen(world.new_address());
    b.dial(address);
    linked = world.run_until([&] { return !a.ups.empty() && !b.dialed.empty(); });
  }

  std::unique_ptr<Wire> wire(PeerId id, const std::shared_ptr<CutWire::Cuts>& cuts) {
    return std::make_unique<CutWire>(world.wire(id), cuts);
  }

  W world;
  std::shared_ptr<CutWire::Cuts> a_cuts = std::make_shared<CutWire::Cuts>();
  std::shared_ptr<CutWire::Cuts> b_cuts = std::make_shared<CutWire::Cuts>();
  TestNode a;
  TestNode b;
  std::string address;
  bool linked = false;
};

}  // namespace troupe::transport::test
