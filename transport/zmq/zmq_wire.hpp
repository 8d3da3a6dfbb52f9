#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "runtime/core/reactor.hpp"
#include "transport/security.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// A wire of ZeroMQ sockets over TCP: one ROUTER that listens, one DEALER for each dial. Uses
/// CURVE, unless `insecure_loopback` is set and there is no key. The routing id of a DEALER is its
/// Route, so that connections never share one.
///
/// Frames that ZeroMQ loses are lost here too: frames to a broken route, and frames queued when a
/// side ends. `send` returns what ZeroMQ reports: a full queue and an unknown route.
class ZmqWire final : public Wire {
 public:
  struct Options {
    int queue_frames_max = 256;  ///< Frames queued on each side of a connection.
    /// Bytes of a frame. A peer that sends a frame of more than twice as many is disconnected.
    std::size_t frame_max = 256U << 10U;
    /// If set, only peers with an admitted key are accepted, on loopback too. If not, this node
    /// neither listens nor dials, unless `insecure_loopback` is set.
    std::optional<Security> security{};
    /// Permits connections without keys on loopback: every user of this machine may connect, and
    /// may listen where this node dials.
    bool insecure_loopback = false;
  };

  ZmqWire(Reactor& reactor, PeerId self, Options options);
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
  void dial_rejected_with(OnDialRejected on_dial_rejected) override;
  [[nodiscard]] RefusalLog refusals() const override;

 private:
  struct Socket;
  struct Sockets;

  std::shared_ptr<Socket> open(const std::string& endpoint, Route dialed, Lane lane);
  Result<Route> dial_for(const std::string& address, Lane lane);
  [[nodiscard]] Result<bool> dials_ipv6(const std::string& endpoint);
  Sent send_frame(Route to, const std::function<int(void* socket)>& send_last_part);
  void watch(const std::shared_ptr<Socket>& socket);
  void watch_rejection(Socket& socket);
  void drain(const std::shared_ptr<Socket>& socket);
  void drain_ordinary();
  void check_readable_after_turn(const std::shared_ptr<Socket>& socket);
  void drain_again_if_readable(const std::shared_ptr<Socket>& socket);

  Reactor& reactor_;
  const PeerId self_;
  const Options options_;
  OnFrame on_frame_;
  OnDialRejected on_dial_rejected_;
  std::uint64_t last_ordinal_ = 0;
  /// Whether the names in dialed endpoints are of IPv6 hosts only.
  std::map<std::string, bool> named_ipv6_;
  std::unique_ptr<Sockets> sockets_;
};

}  // namespace troupe::transport
