#pragma once

#include "test/unit/transport/poll_reactor.hpp"
#include "test/unit/transport/world.hpp"
#include "transport/zmq/zmq_wire.hpp"

namespace troupe::transport::test {

class ZmqWorld final : public World {
 public:
  Reactor& reactor() override { return reactor_; }
  std::unique_ptr<Wire> wire(PeerId id) override {
    return std::make_unique<ZmqWire>(reactor_, id, options);
  }
  using World::run_until;
  std::string new_address() override { return "127.0.0.1:*"; }
  bool run_until(const std::function<bool()>& done, Duration limit) override {
    return reactor_.run_until(done, limit);
  }

  ZmqWire::Options options{.insecure_loopback = true};

 private:
  PollReactor reactor_;
};

}  // namespace troupe::transport::test
