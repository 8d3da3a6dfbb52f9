#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "transport/frame.hpp"
#include "transport/link_options.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// The sending half of a lane for large messages: as Outbox, but each message has a frame of its
/// own, made in the memory that the message came in, and never changed afterwards.
class BulkOutbox {
 public:
  /// `header`: of all its frames, but for the sequence.
  BulkOutbox(const LinkOptions& options, const FrameHeader& header)
      : options_(options), header_(header) {}

  /// `message` starts with `bulk_headroom` bytes, and is taken unless there is an error:
  /// `exhausted` while too much is unacknowledged; `bad_input` if it would never fit.
  Result<void> push(std::string& message, Instant now);

  /// The next frame to transmit; null if all were, or the window is full.
  SharedFrame next();

  /// Frees what lies before `sequence`. False if nothing does. The caller has checked that it is
  /// at most `sequence_sent`.
  bool acknowledge(std::uint64_t sequence);

  /// Starts again with the oldest frame that is unacknowledged.
  void rewind();

  [[nodiscard]] bool in_flight() const { return transmitted_ > 0; }
  /// After the highest number that was ever transmitted.
  [[nodiscard]] std::uint64_t sequence_sent() const { return sequence_sent_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// When the oldest of what is unacknowledged was pushed; never, if nothing is.
  [[nodiscard]] Instant oldest() const;

 private:
  struct Pending {
    SharedFrame frame;
    Instant pushed{};
  };

  void append(std::string frame, Instant now);
  [[nodiscard]] FrameHeader next_header() const;

  LinkOptions options_;
  FrameHeader header_;
  std::deque<Pending> frames_;
  std::uint64_t first_ = 1;      ///< The number of frames_.front().
  std::size_t transmitted_ = 0;  ///< How many of frames_ are on the wire.
  std::size_t transmitted_bytes_ = 0;
  std::uint64_t sequence_sent_ = 1;
  std::size_t bytes_ = 0;
};

}  // namespace troupe::transport
