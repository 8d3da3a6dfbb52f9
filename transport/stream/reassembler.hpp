#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "runtime/core/result.hpp"
#include "transport/frame.hpp"

namespace troupe::transport {

/// Turns the bodies of a stream's data frames, which arrive in order, into messages. Holds at most
/// one incomplete message.
class Reassembler {
 public:
  /// `message_max`: bytes of the largest message that is accepted.
  explicit Reassembler(std::size_t message_max) : message_max_(message_max) {}

  /// Takes the body of the next frame: all of it or, if it is malformed, nothing. The caller pulls
  /// all messages before the bytes of `body` are reused.
  Result<void> add(Bytes body);

  /// The next complete message; valid until the next call.
  std::optional<Bytes> next_message();

 private:
  std::size_t message_max_;
  Bytes body_;                       ///< The part of the last body that was not read yet.
  std::vector<std::byte> assembly_;  ///< The parts so far of a message in several parts.
  std::size_t total_ = 0;            ///< Size of that message; 0: there is none.
  bool delivered_ = false;           ///< `assembly_` was handed out; the next call frees it.
};

}  // namespace troupe::transport
