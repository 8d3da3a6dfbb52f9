#include "transport/stream/send_queue.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::transport {
namespace {

Error message_too_large(std::size_t size, std::size_t size_max) {
  return {ErrorKind::bad_input, "a message of " + std::to_string(size) +
                                    " bytes; a link takes at most " + std::to_string(size_max)};
}

/// Calls `write(part, chunk)` for each part of a message that does not fit into one frame.
template <typename Write>
void split(Bytes message, std::size_t chunk_max, Write&& write) {
  check(chunk_max > 0, "a frame has room for a part of a message");
  auto part = Record::Part::first;
  for (Bytes rest = message; !rest.empty(); part = Record::Part::middle) {
    const Bytes chunk = rest.first(std::min(rest.size(), chunk_max));
    rest = rest.subspan(chunk.size());
    if (rest.empty()) part = Record::Part::last;
    write(part, chunk);
  }
}

}  // namespace

bool SendQueue::has_room(std::size_t message_size) const {
  if (buffer_.messages() == 0) return true;
  return buffer_.messages() < options_.buffer_messages_max &&
         buffer_.bytes() + message_size + Record::header_max <= options_.buffer_bytes_max;
}

bool SendQueue::is_half_empty() const {
  return buffer_.bytes() <= options_.buffer_bytes_max / 2 &&
         buffer_.messages() <= options_.buffer_messages_max / 2;
}

SendQueue::Buffer::Entry& SendQueue::append(FrameKind kind, std::size_t body_size, Instant now) {
  std::vector<std::byte> frame;
  frame.swap(spare_);
  frame.clear();
  frame.reserve(FrameHeader::size + body_size);
  frame.resize(FrameHeader::size);
  return buffer_.append({.kind = kind, .frame = std::move(frame), .queued_at = now});
}

void SendQueue::append_to_newest(const Record& record) {
  std::vector<std::byte>& frame = buffer_.newest().frame;
  const std::size_t before = frame.size();
  append_record(record, frame);
  buffer_.note_growth(frame.size() - before);
}

Result<void> SendQueue::push(Bytes message, Instant now) {
  if (message.size() > options_.message_max)
    return message_too_large(message.size(), options_.message_max);
  if (!has_room(message.size()))
    return Error{ErrorKind::exhausted, std::to_string(buffer_.messages()) + " messages, " +
                                           std::to_string(buffer_.bytes()) +
                                           " bytes, are not acknowledged yet"};
  const std::size_t record_size = message.size() + Record::header_max;
  if (buffer_.newest_is_untouched() && buffer_.newest().kind == FrameKind::data &&
      buffer_.newest().frame.size() + record_size <= options_.coalesce_max) {
    append_to_newest({Record::Part::whole, 0, message});
  } else if (record_size + FrameHeader::size <= options_.frame_max) {
    append(FrameKind::data, record_size, now);
    append_to_newest({Record::Part::whole, 0, message});
  } else {
    const auto total = static_cast<std::uint32_t>(message.size());
    split(message, options_.frame_max - FrameHeader::size - Record::header_max,
          [&](Record::Part part, Bytes chunk) {
            append(FrameKind::data, chunk.size() + Record::header_max, now);
            append_to_newest({part, total, chunk});
          });
  }
  buffer_.note_message_end();
  return {};
}

void SendQueue::push_goodbye(std::string_view reason, Instant now) {
  const Bytes body = encode_reason(reason);
  std::vector<std::byte>& frame = append(FrameKind::goodbye, body.size(), now).frame;
  frame.insert(frame.end(), body.begin(), body.end());
  buffer_.note_growth(body.size());
}

SendQueue::Next SendQueue::next() {
  const auto [sequence, entry] = buffer_.next();
  if (entry == nullptr) return std::nullopt;
  return Transmission{entry->kind, sequence, entry->frame};
}

bool SendQueue::acknowledge(std::uint64_t sequence) {
  return buffer_.acknowledge(sequence, [this](std::vector<std::byte> frame) {
    if (frame.capacity() <= 2 * options_.coalesce_max) spare_.swap(frame);
  });
}

bool BulkSendQueue::has_room(std::size_t message_size) const {
  return buffer_.bytes() == 0 ||
         buffer_.bytes() + bulk_headroom + message_size <= options_.bulk_buffer_bytes_max;
}

bool BulkSendQueue::is_half_empty() const {
  return buffer_.bytes() <= options_.bulk_buffer_bytes_max / 2;
}

std::size_t BulkSendQueue::message_size(const std::string& message) {
  check(message.size() >= bulk_headroom, "a message of the bulk lane starts with its headroom");
  return message.size() - bulk_headroom;
}

FrameHeader BulkSendQueue::next_header() const {
  FrameHeader header = header_;
  header.sequence = buffer_.next_sequence();
  return header;
}

void BulkSendQueue::append(std::string frame, std::size_t messages, Instant now) {
  buffer_.append({.frame = std::make_shared<const std::string>(std::move(frame)),
                  .messages = messages,
                  .queued_at = now});
}

Result<void> BulkSendQueue::push(std::string& message, Instant now) {
  const std::size_t size = message_size(message);
  if (size > options_.message_max) return message_too_large(size, options_.message_max);
  if (!has_room(size))
    return Error{ErrorKind::exhausted, std::to_string(buffer_.bytes()) +
                                           " bytes of large messages are not acknowledged yet"};
  if (message.size() <= options_.bulk_frame_max) {
    encode_bulk_headroom(next_header(), std::as_writable_bytes(std::span(message)));
    append(std::move(message), 1, now);
    return {};
  }
  split(std::as_bytes(std::span(message)).subspan(bulk_headroom),
        options_.bulk_frame_max - FrameHeader::size - Record::header_max,
        [&](Record::Part part, Bytes chunk) {
          std::vector<std::byte> body;
          body.reserve(chunk.size() + Record::header_max);
          append_record({part, static_cast<std::uint32_t>(size), chunk}, body);
          std::string frame(FrameHeader::size + body.size(), '\0');
          const auto bytes = std::as_writable_bytes(std::span(frame));
          encode_header(next_header(), bytes);
          std::ranges::copy(body, bytes.begin() + FrameHeader::size);
          append(std::move(frame), part == Record::Part::last ? 1 : 0, now);
        });
  message.clear();
  return {};
}

SharedFrame BulkSendQueue::next() {
  const auto [sequence, entry] = buffer_.next();
  return entry == nullptr ? nullptr : entry->frame;
}

bool BulkSendQueue::acknowledge(std::uint64_t sequence) {
  return buffer_.acknowledge(sequence, [](const SharedFrame&) {});
}

}  // namespace troupe::transport
