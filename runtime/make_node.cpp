#include "runtime/make_node.hpp"

#include <utility>

#include <sys/random.h>

#include "runtime/core/check.hpp"
#include "runtime/dispatch/fiber_dispatcher.hpp"
#include "runtime/io_thread.hpp"
#include "runtime/system_clock.hpp"
#include "transport/zmq_wire.hpp"

namespace troupe::runtime {
namespace {

/// What a node of a real process stands on.
struct Ground {
  SystemClock clock;
  IoThread io;
};

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  check(getrandom(&seed, sizeof seed, 0) == sizeof seed, "the system has random bytes");
  return seed;
}

}  // namespace

std::unique_ptr<Node> make_node(NodeOptions options) {
  const auto ground = std::make_shared<Ground>();
  Environment environment;
  environment.owned = ground;
  environment.clock = &ground->clock;
  environment.reactor = &ground->io;
  environment.seed = random_seed();
  for (std::size_t i = 0; i < options.threads; ++i)
    environment.dispatchers.push_back(
        std::make_unique<FiberDispatcher>("troupe-actors-" + std::to_string(i)));
  environment.make_wire = [](Reactor& reactor, transport::PeerId self) {
    return std::make_unique<transport::ZmqWire>(reactor, self);
  };
  environment.link_options = transport::LinkOptions::for_lease(options.lease);
  return std::make_unique<Node>(std::move(options), std::move(environment));
}

}  // namespace troupe::runtime
