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
#include "transport/link_options.hpp"
#include "transport/link_timers.hpp"
#include "transport/stream/reliable_stream.hpp"
#include "transport/stream/send_queue.hpp"

namespace troupe::transport {

enum class LinkState {
  connecting,   ///< The handshake is not complete.
  up,           ///< The peer was heard lately.
  unreachable,  ///< The peer is silent. Nothing is lost if it is heard again in time.
  down,         ///< Ended for good; `Link::departure` says why.
};

/// Why a peer is gone.
struct Departure {
  enum class Cause {
    left,     ///< The peer said goodbye; all that it had sent before was delivered.
    lost,     ///< The peer was silent for too long; what it did not acknowledge may be lost.
    refused,  ///< One side rejects the other.
  };
  Cause cause = Cause::lost;
  std::string reason{};  ///< A sentence for a person.
  Instant lease_from{};  ///< `Link::lease_from` when the link ended.
};

/// The ordered, acknowledged, heart-beaten connection of two node incarnations. A state machine
/// without clock, socket or callback: frames and the time go in; frames, messages and a state come
/// out.
///
///     dialer:   connecting --welcome--> peer is known --beat--> up <--> unreachable --> down
///     acceptor:                                                 up <--> unreachable --> down
///
/// handshake.hpp shows the frames of the handshake. A second hello with a higher attempt number
/// arrives on a new route, and the link goes on there.
///
/// Lease: the link is given up `dead_after` after `lease_from`. The acceptor counts from when it
/// last heard the dialer. The dialer counts from when it sent the latest beat that the acceptor
/// echoed, which is earlier. So the dialer gives up first, whatever is cut or delayed in either
/// direction.
///
/// After each input the caller pulls messages, then frames, until there are none. The caller calls
/// `tick` at `deadline`.
class Link {
 public:
  static Link dialing(const Identity& self, const LinkOptions& options, Instant now);
  /// From the second hello of a handshake, which is not rejected.
  static Result<Link> accepted(const Identity& self, const LinkOptions& options, const Frame& hello,
                               Instant now);

  // Inputs.
  void receive(const Frame& frame, Instant now);
  void tick(Instant now);
  /// `exhausted`: the send queue is full, and `take_room` tells when it is not. `gone`: the link is
  /// down or this node is leaving. `bad_input`: the message exceeds `message_max`.
  Result<void> send(Bytes message, Instant now);
  /// Queues a goodbye. The link is down once the peer has acknowledged it and all before it.
  void leave(std::string_view reason, Instant now);
  void give_up(Departure departure);
  /// Sets whether every frame asks the peer to open the bulk lane. The first request is sent at
  /// once.
  void request_bulk_lane(bool wanted, Instant now);
  /// This node dialed the peer again: there is a new route, on which the link says hello.
  void redialed(Instant now);

  // Outputs.
  std::optional<Bytes> next_message();
  /// The next frame to transmit now; valid until the next call.
  std::optional<Bytes> next_frame(Instant now);
  /// True once, when there is room after a `send` that was `exhausted`.
  bool take_room();
  [[nodiscard]] Instant deadline() const;

  [[nodiscard]] LinkState state() const { return state_; }
  [[nodiscard]] const Departure& departure() const { return departure_; }
  [[nodiscard]] PeerId peer() const { return peer_; }  ///< 0: the dialer does not know it yet.
  [[nodiscard]] const std::string& peer_name() const { return peer_name_; }
  [[nodiscard]] Bytes peer_greeting() const { return peer_greeting_; }
  /// The highest attempt number of a hello of the peer. A higher one arrives on a newer route.
  [[nodiscard]] std::uint32_t peer_attempt() const { return peer_attempt_; }
  /// Whether the peer's latest frame asked for the bulk lane.
  [[nodiscard]] bool peer_wants_bulk() const { return peer_wants_bulk_; }
  [[nodiscard]] Instant last_heard() const { return silence_.last_heard(); }
  /// The link is given up `dead_after` after this, unless it advances before.
  [[nodiscard]] Instant lease_from() const { return is_dialer_ ? echoed_ : last_heard(); }
  /// Age of the oldest message that the peer has not acknowledged.
  [[nodiscard]] Duration lag(Instant now) const;
  /// Bytes that the peer has not acknowledged.
  [[nodiscard]] std::size_t buffered_bytes() const { return stream_.buffer().bytes(); }

 private:
  Link(const Identity& self, const LinkOptions& options, bool is_dialer, Instant now);

  Result<void> learn_peer(const Frame& frame);
  void on_refusal(const Frame& frame);
  void on_welcome(const Frame& frame, Instant now);
  void on_hello(const Frame& frame, Instant now);
  void on_beat(const Frame& frame, Instant now);
  void on_goodbye(const Frame& frame);
  void on_data(const Frame& frame, Instant now);
  void on_heard(Instant now);
  void finish(Departure departure);
  void finish_malformed(const Error& error);

  [[nodiscard]] FrameHeader header(FrameKind kind, std::uint64_t sequence) const;
  Bytes make_hello();
  Bytes make_beat(Instant now);
  [[nodiscard]] Instant beat_at() const;

  const Identity* self_;
  LinkOptions options_;
  bool is_dialer_;
  LinkState state_ = LinkState::connecting;
  Departure departure_{};

  PeerId peer_ = 0;
  std::string peer_name_{};
  std::vector<std::byte> peer_greeting_{};
  std::uint32_t peer_attempt_ = 0;

  HelloTimer hello_;
  ReliableStream<SendQueue> stream_;
  bool leaving_ = false;
  bool goodbye_ack_due_ = false;  ///< The peer's goodbye is still to be acknowledged.
  bool wants_bulk_ = false;
  bool peer_wants_bulk_ = false;

  // Beats and the lease.
  SilenceTimer silence_;
  Instant last_beat_;            ///< When the latest beat was sent.
  Instant echoed_;               ///< When the latest beat that the peer echoed was sent.
  std::uint64_t peer_sent_ = 0;  ///< The latest `BeatTimes::sent` of the peer, to be echoed.
  Instant echo_due_ = Instant::never();

  std::vector<std::byte> scratch_{};  ///< The hello or beat that `next_frame` returned.
};

}  // namespace troupe::transport
