#include "transport/outbox.hpp"

#include <algorithm>
#include <string>

namespace troupe::transport {

bool Outbox::has_room(std::size_t message_size) const {
  if (messages_ == 0) return true;
  return messages_ < options_.buffer_messages_max &&
         bytes_ + message_size + Record::header_max <= options_.buffer_bytes_max;
}

std::optional<Instant> Outbox::oldest() const {
  if (frames_.empty()) return std::nullopt;
  return frames_.front().pushed;
}

Outbox::Pending& Outbox::append(FrameKind kind, std::size_t size, Instant now) {
  Pending& frame = frames_.emplace_back();
  frame.kind = kind;
  frame.pushed = now;
  frame.bytes.swap(spare_);
  frame.bytes.clear();
  frame.bytes.reserve(FrameHeader::size + size);
  frame.bytes.resize(FrameHeader::size);
  bytes_ += FrameHeader::size;
  return frame;
}

void Outbox::push_record(const Record& record, Pending& frame) {
  const std::size_t before = frame.bytes.size();
  append_record(record, frame.bytes);
  bytes_ += frame.bytes.size() - before;
}

Result<void> Outbox::push(Bytes message, Instant now) {
  if (message.size() > options_.message_max)
    return Error{ErrorKind::bad_input, "a message of " + std::to_string(message.size()) +
                                           " bytes; a link takes at most " +
                                           std::to_string(options_.message_max)};
  if (!has_room(message.size()))
    return Error{ErrorKind::exhausted, std::to_string(messages_) + " messages, " +
                                           std::to_string(bytes_) +
                                           " bytes, are not acknowledged yet"};
  const std::size_t record_size = message.size() + Record::header_max;
  const bool untouched = frames_.size() > transmitted_ &&
                         first_ + frames_.size() - 1 >= sequence_sent_;  // Never sent as it is.
  if (untouched && frames_.back().kind == FrameKind::data &&
      frames_.back().bytes.size() + record_size <= options_.coalesce_max) {
    push_record({Record::Part::whole, 0, message}, frames_.back());
  } else if (record_size + FrameHeader::size <= options_.frame_max) {
    push_record({Record::Part::whole, 0, message}, append(FrameKind::data, record_size, now));
  } else {
    const std::size_t chunk_max = options_.frame_max - FrameHeader::size - Record::header_max;
    auto part = Record::Part::first;
    for (Bytes rest = message; !rest.empty(); part = Record::Part::middle) {
      const Bytes chunk = rest.first(std::min(rest.size(), chunk_max));
      rest = rest.subspan(chunk.size());
      if (rest.empty()) part = Record::Part::last;
      push_record({part, static_cast<std::uint32_t>(message.size()), chunk},
                  append(FrameKind::data, chunk.size() + Record::header_max, now));
    }
  }
  ++frames_.back().messages;
  ++messages_;
  return {};
}

void Outbox::push_goodbye(std::string_view reason, Instant now) {
  const Bytes body = encode_reason(reason);
  Pending& frame = append(FrameKind::goodbye, body.size(), now);
  frame.bytes.insert(frame.bytes.end(), body.begin(), body.end());
  bytes_ += body.size();
}

std::optional<Outbox::Numbered> Outbox::next() {
  if (transmitted_ == frames_.size()) return std::nullopt;
  Pending& frame = frames_[transmitted_];
  const bool fits = transmitted_ < options_.window_frames &&
                    transmitted_bytes_ + frame.bytes.size() <= options_.window_bytes;
  if (!fits && transmitted_ > 0) return std::nullopt;
  const std::uint64_t sequence = first_ + transmitted_;
  ++transmitted_;
  transmitted_bytes_ += frame.bytes.size();
  sequence_sent_ = std::max(sequence_sent_, sequence + 1);
  return Numbered{frame.kind, sequence, frame.bytes};
}

bool Outbox::acknowledge(std::uint64_t sequence) {
  check(sequence <= sequence_sent_, "only what was sent is acknowledged");
  if (sequence <= first_) return false;
  for (; first_ < sequence; ++first_) {
    Pending& frame = frames_.front();
    bytes_ -= frame.bytes.size();
    messages_ -= frame.messages;
    if (transmitted_ > 0) {  // After a rewind an old transmission may be acknowledged.
      --transmitted_;
      transmitted_bytes_ -= frame.bytes.size();
    }
    if (frame.bytes.capacity() <= 2 * options_.coalesce_max) spare_.swap(frame.bytes);
    frames_.pop_front();
  }
  return true;
}

void Outbox::rewind() {
  transmitted_ = 0;
  transmitted_bytes_ = 0;
}

}  // namespace troupe::transport
