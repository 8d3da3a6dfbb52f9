#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/cell/envelope.hpp"
#include "runtime/cell/message_type.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/result.hpp"
#include "runtime/remote/wire_format.hpp"
#include "transport/frame.hpp"

namespace troupe::runtime {

/// Which of a link's two connections carries a message. Messages keep their order within a channel
/// only.
enum class Channel : std::uint8_t {
  ordinary,  ///< The link itself.
  bulk,      ///< The link's lane, for large messages: see `is_bulk`.
};
inline constexpr std::array channels{Channel::ordinary, Channel::bulk};

/// One T for each channel.
template <typename T>
struct PerChannel {
  std::array<T, channels.size()> all{};
  T& operator[](Channel channel) { return all.at(static_cast<std::size_t>(channel)); }
  const T& operator[](Channel channel) const { return all.at(static_cast<std::size_t>(channel)); }
};

/// Channel of a message type; of text if `type` is null.
inline Channel channel_of(const MessageType* type) {
  return type != nullptr && type->is_bulk ? Channel::bulk : Channel::ordinary;
}

/// The bytes of one message to another node: the headroom that the channel requires, the header and
/// the body.
class Outgoing {
 public:
  /// Writes the header; the caller appends the body to `bytes()`. `type` is the type of the body;
  /// null if the body is empty or text.
  Outgoing(const WireHeader& header, const MessageType* type) : Outgoing(channel_of(type), type) {
    header.append_to(bytes_);
  }
  /// A declaration of a type, which is sent on the channel of that type.
  Outgoing(Channel channel, std::string_view declaration) : Outgoing(channel, nullptr) {
    bytes_ += declaration;
  }

  [[nodiscard]] Channel channel() const { return channel_; }
  [[nodiscard]] const MessageType* type() const { return type_; }
  /// Headroom, header and body.
  [[nodiscard]] std::string& bytes() { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  /// Header and body.
  [[nodiscard]] std::string_view content() const {
    return std::string_view(bytes_).substr(headroom());
  }
  /// Writes the number under which the type was declared into the header.
  void set_type_number(std::uint32_t number) {
    WireHeader::set_type(std::span(bytes_).subspan(headroom()), number);
  }

 private:
  Outgoing(Channel channel, const MessageType* type)
      : channel_(channel), type_(type), bytes_(headroom(), '\0') {}
  [[nodiscard]] std::size_t headroom() const {
    return channel_ == Channel::bulk ? transport::bulk_headroom : 0;
  }

  Channel channel_;
  const MessageType* type_;
  std::string bytes_;
};

/// Send queue of one channel to one node, with the limits of its flow control. Its size counts the
/// messages in it and those that the reactor has taken and not sent yet.
///
/// Senders of tells wait while the size is above the high-water mark, until it is at most half of
/// that. Not synchronised.
class SendQueue {
 public:
  static constexpr std::size_t high_water_bytes = std::size_t{4} << 20;
  /// Limit for bulk questions and answers, whose senders do not wait: beyond it they are refused.
  static constexpr std::size_t question_bytes_max = std::size_t{16} << 20;
  /// Limit for all messages.
  static constexpr std::size_t bytes_max = std::size_t{64} << 20;

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] bool is_above_high_water() const { return bytes_ > high_water_bytes; }
  /// Whether a message of `size` bytes keeps the queue within `limit`. An empty queue takes any
  /// message.
  [[nodiscard]] bool has_room(std::size_t size, std::size_t limit) const {
    return bytes_ == 0 || bytes_ + size <= limit;
  }

  void push(Outgoing outgoing) {
    bytes_ += outgoing.size();
    queued_.push_back(std::move(outgoing));
  }
  /// Moves all queued messages to the end of `taken`. They count until `release`.
  void take_into(std::deque<Outgoing>& taken) {
    taken.insert(taken.end(), std::make_move_iterator(queued_.begin()),
                 std::make_move_iterator(queued_.end()));
    queued_.clear();
  }
  /// Subtracts `sent` bytes, which were sent. Returns the senders that may continue.
  [[nodiscard]] std::vector<CorrelationId> release(std::size_t sent) {
    check(sent <= bytes_, "no more bytes are sent than were queued");
    bytes_ -= sent;
    return bytes_ <= high_water_bytes / 2 ? take_waiting() : std::vector<CorrelationId>{};
  }

  /// A sender waits: `ask` is answered when the queue is writable.
  void add_waiting(CorrelationId ask) { waiting_.push_back(ask); }
  [[nodiscard]] std::vector<CorrelationId> take_waiting() { return std::exchange(waiting_, {}); }

 private:
  std::deque<Outgoing> queued_;
  std::size_t bytes_ = 0;
  std::vector<CorrelationId> waiting_;
};

/// Messages of one channel that the reactor's thread sends, each after the declaration of its type.
/// Types are declared on each channel, since there is no order between channels. One thread only.
class OutgoingStream {
 public:
  /// Gives bytes to the link, which may take the string. `exhausted`: the link has no room now.
  using Send = std::function<Result<void>(Outgoing&)>;
  /// Called for a message that the link refused for good, with the reason.
  using Refused = std::function<void(const Outgoing&, const Error&)>;

  /// Messages to send; the owner appends to them.
  [[nodiscard]] std::deque<Outgoing>& messages() { return messages_; }
  /// Sends messages until none is left or the link has no room. Returns the size of those that were
  /// sent or refused.
  std::size_t flush(const Send& send, const Refused& refused);

 private:
  [[nodiscard]] bool transmit(Outgoing& outgoing, const Send& send, const Refused& refused);

  DeclaredTypes declared_;
  std::deque<Outgoing> messages_;
};

}  // namespace troupe::runtime
