#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "transport/frame.hpp"
#include "transport/link_options.hpp"
#include "transport/stream/reassembler.hpp"
#include "transport/stream/resend_buffer.hpp"
#include "transport/stream/send_queue.hpp"

namespace troupe::transport {

/// Intervals and limits of a reliable stream.
struct StreamOptions {
  std::size_t message_max = 0;  ///< Bytes of the largest message that is accepted.
  StreamWindow window{};        ///< A quarter of it, received, is acknowledged at once.
  Duration ack_delay{};         ///< Longest delay of an acknowledgement.
  Duration resend_after{};      ///< Without any acknowledgement; doubles up to `resend_max`.
  Duration resend_max{};
  Duration gap_request_after{};  ///< Shortest time between two requests to fill the same gap.

  static StreamOptions ordinary(const LinkOptions& options) {
    constexpr int resend_growth = 8;
    return {.message_max = options.message_max,
            .window = {options.window_bytes, options.window_frames},
            .ack_delay = options.ack_delay,
            .resend_after = options.resend_after,
            .resend_max = resend_growth * options.resend_after,
            .gap_request_after = options.resend_after};
  }
  /// Large frames wait longer before they are resent without a request: they take longer to arrive,
  /// and a resend costs more.
  static StreamOptions bulk(const LinkOptions& options) {
    constexpr int resend_times = 4;
    StreamOptions bulk = ordinary(options);
    bulk.window = {.bytes = options.bulk_window_bytes};
    bulk.resend_after = resend_times * bulk.resend_after;
    bulk.resend_max = resend_times * bulk.resend_max;
    return bulk;
  }
};

/// Both directions of one lane between two nodes: messages in order and exactly once, over a wire
/// that loses, repeats and reorders frames. A state machine without clock, socket or callback.
///
/// Sending: frames are numbered from 1 and kept until the peer acknowledges them (cumulatively).
/// All unacknowledged frames are transmitted again after a timeout, at the peer's request, and on a
/// new route. Receiving: frames are accepted in order only. A gap is reported to the peer in the
/// next header.
///
/// `Queue`: SendQueue or BulkSendQueue.
template <typename Queue>
class ReliableStream {
 public:
  ReliableStream(const StreamOptions& options, Queue queue)
      : options_(options),
        queue_(std::move(queue)),
        resend_wait_(options.resend_after),
        reassembler_(options.message_max) {}

  // Sending.

  /// `exhausted`: the queue is full, and `take_room` tells when it is not. `bad_input`: the message
  /// exceeds `message_max`.
  Result<void> send(typename Queue::Message message, Instant now) {
    auto pushed = queue_.push(message, now);
    if (!pushed && pushed.error().kind == ErrorKind::exhausted)
      room_wanted_ = Queue::message_size(message);
    return pushed;
  }
  /// Queues the last frame of the stream.
  void send_goodbye(std::string_view reason, Instant now) { queue_.push_goodbye(reason, now); }

  /// The next frame to transmit now; empty if all were transmitted or the window is full.
  typename Queue::Next next_frame(Instant now) {
    auto frame = queue_.next();
    if (frame) resend_at_ = std::min(resend_at_, now + resend_wait_);
    return frame;
  }

  /// Transmits all unacknowledged frames again if no acknowledgement came in time.
  void tick(Instant now) {
    if (now < resend_at_) return;
    queue_.rewind();
    resend_at_ = Instant::never();
    resend_wait_ = std::min(2 * resend_wait_, options_.resend_max);
  }
  /// Transmits all unacknowledged frames again: the route that they were sent on is lost.
  void resend() { queue_.rewind(); }
  /// The same after the peer was silent, with the first resend timeout.
  void restart() {
    queue_.rewind();
    resend_at_ = Instant::never();
    resend_wait_ = options_.resend_after;
  }
  /// When `tick` is due next.
  [[nodiscard]] Instant resend_at() const { return resend_at_; }

