#include "transport/bulk_outbox.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "runtime/core/check.hpp"

namespace troupe::transport {

Instant BulkOutbox::oldest() const {
  return frames_.empty() ? Instant::never() : frames_.front().pushed;
}

FrameHeader BulkOutbox::next_header() const {
  FrameHeader header = header_;
  header.sequence = first_ + frames_.size();
  return header;
}

void BulkOutbox::append(std::string frame, Instant now) {
  bytes_ += frame.size();
  frames_.push_back({std::make_shared<const std::string>(std::move(frame)), now});
}

Result<void> BulkOutbox::push(std::string& message, Instant now) {
  check(message.size() >= bulk_headroom, "a message of the bulk lane has room in front");
  const std::size_t size = message.size() - bulk_headroom;
  if (size > options_.message_max)
    return Error{ErrorKind::bad_input, "a message of " + std::to_string(size) +
                                           " bytes; a link takes at most " +
                                           std::to_string(options_.message_max)};
  if (bytes_ > 0 && bytes_ + message.size() > options_.bulk_buffer_bytes_max)
    return Error{ErrorKind::exhausted,
                 std::to_string(bytes_) + " bytes of large messages are not acknowledged yet"};
  if (message.size() <= options_.bulk_frame_max) {
    encode_bulk_headroom(next_header(), std::as_writable_bytes(std::span(message)));
    append(std::move(message), now);
    return {};
  }
  const std::size_t chunk_max = options_.bulk_frame_max - FrameHeader::size - Record::header_max;
  auto part = Record::Part::first;
  Bytes rest = std::as_bytes(std::span(message)).subspan(bulk_headroom);
  for (; !rest.empty(); part = Record::Part::middle) {
    const Bytes chunk = rest.first(std::min(rest.size(), chunk_max));
    rest = rest.subspan(chunk.size());
    if (rest.empty()) part = Record::Part::last;
    std::vector<std::byte> body;
    body.reserve(chunk.size() + Record::header_max);
    append_record({part, static_cast<std::uint32_t>(size), chunk}, body);
    std::string frame(FrameHeader::size + body.size(), '\0');
    const auto bytes = std::as_writable_bytes(std::span(frame));
    encode_header(next_header(), bytes);
    std::ranges::copy(body, bytes.begin() + FrameHeader::size);
    append(std::move(frame), now);
  }
  message.clear();
  return {};
}

SharedFrame BulkOutbox::next() {
  if (transmitted_ == frames_.size()) return nullptr;
  const SharedFrame& frame = frames_[transmitted_].frame;
  if (transmitted_ > 0 && transmitted_bytes_ + frame->size() > options_.bulk_window_bytes)
    return nullptr;
  sequence_sent_ = std::max(sequence_sent_, first_ + transmitted_ + 1);
  ++transmitted_;
  transmitted_bytes_ += frame->size();
  return frame;
}

bool BulkOutbox::acknowledge(std::uint64_t sequence) {
  check(sequence <= sequence_sent_, "only what was sent is acknowledged");
  if (sequence <= first_) return false;
  for (; first_ < sequence; ++first_) {
    const std::size_t size = frames_.front().frame->size();
    bytes_ -= size;
    if (transmitted_ > 0) {  // After a rewind an old transmission may be acknowledged.
      --transmitted_;
      transmitted_bytes_ -= size;
    }
    frames_.pop_front();
  }
  return true;
}

void BulkOutbox::rewind() {
  transmitted_ = 0;
  transmitted_bytes_ = 0;
}

}  // namespace troupe::transport
