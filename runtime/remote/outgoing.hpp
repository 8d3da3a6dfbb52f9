#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/cell/envelope.hpp"
#include "runtime/cell/message_type.hpp"
#include "runtime/remote/wire_header.hpp"
#include "transport/frame.hpp"

namespace troupe::runtime {

/// Which of a link's two connections something takes: see `is_bulk`.
enum class Lane : std::uint8_t { ordinary, bulk };

inline Lane lane_of(const MessageType* type) {
  return type != nullptr && type->is_bulk ? Lane::bulk : Lane::ordinary;
}

/// Bytes for another node: a header and a body, which is written behind it, and before them the
/// room that their lane wants.
class Outgoing {
 public:
  /// `type`: of the body; null if it has none, or text.
  Outgoing(const WireHeader& header, const MessageType* type) : Outgoing(lane_of(type), type) {
    header.append_to(bytes_);
  }
  /// What declares a type on its lane.
  Outgoing(Lane lane, std::string_view declaration) : Outgoing(lane, nullptr) {
    bytes_ += declaration;
  }

  [[nodiscard]] Lane lane() const { return lane_; }
  [[nodiscard]] const MessageType* type() const { return type_; }
  /// The body is appended here. With the room in front: what a lane for large messages takes.
  [[nodiscard]] std::string& bytes() { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  /// Without the room in front.
  [[nodiscard]] std::string_view content() const {
    return std::string_view(bytes_).substr(front());
  }
  void set_type_number(std::uint32_t number) {
    WireHeader::set_type(std::span(bytes_).subspan(front()), number);
  }

 private:
  Outgoing(Lane lane, const MessageType* type) : lane_(lane), type_(type), bytes_(front(), '\0') {}
  [[nodiscard]] std::size_t front() const {
    return lane_ == Lane::bulk ? transport::bulk_headroom : 0;
  }

  Lane lane_;
  const MessageType* type_;
  std::string bytes_;
};

/// What waits for one lane of a link to a node.
struct OutgoingQueue {
  /// Above it, who tells actors of that node more waits until half of it is left.
  static constexpr std::size_t full_bytes = std::size_t{4} << 20;
  /// Of a lane for large messages: above it, questions and answers are refused. Those do not wait.
  static constexpr std::size_t answers_bytes_max = std::size_t{16} << 20;
  /// Of tells, each of which comes from somebody who did not wait yet.
  static constexpr std::size_t send_queue_bytes_max = std::size_t{64} << 20;

  std::deque<Outgoing> outgoing;
  std::size_t bytes = 0;  ///< Of `outgoing`, and of what is with the reactor and not yet sent.
  std::vector<CorrelationId> waiting_for_room;

  [[nodiscard]] bool is_full() const { return bytes > full_bytes; }
  /// One message always fits.
  [[nodiscard]] bool fits(std::size_t size, std::size_t bytes_max) const {
    return bytes == 0 || bytes + size <= bytes_max;
  }
};

}  // namespace troupe::runtime
