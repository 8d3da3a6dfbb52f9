#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"
#include "transport/security.hpp"

namespace troupe::transport {

using Bytes = std::span<const std::byte>;

/// The bytes of a frame with shared ownership. They never change.
using SharedFrame = std::shared_ptr<const std::string>;

inline Bytes bytes_of(const SharedFrame& frame) {
  return std::as_bytes(std::span(*frame));
}

/// One of the two ordered channels of a link. Large messages have a lane of their own, so that the
/// others do not wait for them.
enum class Lane : std::uint8_t { ordinary, bulk };

/// Identifies the incarnation of a node: random, new at each start. 0: no node.
using PeerId = std::uint64_t;

/// Identifies one connection of a wire on both sides: by the dialer's incarnation and the number of
/// its dial. A node that dials again has a new route at once, even if the old connection is not
/// closed.
struct Route {
  PeerId dialer = 0;
  std::uint64_t ordinal = 0;  ///< Counts the dialer's dials from 1; 0: no route.

  explicit operator bool() const { return ordinal != 0; }
  friend auto operator<=>(const Route&, const Route&) = default;
};

/// What the wire knows about the sender of a frame. Valid during the call only.
struct Sender {
  /// Text of the public key of the peer that connected. Empty if connections carry no keys, and on
  /// routes that this side dialed, where the peer has proved the key that was dialed.
  std::string_view key{};
  std::string_view address{};  ///< Of its machine; may be empty.
};

/// Moves frames to and from peers. A frame arrives whole or not at all; it may be lost, repeated or
/// reordered without notice, which Link repairs. All calls and callbacks are on the reactor's
/// thread.
class Wire {
 public:
  /// The bytes are valid during the call only.
  using OnFrame = std::function<void(Route from, const Sender& sender, Bytes frame)>;
  /// The node that was dialed rejects this node's key for good.
  using OnDialRejected = std::function<void(Route dialed, const std::string& reason)>;

  enum class Sent {
    taken,     ///< Queued for transmission; it may still be lost.
    full,      ///< Dropped: the queue of this route is full.
    no_route,  ///< Dropped: the route has no connection.
  };

  virtual ~Wire() = default;

  /// Sets the receiver of all frames. Called once, before `listen` and `dial`. The receiver may
  /// call the wire.
  virtual void receive_with(OnFrame on_frame) = 0;

  /// Sets the receiver of rejected dials, as `receive_with` does. A wire without keys has none.
  virtual void dial_rejected_with(OnDialRejected) {}

  /// Accepts dialers at `address`; returns the address to dial, with the port that was chosen for
  /// "*".
  virtual Result<std::string> listen(const std::string& address) = 0;

  /// Starts to connect, and retries until `hang_up`. Frames sent meanwhile may wait or be lost.
  virtual Result<Route> dial(const std::string& address) = 0;

  /// The same for a bulk lane: frames of other routes are received before those of this one.
  virtual Result<Route> dial_bulk(const std::string& address) { return dial(address); }

  virtual Sent send(Route to, Bytes frame) = 0;

  /// The same without a copy, if the wire is able to.
  virtual Sent send_shared(Route to, const SharedFrame& frame) { return send(to, bytes_of(frame)); }

  /// Closes a route that was dialed. Frames that are still queued on it are lost.
  virtual void hang_up(Route route) = 0;

  /// Peers that were rejected before their first frame. A wire without keys rejects none.
  [[nodiscard]] virtual RefusalLog refusals() const { return {}; }
};

}  // namespace troupe::transport
