#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"
#include "transport/refusals.hpp"

namespace troupe::transport {

using Bytes = std::span<const std::byte>;

/// A frame that several hold, each for as long as it needs it. Nobody changes it.
using SharedFrame = std::shared_ptr<const std::string>;

inline Bytes bytes_of(const SharedFrame& frame) {
  return std::as_bytes(std::span(*frame));
}

/// Names a node: random, new at each start, so that it names the incarnation too. 0 is nobody.
using PeerId = std::uint64_t;

/// One connection of a wire, told from all others by what its dialer sends along: the dialer's
/// incarnation and how many times that one has dialed. So a node that dials again never waits for
/// the other side to notice that its old connection is gone.
struct Route {
  PeerId dialer = 0;
  std::uint64_t ordinal = 0;  ///< Counts the dialer's dials from 1; 0: no route.

  explicit operator bool() const { return ordinal != 0; }
  friend auto operator<=>(const Route&, const Route&) = default;
};

/// Who sent a frame, as far as the wire knows. Valid during the call only.
struct Sender {
  /// The text of the public key of whoever connected; empty where connections carry no keys, and on
  /// a route that this side dialed: its other end has the key that was dialed.
  std::string_view key{};
  std::string_view address{};  ///< Of the machine; may be empty.
};

/// Moves frames to and from peers. Whole frames or nothing, but any frame may be lost, repeated or
/// overtaken without notice: a Link on each side repairs that. Everything is called on, and calls
/// back on, the reactor's thread.
class Wire {
 public:
  /// The bytes are valid during the call only.
  using OnFrame = std::function<void(Route from, const Sender& sender, Bytes frame)>;
  /// The other end of a route that this side dialed does not let it in, and will not.
  using OnShut = std::function<void(Route dialed, const std::string& reason)>;

  enum class Sent {
    taken,     ///< On its way, if nothing happens to it.
    full,      ///< Not taken: the queue of this route is full.
    no_route,  ///< Not taken: nobody is connected there.
  };

  virtual ~Wire() = default;

  /// Who gets the frames. Set once, before listening and dialing. It may call back into the wire.
  virtual void receive_with(OnFrame on_frame) = 0;

  /// Who is told of doors that are shut; set as `receive_with`. A wire without keys has none.
  virtual void shut_with(OnShut) {}

  /// Accepts dialers at `address`; returns the address that they dial, with the port that was
  /// chosen for "*".
  virtual Result<std::string> listen(const std::string& address) = 0;

  /// Starts connecting, and goes on trying; what is sent meanwhile may wait or be lost.
  virtual Result<Route> dial(const std::string& address) = 0;

  /// The same for large frames: what comes on other routes is taken first.
  virtual Result<Route> dial_bulk(const std::string& address) { return dial(address); }

  virtual Sent send(Route to, Bytes frame) = 0;

  /// The same without a copy, where the wire can.
  virtual Sent send_shared(Route to, const SharedFrame& frame) { return send(to, bytes_of(frame)); }

  /// Closes a route that was dialed; what is still queued on it is lost.
  virtual void hang_up(Route route) = 0;

  /// Who was turned away before its first frame; nobody where connections carry no keys.
  [[nodiscard]] virtual Refusals refusals() const { return {}; }
};

}  // namespace troupe::transport
