#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "transport/frame.hpp"
#include "transport/link_options.hpp"
#include "transport/stream/resend_buffer.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// Send queue of the ordinary lane: packs messages into frames and keeps the frames until they are
/// acknowledged. Small messages share a frame; a large one is split over several. The header of a
/// frame is written at each transmission, so that it carries the latest acknowledgement.
class SendQueue {
 public:
  using Message = Bytes;
  using Buffer = ResendBuffer<std::vector<std::byte>>;
  struct Transmission {
    FrameKind kind = FrameKind::data;
    std::uint64_t sequence = 0;
    std::span<std::byte> frame;  ///< Starts with room for the header; valid until the next call.
  };
  using Next = std::optional<Transmission>;

  explicit SendQueue(const LinkOptions& options)
      : options_(options), buffer_({options.window_bytes, options.window_frames}) {}

  /// `exhausted`: too much is unacknowledged. `bad_input`: the message exceeds `message_max`.
  Result<void> push(Bytes message, Instant now);
  /// Queues the last frame of the stream.
  void push_goodbye(std::string_view reason, Instant now);
  /// The next frame to transmit; nothing if all were transmitted or the window is full.
  Next next();
  /// Frees the frames below `sequence`; returns whether any was freed.
  bool acknowledge(std::uint64_t sequence);
  void rewind() { buffer_.rewind(); }

  /// Whether a message of this size would be taken.
  [[nodiscard]] bool has_room(std::size_t message_size) const;
  /// Whether at most half of the limits is in use.
  [[nodiscard]] bool is_half_empty() const;
  [[nodiscard]] static std::size_t message_size(Bytes message) { return message.size(); }
  [[nodiscard]] const Buffer& buffer() const { return buffer_; }

 private:
  Buffer::Entry& append(FrameKind kind, std::size_t body_size, Instant now);
  void append_to_newest(const Record& record);

  LinkOptions options_;
  Buffer buffer_;
  std::vector<std::byte> spare_;  ///< Memory of a freed frame, for the next one.
};

/// Send queue of the bulk lane. Each message has a frame of its own, made in the memory that the
/// message came in and never changed, so that it is resent without a copy.
class BulkSendQueue {
 public:
  using Message = std::string&;
  using Buffer = ResendBuffer<SharedFrame>;
  using Next = SharedFrame;

  /// `header`: of all frames of the queue, except for the sequence number.
  BulkSendQueue(const LinkOptions& options, const FrameHeader& header)
      : options_(options), header_(header), buffer_({.bytes = options.bulk_window_bytes}) {}

  /// `message` starts with `bulk_headroom` bytes, and is moved from unless there is an error:
  /// `exhausted`: too much is unacknowledged. `bad_input`: the message exceeds `message_max`.
  Result<void> push(std::string& message, Instant now);
  /// The next frame to transmit; null if all were transmitted or the window is full.
  SharedFrame next();
  /// Frees the frames below `sequence`; returns whether any was freed.
  bool acknowledge(std::uint64_t sequence);
  void rewind() { buffer_.rewind(); }

  /// Whether a message of this size, headroom not counted, would be taken.
  [[nodiscard]] bool has_room(std::size_t message_size) const;
  /// Whether at most half of the limit is in use.
  [[nodiscard]] bool is_half_empty() const;
  /// Bytes of a message without its headroom.
  [[nodiscard]] static std::size_t message_size(const std::string& message);
  [[nodiscard]] const Buffer& buffer() const { return buffer_; }

 private:
  void append(std::string frame, std::size_t messages, Instant now);
  [[nodiscard]] FrameHeader next_header() const;

  LinkOptions options_;
  FrameHeader header_;
  Buffer buffer_;
};

}  // namespace troupe::transport
