#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/core/clock.hpp"
#include "transport/frame.hpp"

namespace troupe::transport {

/// Who a node is, as it tells its peers. Several nodes may have one name; no two have one id.
struct Identity {
  PeerId id = 0;
  std::string name{};                 ///< At most 255 bytes.
  std::vector<std::byte> greeting{};  ///< For the peer's owner; at most 64 KiB.
  std::uint16_t protocol = protocol_version;
};

/// Bounds and intervals of a link. Both sides should have the same.
struct LinkOptions {
  Duration heartbeat = std::chrono::seconds(1);  ///< A silent side says this often that it lives.
  Duration unreachable_after = std::chrono::milliseconds(2500);  ///< Of silence; it may come back.
  Duration dead_after = std::chrono::seconds(5);                 ///< Of silence; it is given up.
  Duration hello_again_after = std::chrono::milliseconds(200);   ///< An unanswered hello; doubles.
  Duration ack_delay = std::chrono::milliseconds(20);      ///< How long an ack waits for company.
  Duration resend_after = std::chrono::milliseconds(250);  ///< Without any ack; doubles up to 8x.

  std::size_t message_max = 64U << 20U;          ///< Bytes of one message.
  std::size_t frame_max = 256U << 10U;           ///< Bytes of one frame; larger messages are split.
  std::size_t coalesce_max = 64U << 10U;         ///< Messages share a frame up to this many bytes.
  std::size_t buffer_bytes_max = 16U << 20U;     ///< Unacknowledged; one message always fits.
  std::size_t buffer_messages_max = 64U << 10U;  ///< Unacknowledged.
  std::size_t window_bytes = 4U << 20U;          ///< On the wire, unacknowledged: what a heartbeat
  std::size_t window_frames = 64;                ///< may have to queue behind.

  // Of the lane for large messages.
  std::size_t bulk_frame_max = 260U << 10U;       ///< 256 KiB, and what is around them.
  std::size_t bulk_buffer_bytes_max = 8U << 20U;  ///< Unacknowledged; one message always fits.
  std::size_t bulk_window_bytes = 4U << 20U;      ///< On the wire, unacknowledged.

  /// The intervals that give a silent peer up after `lease`.
  static LinkOptions for_lease(Duration lease) {
    LinkOptions options;
    options.heartbeat = lease / 5;
    options.unreachable_after = lease / 2;
    options.dead_after = lease;
    return options;
  }
};

}  // namespace troupe::transport
