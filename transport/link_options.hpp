#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/core/clock.hpp"
#include "transport/frame.hpp"

namespace troupe::transport {

/// What a node tells its peers about itself. Several nodes may share a name; ids are unique.
struct Identity {
  PeerId id = 0;
  std::string name{};                 ///< At most 255 bytes.
  std::vector<std::byte> greeting{};  ///< For the owner of the peer's endpoint; at most 64 KiB.
  std::uint16_t protocol = protocol_version;
};

/// Intervals and limits of a link. Both sides should use the same.
struct LinkOptions {
  Duration heartbeat = std::chrono::seconds(1);  ///< Longest time between two beats.
  /// Silence after which a peer is `unreachable`; its link goes on when it is heard again.
  Duration unreachable_after = std::chrono::milliseconds(2500);
  Duration dead_after = std::chrono::seconds(5);  ///< Silence after which the link is down.
  /// First wait before an unanswered hello is repeated; doubles up to `heartbeat`.
  Duration hello_again_after = std::chrono::milliseconds(200);
  /// Longest time that an acknowledgement waits for a frame to travel on.
  Duration ack_delay = std::chrono::milliseconds(20);
  /// Time without any acknowledgement after which frames are resent; doubles up to eightfold.
  Duration resend_after = std::chrono::milliseconds(250);

  std::size_t message_max = 64U << 20U;       ///< Bytes of one message.
  std::size_t frame_max = 256U << 10U;        ///< Bytes of one frame; larger messages are split.
  std::size_t coalesce_max = 64U << 10U;      ///< Messages share a frame of up to this many bytes.
  std::size_t buffer_bytes_max = 16U << 20U;  ///< Unacknowledged; one message always fits.
  std::size_t buffer_messages_max = 64U << 10U;  ///< Unacknowledged.
  /// Unacknowledged bytes and frames on the wire. A heartbeat may have to wait behind them.
  std::size_t window_bytes = 4U << 20U;
  std::size_t window_frames = 64;

  // Of the bulk lane.
  std::size_t bulk_frame_max = 260U << 10U;       ///< 256 KiB, and the headers around them.
  std::size_t bulk_buffer_bytes_max = 8U << 20U;  ///< Unacknowledged; one message always fits.
  std::size_t bulk_window_bytes = 4U << 20U;      ///< Unacknowledged bytes on the wire.

  /// The intervals with which a silent peer is given up after `lease`.
  static LinkOptions for_lease(Duration lease) {
    LinkOptions options;
    options.heartbeat = lease / 5;
    options.unreachable_after = lease / 2;
    options.dead_after = lease;
    return options;
  }
};

}  // namespace troupe::transport
