#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "runtime/core/reactor.hpp"
#include "transport/security.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// A wire of ZeroMQ sockets over TCP: one ROUTER that listens, one DEALER for each dial. Beyond
/// loopback, and wherever the dialed address carries a key, it speaks CURVE.
/// The routing id of a dialer is its Route, so that no two connections ever share one.
///
/// What ZeroMQ loses is lost here too: frames to a route that broke, frames queued when a side
/// ends. What it tells us of, a full queue and an unknown route, `send` returns.
class ZmqWire final : public Wire {
 public:
  struct Options {
    int queue_frames_max = 256;           ///< On each side of a connection; then `send` is `full`.
    std::size_t frame_max = 256U << 10U;  ///< A peer that sends more is disconnected.
    /// With it, this node listens to nobody whose key is not admitted, on loopback too; without it
    /// to loopback only, and to everybody there.
    std::optional<Security> security{};
  };

  ZmqWire(Reactor& reactor, PeerId self, Options options);
  ZmqWire(Reactor& reactor, PeerId self) : ZmqWire(reactor, self, Options{}) {}
  ~ZmqWire() override;
  ZmqWire(const ZmqWire&) = delete;
  ZmqWire& operator=(const ZmqWire&) = delete;

  void receive_with(OnFrame on_frame) override;
  Result<std::string> listen(const std::string& address) override;
  Result<Route> dial(const std::string& address) override;
  Result<Route> dial_bulk(const std::string& address) override;
  Sent send(Route to, Bytes frame) override;
  Sent send_shared(Route to, const SharedFrame& frame) override;
  void hang_up(Route route) override;
  void shut_with(OnShut on_shut) override;
  [[nodiscard]] Refusals refusals() const override;

 private:
  struct Socket;
  struct Sockets;
  enum class Carries { ordinary, bulk };

  std::shared_ptr<Socket> open(const std::string& endpoint, Route dialed, Carries carries);
  Result<Route> dial_for(const std::string& address, Carries carries);
  Sent send_last(Route to, const std::function<int(void* socket)>& send_frame);
  void watch(const std::shared_ptr<Socket>& socket);
  void follow(Socket& socket);
  void drain(const std::shared_ptr<Socket>& socket);
  void drain_ordinary();
  void look_after_turn(const std::shared_ptr<Socket>& socket);
  void drain_again_if_readable(const std::shared_ptr<Socket>& socket);

  Reactor& reactor_;
  const PeerId self_;
  const Options options_;
  OnFrame on_frame_;
  OnShut on_shut_;
  std::uint64_t last_ordinal_ = 0;
  std::unique_ptr<Sockets> sockets_;
};

}  // namespace troupe::transport
