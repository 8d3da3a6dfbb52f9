#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "transport/frame.hpp"
#include "transport/inbox.hpp"
#include "transport/link_options.hpp"
#include "transport/outbox.hpp"

namespace troupe::transport {

enum class LinkState {
  connecting,   ///< Not up yet.
  up,           ///< Heard lately.
  unreachable,  ///< Silent for a while. Nothing is lost if it comes back.
  down,         ///< For good; `departure` says why.
};

/// Why a peer is gone.
struct Departure {
  enum class Cause {
    left,     ///< It said goodbye; all that it had sent before has been delivered.
    lost,     ///< Nothing was heard of it for too long; what it did not confirm may be lost.
    refused,  ///< One side does not talk to the other.
  };
  Cause cause = Cause::lost;
  std::string reason{};  ///< A sentence for a person.
  Instant lease_from{};  ///< As Link::lease_from was.
};

/// The ordered, acknowledged, heart-beaten connection of two incarnations: a state machine without
/// clock, socket or callback. Frames and the time go in; frames, messages and a state come out.
///
///     dialer:   connecting --welcome--> knows its peer --beat--> up <--> unreachable --> down
///     accepted:                                                  up <--> unreachable --> down
///
/// The dialer says hello to nobody; the welcome, for which the listener keeps no state, names the
/// listener; a second hello, to that name, makes the listener's link; its beat makes the dialer's
/// link up. The same second hello on a new route goes on where the old route broke off.
///
/// The lease. The side that accepted counts from when it last heard of the dialer. The dialer
/// counts from when it sent the latest beat that the other side has echoed, so from no later:
/// whatever is cut or delayed, and in whichever direction, the dialer gives up first.
///
/// After each input the caller pulls messages, then frames, until there are none; and calls `tick`
/// at `deadline`.
class Link {
 public:
  static Link dialing(const Identity& self, const LinkOptions& options, Instant now);
  /// From a second hello, to which there is no objection.
  static Result<Link> accepted(const Identity& self, const LinkOptions& options, const Frame& hello,
                               Instant now);

  /// Why `self` does not talk to who sent this hello, whatever its links.
  static std::optional<std::string> objection(const Identity& self, const FrameHeader& hello);
  static std::vector<std::byte> welcome(const Identity& self, const FrameHeader& hello);
  static std::vector<std::byte> refusal(const Identity& self, PeerId to, std::string_view reason);

  // Inputs.
  void receive(const Frame& frame, Instant now);
  void tick(Instant now);
  /// `exhausted`: the buffer is full, `take_room` will say when it is not. `gone`: down or leaving.
  Result<void> send(Bytes message, Instant now);
  /// Down once the peer has confirmed all that was sent, and this goodbye.
  void leave(std::string_view reason, Instant now);
  void give_up(Departure departure);
  /// Whether every frame asks the peer to open the lane for large messages; at once if it is new.
  void want_bulk(bool wanted, Instant now);
  /// The dialer has a new route.
  void redialed(Instant now);

  // Outputs.
  std::optional<Bytes> next_message();
  /// To be transmitted now; valid until the next call.
  std::optional<Bytes> next_frame(Instant now);
  /// True once, when there is room after `send` was exhausted.
  bool take_room();
  [[nodiscard]] Instant deadline() const;

  [[nodiscard]] LinkState state() const { return state_; }
  [[nodiscard]] const Departure& departure() const { return departure_; }
  [[nodiscard]] PeerId peer() const { return peer_; }  ///< 0: not known yet.
  [[nodiscard]] const std::string& peer_name() const { return peer_name_; }
  [[nodiscard]] Bytes peer_greeting() const { return peer_greeting_; }
  /// The highest attempt of a hello from the peer: a higher one comes on a newer route.
  [[nodiscard]] std::uint32_t peer_attempt() const { return peer_attempt_; }
  /// Whether its last frame asked for the lane for large messages.
  [[nodiscard]] bool peer_wants_bulk() const { return peer_wants_bulk_; }
  [[nodiscard]] Instant last_heard() const { return last_heard_; }
  /// The link is given up `dead_after` after this, unless it moves on by then.
  [[nodiscard]] Instant lease_from() const { return dialer_ ? confirmed_ : last_heard_; }
  [[nodiscard]] Duration lag(Instant now) const;
  [[nodiscard]] std::size_t buffered_bytes() const { return outbox_.bytes(); }

 private:
  Link(const Identity& self, const LinkOptions& options, Instant now);

  Result<void> meet(const Frame& frame);
  void on_hello(const Frame& frame, Instant now);
  void on_acknowledged(const FrameHeader& header, Instant now);
  void on_beat(const Frame& frame, Instant now);
  void on_data(const Frame& frame, Instant now);
  void heard(Instant now);
  void miss(Instant now);
  void finish(Departure departure);

  [[nodiscard]] FrameHeader header(FrameKind kind, std::uint64_t sequence) const;
  Bytes beat(Instant now);
  /// A frame is sent that carries our acknowledgement.
  void settle();
  [[nodiscard]] Instant beat_at() const;

  const Identity* self_;
  LinkOptions options_;
  bool dialer_ = false;
  LinkState state_ = LinkState::connecting;
  Departure departure_{};

  PeerId peer_ = 0;
  std::string peer_name_{};
  std::vector<std::byte> peer_greeting_{};
  std::uint32_t peer_attempt_ = 0;

  std::uint32_t attempt_ = 1;
  Instant hello_at_ = Instant::never();
  Duration hello_wait_{};

  Outbox outbox_;
  Instant last_beat_;
  Instant resend_at_ = Instant::never();
  Duration resend_wait_{};
  std::optional<std::size_t> room_wanted_{};  ///< The size of a message that did not fit.
  bool room_ = false;
  bool leaving_ = false;
  bool wants_bulk_ = false;
  bool peer_wants_bulk_ = false;

  Inbox inbox_;
  Instant last_heard_;
  Instant confirmed_;                   ///< When the latest beat that was echoed was sent.
  std::uint64_t echo_ = 0;              ///< The latest time that a beat of the peer named.
  Instant echo_at_ = Instant::never();  ///< When a beat is due, whatever else is sent.
  Instant ack_at_ = Instant::never();
  std::size_t unacknowledged_bytes_ = 0;  ///< Received since our last frame.
  std::size_t unacknowledged_frames_ = 0;
  bool resend_due_ = false;     ///< To be asked for in our next frame.
  std::uint64_t missed_ = 0;    ///< What was asked for last,
  Instant miss_again_at_{};     ///< and when it may be asked for again.
  bool last_beat_due_ = false;  ///< The goodbye is still to be confirmed.

  std::vector<std::byte> scratch_{};
};

}  // namespace troupe::transport
