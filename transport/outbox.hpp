#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "transport/frame.hpp"
#include "transport/link_options.hpp"

namespace troupe::transport {

/// The sending half of a link: packs messages into numbered frames and keeps each until it is
/// acknowledged. Frames leave in order, at most a window of them at a time.
class Outbox {
 public:
  struct Numbered {
    FrameKind kind = FrameKind::data;
    std::uint64_t sequence = 0;
    std::span<std::byte> frame;  ///< Starts with room for the header; valid until the next call.
  };

  explicit Outbox(const LinkOptions& options) : options_(options) {}

  /// `exhausted` while too much is unacknowledged; `bad_input` if it would never fit.
  Result<void> push(Bytes message, Instant now);
  void push_goodbye(std::string_view reason, Instant now);

  /// The next frame to transmit; nothing if all were, or the window is full.
  std::optional<Numbered> next();

  /// Frees what lies before `sequence`. False if nothing does. The caller has checked that it is
  /// at most `sequence_sent`.
  bool acknowledge(std::uint64_t sequence);

  /// Starts again with the oldest frame that is unacknowledged.
  void rewind();

  [[nodiscard]] bool empty() const { return frames_.empty(); }
  [[nodiscard]] bool in_flight() const { return transmitted_ > 0; }
  /// After the highest number that was ever transmitted.
  [[nodiscard]] std::uint64_t sequence_sent() const { return sequence_sent_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t messages() const { return messages_; }
  [[nodiscard]] bool has_room(std::size_t message_size) const;
  /// When the oldest of what is unacknowledged was pushed.
  [[nodiscard]] std::optional<Instant> oldest() const;

 private:
  struct Pending {
    FrameKind kind = FrameKind::data;
    std::vector<std::byte> bytes{};  ///< Room for the header, then the body.
    std::size_t messages = 0;        ///< That end in this frame.
    Instant pushed{};
  };

  Pending& append(FrameKind kind, std::size_t size, Instant now);
  void push_record(const Record& record, Pending& frame);

  LinkOptions options_;
  std::deque<Pending> frames_;
  std::uint64_t first_ = 1;      ///< The number of frames_.front().
  std::size_t transmitted_ = 0;  ///< How many of frames_ are on the wire.
  std::size_t transmitted_bytes_ = 0;
  std::uint64_t sequence_sent_ = 1;
  std::size_t bytes_ = 0;
  std::size_t messages_ = 0;
  std::vector<std::byte> spare_;  ///< The memory of a freed frame.
};

}  // namespace troupe::transport
