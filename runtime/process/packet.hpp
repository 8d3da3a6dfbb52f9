#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/process/descriptor.hpp"

namespace troupe::runtime {

/// One message on a SOCK_SEQPACKET socket, with file descriptors riding along.
struct Packet {
  std::string bytes;
  std::vector<Descriptor> descriptors;  ///< At most `descriptor_max`.

  static constexpr std::size_t descriptor_max = 4;
  /// Longer ones travel in a memory file, for a socket's buffer is about 200 KiB.
  static constexpr std::size_t inline_max = std::size_t{64} << 10;
  /// More than the kernel takes as arguments and environment of a program (a quarter of the stack's
  /// limit, 6 MiB at most).
  static constexpr std::size_t bytes_max = std::size_t{16} << 20;
};

enum class Sent { all, would_block, broken };

/// Sends on a non-blocking socket; the descriptors stay the caller's. Never raises SIGPIPE.
Sent send_packet(int socket, std::string_view bytes, std::span<const int> descriptors);

enum class Received { packet, nothing_yet, closed };

/// Receives from a non-blocking socket. A packet that breaks the limits counts as closed.
Received receive_packet(int socket, Packet& packet);

}  // namespace troupe::runtime
