#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <utility>
#include <vector>

#include "runtime/core/check.hpp"
#include "runtime/core/clock.hpp"
#include "transport/frame.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// Limit on the frames that are on the wire without an acknowledgement.
struct StreamWindow {
  std::size_t bytes = 0;
  std::size_t frames = std::numeric_limits<std::size_t>::max();
};

inline std::size_t frame_size(const std::vector<std::byte>& frame) {
  return frame.size();
}
inline std::size_t frame_size(const SharedFrame& frame) {
  return frame->size();
}

/// The frames of a stream that the peer has not acknowledged, oldest first, numbered from 1.
///
///     acknowledged | transmitted, in the window | waiting
///                  ^ first_                     ^ first_ + transmitted_
///
/// `Frame`: `std::vector<std::byte>` or `SharedFrame`.
template <typename Frame>
class ResendBuffer {
 public:
  struct Entry {
    FrameKind kind = FrameKind::data;
    Frame frame{};
    std::size_t messages = 0;  ///< Messages whose last byte is in this frame.
    Instant queued_at{};
  };
  struct Numbered {
    std::uint64_t sequence = 0;
    Entry* entry = nullptr;  ///< Null: there is no frame to transmit.
  };

  explicit ResendBuffer(StreamWindow window) : window_(window) {}

  Entry& append(Entry entry) {
    bytes_ += frame_size(entry.frame);
    messages_ += entry.messages;
    return entries_.emplace_back(std::move(entry));
  }

  /// Accounts for bytes that were added to the newest frame.
  void note_growth(std::size_t bytes) {
    check(newest_is_untouched(), "a frame that was transmitted does not change");
    bytes_ += bytes;
  }
  /// Accounts for a message that ends in the newest frame.
  void note_message_end() {
    ++entries_.back().messages;
    ++messages_;
  }

  /// The next frame to transmit, in order; none if all were transmitted or the window is full. One
  /// frame may be on the wire even if it is larger than the window.
  Numbered next() {
    check(transmitted_ <= entries_.size(), "only frames in the buffer count as transmitted");
    if (transmitted_ == entries_.size()) return {};
    Entry& entry = entries_[transmitted_];
    const std::size_t size = frame_size(entry.frame);
    const bool fits = transmitted_ < window_.frames && transmitted_bytes_ + size <= window_.bytes;
    if (!fits && transmitted_ > 0) return {};
    const std::uint64_t sequence = first_ + transmitted_;
    ++transmitted_;
    transmitted_bytes_ += size;
    sequence_sent_ = std::max(sequence_sent_, sequence + 1);
    return {sequence, &entry};
  }

  /// Frees the frames below `sequence`, and passes each to `recycle`. Returns whether any was
  /// freed. `sequence` is at most `sequence_sent()`.
  template <typename Recycle>
  bool acknowledge(std::uint64_t sequence, Recycle&& recycle) {
    check(sequence <= sequence_sent_, "only transmitted frames are acknowledged");
    if (sequence <= first_) return false;
    for (; first_ < sequence; ++first_) {
      Entry& entry = entries_.front();
      const std::size_t size = frame_size(entry.frame);
      bytes_ -= size;
      messages_ -= entry.messages;
      if (transmitted_ > 0) {  // None, if the acknowledged transmission precedes a rewind.
        --transmitted_;
        transmitted_bytes_ -= size;
      }
      recycle(std::move(entry.frame));
      entries_.pop_front();
    }
    check(!entries_.empty() || (bytes_ == 0 && messages_ == 0 && transmitted_bytes_ == 0),
          "an empty resend buffer counts no bytes and no messages");
    return true;
  }

  /// The next frame to transmit is the oldest one again.
  void rewind() {
    transmitted_ = 0;
    transmitted_bytes_ = 0;
  }

  /// Whether the newest frame exists and was never transmitted.
  [[nodiscard]] bool newest_is_untouched() const {
    return entries_.size() > transmitted_ && first_ + entries_.size() - 1 >= sequence_sent_;
  }
  [[nodiscard]] Entry& newest() {
    check(!entries_.empty(), "an empty resend buffer has no newest frame");
    return entries_.back();
  }

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] bool in_flight() const { return transmitted_ > 0; }
  /// The number that the next appended frame gets.
  [[nodiscard]] std::uint64_t next_sequence() const { return first_ + entries_.size(); }
  /// One more than the highest number that was ever transmitted.
  [[nodiscard]] std::uint64_t sequence_sent() const { return sequence_sent_; }
  /// Bytes of all frames in the buffer, headers included.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Messages that end in the frames in the buffer.
  [[nodiscard]] std::size_t messages() const { return messages_; }
  /// When the oldest frame was queued; `never` if the buffer is empty.
  [[nodiscard]] Instant oldest() const {
    return entries_.empty() ? Instant::never() : entries_.front().queued_at;
  }

 private:
  StreamWindow window_;
  std::deque<Entry> entries_;
  std::uint64_t first_ = 1;            ///< Number of entries_.front().
  std::size_t transmitted_ = 0;        ///< Entries on the wire: the first ones.
  std::size_t transmitted_bytes_ = 0;  ///< Bytes of those.
  std::uint64_t sequence_sent_ = 1;
  std::size_t bytes_ = 0;
  std::size_t messages_ = 0;
};

}  // namespace troupe::transport