  /// Whether every frame that the header acknowledges was transmitted. If not, the header comes
  /// from another sender.
  [[nodiscard]] bool is_plausible(const FrameHeader& header) const {
    return header.acknowledged <= queue_.buffer().sequence_sent();
  }
  /// Frees what the peer acknowledges, and resends if it asks for it.
  void on_acknowledged(const FrameHeader& header, Instant now) {
    if (queue_.acknowledge(header.acknowledged)) {
      resend_wait_ = options_.resend_after;
      resend_at_ = buffer().in_flight() ? now + resend_wait_ : Instant::never();
      if (room_wanted_ && queue_.has_room(*room_wanted_) && queue_.is_half_empty()) {
        room_wanted_.reset();
        has_room_ = true;
      }
    }
    if (header.resend) queue_.rewind();
  }
  /// True once, when there is room after a `send` that was `exhausted`.
  bool take_room() { return std::exchange(has_room_, false); }

  [[nodiscard]] const typename Queue::Buffer& buffer() const { return queue_.buffer(); }

  // Receiving.

  /// Whether a frame with this number is the next one. If not, schedules the acknowledgement that
  /// tells the peer.
  [[nodiscard]] bool accepts(std::uint64_t sequence, Instant now) {
    if (sequence == expected_) return true;
    if (sequence < expected_)
      acknowledge_now(now);  // A repetition: our acknowledgement was lost.
    else
      request_gap(now);
    return false;
  }
  /// Takes the body of the frame that `accepts` let in; an error if it is malformed.
  Result<void> receive(Bytes body, Instant now) {
    auto added = reassembler_.add(body);
    if (!added) return added;
    ++expected_;
    unacknowledged_bytes_ += body.size();
    ++unacknowledged_frames_;
    const bool much = unacknowledged_bytes_ * 4 >= options_.window.bytes ||
                      unacknowledged_frames_ * 4 >= options_.window.frames;
    ack_at_ = std::min(ack_at_, much ? now : now + options_.ack_delay);
    return added;
  }
  /// Counts the peer's goodbye, which is numbered and holds no message.
  void receive_goodbye() { ++expected_; }
  /// The peer says that it has transmitted all frames below `next`.
  void on_peer_sent(std::uint64_t next, Instant now) {
    if (next > expected_) request_gap(now);
  }
  /// The next complete message; valid until the next call.
  std::optional<Bytes> next_message() { return reassembler_.next_message(); }

  // Acknowledging: every frame that carries `acknowledged` and `requests_resend` is followed by
  // `on_ack_sent`.

  void acknowledge_now(Instant now) { ack_at_ = now; }
  /// When a frame that carries an acknowledgement is due.
  [[nodiscard]] Instant ack_at() const { return ack_at_; }
  /// The number of the frame that is accepted next.
  [[nodiscard]] std::uint64_t acknowledged() const { return expected_; }
  [[nodiscard]] bool requests_resend() const { return gap_request_due_; }
  void on_ack_sent() {
    ack_at_ = Instant::never();
    unacknowledged_bytes_ = 0;
    unacknowledged_frames_ = 0;
    gap_request_due_ = false;
  }

 private:
  void request_gap(Instant now) {
    if (gap_at_ == expected_ && now < gap_request_again_at_) return;
    gap_at_ = expected_;
    gap_request_again_at_ = now + options_.gap_request_after;
    gap_request_due_ = true;
    acknowledge_now(now);
  }

  StreamOptions options_;

  Queue queue_;
  Instant resend_at_ = Instant::never();
  Duration resend_wait_;
  std::optional<std::size_t> room_wanted_{};  ///< Size of the latest message that did not fit.
  bool has_room_ = false;

  Reassembler reassembler_;
  std::uint64_t expected_ = 1;  ///< Number of the frame that is accepted next.
  Instant ack_at_ = Instant::never();
  std::size_t unacknowledged_bytes_ = 0;  ///< Received since the last acknowledgement.
  std::size_t unacknowledged_frames_ = 0;
  bool gap_request_due_ = false;  ///< The next acknowledgement asks for a resend.
  std::uint64_t gap_at_ = 0;      ///< Where the latest requested gap starts; 0: none.
  Instant gap_request_again_at_{};
};

}  // namespace troupe::transport
