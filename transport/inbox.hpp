#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/core/result.hpp"
#include "transport/frame.hpp"

namespace troupe::transport {

/// The receiving half of a link: takes sequenced frames in order and makes messages of them.
class Inbox {
 public:
  enum class Verdict { next, repeated, ahead };

  explicit Inbox(std::size_t message_max) : message_max_(message_max) {}

  /// The number of the frame that is to come next.
  [[nodiscard]] std::uint64_t expected() const { return expected_; }

  [[nodiscard]] Verdict judge(std::uint64_t sequence) const {
    if (sequence == expected_) return Verdict::next;
    return sequence < expected_ ? Verdict::repeated : Verdict::ahead;
  }

  /// Takes the next frame's body, all of it or, if it is malformed, nothing. Pull its messages
  /// before the bytes go away.
  Result<void> take(Bytes body);

  /// Counts a frame without messages.
  void skip() { ++expected_; }

  /// The next whole message of the frame taken; valid until the next call.
  std::optional<Bytes> next_message();

 private:
  std::size_t message_max_;
  std::uint64_t expected_ = 1;
  Bytes body_;                       ///< What is left of the frame taken.
  std::vector<std::byte> assembly_;  ///< The parts so far of a message in several.
  std::size_t total_ = 0;            ///< Its size; 0 while there is none.
  bool delivered_ = false;           ///< `assembly_` was handed out and is to be cleared.
};

}  // namespace troupe::transport
