#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/process/descriptor.hpp"

namespace troupe::runtime {

/// A message on a SOCK_SEQPACKET socket, with the file descriptors that accompany it.
struct Packet {
  std::string bytes;
  std::vector<Descriptor> descriptors;  ///< At most `descriptor_max`.

  static constexpr std::size_t descriptor_max = 4;
  /// Longer packets travel in a memory file: a socket buffer holds only about 200 KiB.
  static constexpr std::size_t inline_max = std::size_t{64} << 10;
  /// More than the kernel accepts as arguments and environment of a program (a quarter of the stack
  /// limit, at most 6 MiB).
  static constexpr std::size_t bytes_max = std::size_t{16} << 20;
};

enum class Sent { all, would_block, broken };

/// Sends a packet on a non-blocking socket. The caller keeps its descriptors. Never raises SIGPIPE.
Sent send_packet(int socket, std::string_view bytes, std::span<const int> descriptors);

enum class Received { packet, nothing_yet, closed };

/// Receives a packet from a non-blocking socket. A packet that exceeds the limits counts as closed.
Received receive_packet(int socket, Packet& packet);

/// Packets that wait until a socket takes them, in order.
class PacketQueue {
 public:
  void push(Packet packet) { waiting_.push_back(std::move(packet)); }
  /// Sends as many packets as `socket` takes; `all` if none is left.
  Sent flush(int socket);
  void clear() { waiting_.clear(); }
  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

 private:
  std::deque<Packet> waiting_;
};

}  // namespace troupe::runtime
