#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "transport/bulk_lane.hpp"
#include "transport/frame.hpp"
#include "transport/link.hpp"
#include "transport/link_options.hpp"
#include "transport/link_timers.hpp"
#include "transport/security.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// A peer as it is now.
struct Peer {
  PeerId id = 0;
  std::string name{};
  LinkState state = LinkState::connecting;
  Duration silent_for{};           ///< Time since anything was heard of it.
  Instant lease_from{};            ///< `Link::lease_from`, if it is up or unreachable.
  Duration lag{};                  ///< Age of the oldest message that it has not acknowledged.
  std::size_t buffered_bytes = 0;  ///< Bytes sent to it that it has not acknowledged.
  std::string key{};               ///< Text of the key that it proved; empty: none.
  std::string role{};              ///< The role of that key.
  std::string address{};           ///< Of its machine, if it dialed and the wire knows it.
  std::string reason{};            ///< Why it is down, if it is.
};

/// One link of an endpoint and what belongs to it: the routes of its frames, its bulk lane, and the
/// dialing of both. Transmits frames on the wire; has no clock, timer or callback.
///
/// The side that dialed the link dials it again while it is unreachable, and opens the bulk lane on
/// a route of its own. The other side asks it to do so on the link.
class Session {
 public:
  /// What all sessions of an endpoint share; outlives them.
  struct Context {
    const Identity& self;
    const LinkOptions& options;
    Wire& wire;
  };
  /// What is known of the other end besides its link.
  struct Remote {
    std::string key{};               ///< Text of its public key; empty without keys.
    std::optional<Member> member{};  ///< Whose key that is, if the other end connected with it.
    std::string machine{};           ///< Address of its machine, if the wire knows it.
  };

  /// `dialed`: the route that was dialed to `address`. Gives up if no node answers by `answer_by`.
  static Session dialing(const Context& context, std::string address, Route dialed,
                         Instant answer_by, Instant now);
  /// `link`: accepted from a hello that arrived on `route`.
  static Session accepted(const Context& context, Link link, Route route, Remote remote);

  // Inputs.
  /// A frame of the link, other than a hello.
  void receive(const Frame& frame, Instant now);
  /// A hello of the linked peer. One with a higher attempt number moves the link to `route`.
  void receive_hello(Route route, const Frame& hello, Instant now);
  /// A frame of the bulk lane, other than a hello. Returns whether the session took it.
  bool receive_bulk(const Frame& frame, Instant now);
  /// A hello for the bulk lane, which opens it or moves it to `route`.
  void receive_bulk_hello(Route route, const Frame& hello, Instant now);

  /// Errors as of Link::send, and `gone` after `leave`.
  Result<void> send(Bytes message, Instant now);
  /// Opens the bulk lane if it is not open. Errors as of BulkLane::send, and `gone` after `leave`.
  Result<void> send_bulk(std::string& message, Instant now);
  /// Says goodbye after all messages of both lanes. Returns false if it was called before.
  bool leave(const std::string& reason, Instant now);
  void give_up(Departure departure);

  /// Opens the bulk lane if the peer has asked for it. The link was up before.
  void open_requested_bulk_lane(Instant now);
  /// Continues this link on the route of a session that reached the same peer, if this link is
  /// unreachable. Returns whether it does.
  bool adopt_route(Session& reached, Instant now);

  /// Checks all timeouts and dials again what is silent. Returns why the peer is given up if it has
  /// stopped to acknowledge.
  std::optional<std::string> tick(Instant now);
  /// Transmits all that is due.
  void transmit(Instant now);

  // Outputs.
  std::optional<Bytes> next_message() { return link_.next_message(); }
  std::optional<Bytes> next_bulk_message();
  /// True once, when there is room after a `send` that was `exhausted`.
  bool take_room() { return link_.take_room(); }
  bool take_bulk_room();
  /// When `tick` is due next.
  [[nodiscard]] Instant deadline() const;

  [[nodiscard]] const Link& link() const { return link_; }
  [[nodiscard]] PeerId peer() const { return link_.peer(); }
  [[nodiscard]] LinkState state() const { return link_.state(); }
  [[nodiscard]] const Remote& remote() const { return remote_; }
  [[nodiscard]] Route route() const { return route_; }    ///< Where the link's frames go.
  [[nodiscard]] Route dialed() const { return dialed_; }  ///< None if this side did not dial it.
  [[nodiscard]] bool has_bulk_lane() const { return bulk_.has_value(); }
  [[nodiscard]] Route bulk_dialed() const { return bulk_ ? bulk_->dialed : Route{}; }
  [[nodiscard]] Peer describe(Instant now) const;
  /// Whether a frame that names this peer may come from it.
  [[nodiscard]] bool may_speak(Route from, const Sender& sender) const;

 private:
  struct Bulk {
    BulkLane lane;
    Route route{};   ///< Where its frames go.
    Route dialed{};  ///< The route that this side dialed for it, if it did.
    Instant redial_at{};
    StallTimer stall{};
  };

  Session(const Context& context, Link link, Route route, Remote remote);

  Bulk& open_bulk_lane(BulkLane::Side side, Instant now);
  void dial(Instant now);
  void dial_bulk(Bulk& bulk, Instant now);
  void tick_bulk(Bulk& bulk, Instant now);
  void apply_lane_state(Instant now);
  [[nodiscard]] Duration stalled_for(Instant now);
  [[nodiscard]] bool dials_bulk() const { return !address_.empty(); }

  Context context_;
  Link link_;
  Route route_;
  Remote remote_;
  Route dialed_{};
  std::string address_{};  ///< What this side dials; empty if it does not.
  Instant redial_at_{};
  Instant answer_by_ = Instant::never();
  StallTimer stall_{};
  std::optional<Bulk> bulk_{};
  bool leaving_ = false;
  std::optional<std::string> goodbye_{};  ///< Is said when the bulk lane is empty.
};

}  // namespace troupe::transport
