#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "transport/frame.hpp"
#include "transport/link_options.hpp"
#include "transport/link_timers.hpp"
#include "transport/stream/reliable_stream.hpp"
#include "transport/stream/send_queue.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// A link's second connection, for large messages. Its stream is numbered and acknowledged apart
/// from the link's, so that neither waits for the other. Like Link a state machine without clock,
/// socket or callback. The link authenticates the peer; the lane has no lease and ends when the
/// link does.
///
///     dialer:   connecting --beat--> up <--> silent: its owner dials again
///     acceptor: connecting --hello--> up <--> silent
///
/// A data frame is never changed once it is made, so that it is resent without a copy. That is why
/// acknowledgements travel in beats only.
class BulkLane {
 public:
  enum class Side { dialer, acceptor };

  BulkLane(const Identity& self, PeerId peer, const LinkOptions& options, Side side, Instant now);

  // Inputs.
  /// A frame of the peer to this node.
  void receive(const Frame& frame, Instant now);
  void tick(Instant now);
  /// `message` starts with `bulk_headroom` bytes, and is moved from unless there is an error:
  /// `exhausted`: the send queue is full, and `take_room` tells when it is not. `bad_input`: the
  /// message exceeds `message_max`.
  Result<void> send(std::string& message, Instant now);
  /// The dialer has a new route, on which the lane says hello.
  void redialed(Instant now);

  // Outputs.
  std::optional<Bytes> next_message() { return stream_.next_message(); }
  /// The next frame to transmit now; null: none.
  SharedFrame next_frame(Instant now);
  /// True once, when there is room after a `send` that was `exhausted`.
  bool take_room() { return stream_.take_room(); }
  [[nodiscard]] Instant deadline() const;

  [[nodiscard]] Side side() const { return side_; }
  [[nodiscard]] bool is_connecting() const { return state_ == State::connecting; }
  [[nodiscard]] bool is_up() const { return state_ == State::up; }
  /// Whether nothing was heard of the peer here for `unreachable_after`.
  [[nodiscard]] bool is_silent() const { return state_ == State::silent; }
  /// Why a frame of the peer cannot be read. A resend would bring the same bytes, so the link ends.
  [[nodiscard]] const std::optional<std::string>& malformed() const { return malformed_; }
  /// The highest attempt number of a hello of the peer. A higher one arrives on a newer route.
  [[nodiscard]] std::uint32_t peer_attempt() const { return peer_attempt_; }
  /// When the oldest unacknowledged message was queued; `never`: there is none.
  [[nodiscard]] Instant oldest() const { return stream_.buffer().oldest(); }
  /// Bytes that the peer has not acknowledged.
  [[nodiscard]] std::size_t buffered_bytes() const { return stream_.buffer().bytes(); }

 private:
  enum class State { connecting, up, silent };

  void on_hello(const FrameHeader& hello, Instant now);
  void on_data(const Frame& frame, Instant now);
  void on_heard(Instant now);
  [[nodiscard]] SharedFrame encode(FrameKind kind, std::uint64_t sequence, Bytes body) const;
  [[nodiscard]] Instant beat_at() const;

  const Identity* self_;
  PeerId peer_;
  LinkOptions options_;
  Side side_;
  State state_ = State::connecting;
  std::optional<std::string> malformed_{};
  std::uint32_t peer_attempt_ = 0;

  HelloTimer hello_;
  ReliableStream<BulkSendQueue> stream_;
  SilenceTimer silence_;
  Instant last_sent_;  ///< When the latest beat or data frame was transmitted.
};

}  // namespace troupe::transport
