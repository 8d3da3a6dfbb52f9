#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "transport/bulk_outbox.hpp"
#include "transport/frame.hpp"
#include "transport/inbox.hpp"
#include "transport/link_options.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// A link's second connection, for large messages: numbered and acknowledged by itself, so that
/// neither waits for the other. As Link a state machine without clock, socket or callback. It knows
/// its peer from the link, and has no lease: it ends when the link does.
///
///     dials:    connecting --beat--> up <--> silent: dial again
///     answers:  connecting --hello--> up <--> silent
///
/// Data frames are never changed once they are made, so that they need no copy to be sent again:
/// acknowledgements travel in beats only.
class Lane {
 public:
  enum class Side { dials, answers };

  Lane(const Identity& self, PeerId peer, const LinkOptions& options, Side side, Instant now);

  // Inputs.
  /// From the peer, to this node.
  void receive(const Frame& frame, Instant now);
  void tick(Instant now);
  /// `message` starts with `bulk_headroom` bytes; it is taken unless there is an error.
  /// `exhausted`: the buffer is full, `take_room` will say when it is not.
  Result<void> send(std::string& message, Instant now);
  /// The side that dials has a new route.
  void redialed(Instant now);

  // Outputs.
  std::optional<Bytes> next_message() { return inbox_.next_message(); }
  /// To be transmitted now; null: nothing.
  SharedFrame next_frame(Instant now);
  /// True once, when there is room after `send` was exhausted.
  bool take_room();
  [[nodiscard]] Instant deadline() const;

  [[nodiscard]] Side side() const { return side_; }
  [[nodiscard]] bool is_connecting() const { return state_ == State::connecting; }
  [[nodiscard]] bool is_up() const { return state_ == State::up; }
  /// Nothing was heard of the peer here for a while.
  [[nodiscard]] bool is_silent() const { return state_ == State::silent; }
  /// What it sent cannot be read; sent again it would be the same.
  [[nodiscard]] const std::optional<std::string>& malformed() const { return malformed_; }
  /// As Link::peer_attempt.
  [[nodiscard]] std::uint32_t peer_attempt() const { return peer_attempt_; }
  [[nodiscard]] Instant oldest() const { return outbox_.oldest(); }
  [[nodiscard]] std::size_t buffered_bytes() const { return outbox_.bytes(); }

 private:
  enum class State { connecting, up, silent };

  void on_hello(const FrameHeader& hello, Instant now);
  void on_acknowledged(const FrameHeader& header, Instant now);
  void on_data(const Frame& frame, Instant now);
  void heard(Instant now);
  void miss(Instant now);
  [[nodiscard]] SharedFrame frame(FrameKind kind, std::uint64_t sequence, Bytes body);
  [[nodiscard]] Instant beat_at() const;

  const Identity* self_;
  PeerId peer_;
  LinkOptions options_;
  Side side_;
  State state_ = State::connecting;
  std::optional<std::string> malformed_{};

  std::uint32_t attempt_ = 1;
  std::uint32_t peer_attempt_ = 0;
  Instant hello_at_ = Instant::never();
  Duration hello_wait_;

  BulkOutbox outbox_;
  Instant last_sent_;
  Instant resend_at_ = Instant::never();
  Duration resend_wait_;
  bool room_wanted_ = false;

  Inbox inbox_;
  Instant last_heard_;
  Instant ack_at_ = Instant::never();
  std::size_t unacknowledged_bytes_ = 0;  ///< Received since our last beat.
  bool resend_due_ = false;               ///< To be asked for in our next beat.
  std::uint64_t missed_ = 0;              ///< What was asked for last,
  Instant miss_again_at_{};               ///< and when it may be asked for again.
};

}  // namespace troupe::transport
