#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/address.hpp"
#include "runtime/cell/block_pool.hpp"
#include "runtime/cell/message_type.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/schema.hpp"

namespace troupe::runtime {

/// Identifies an unanswered question. The top byte names a dispatcher of this node, or the table of
/// external asks; zero means that no answer is expected. Ids are not reused, so a late answer is
/// recognized and dropped.
struct CorrelationId {
  std::uint64_t value = 0;
  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const CorrelationId&, const CorrelationId&) = default;
};

/// A message under way to one actor of this process, or an answer under way to its asker. 64 bytes,
/// from a pool. Has one owner at a time: the sender, the mailbox, the receiver's dispatcher.
class Envelope {
 public:
  enum class Kind : std::uint8_t {
    message,       ///< Goes to a handler.
    packed,        ///< A message of another node. Payload: Packed.
    timer,         ///< Goes to a handler unless the timer was cancelled. `ask` is the timer's id.
    start,         ///< First message of every actor. Payload: ActorInit.
    stop,          ///< Ends the actor.
    stop_root,     ///< Ends the actor in the cell, whichever it is, unless it has a parent.
    child_ended,   ///< Payload: ChildEnded.
    watch,         ///< Requests a Down, or an answer to the watch's ask. Payload: Watch.
    unwatch,       ///< Withdraws a watch. Payload: Watch.
    down,          ///< A monitored actor is gone. Payload: Down.
    notice,        ///< From the runtime; ignored by an actor that has no handler for it.
    reply,         ///< Answer to `ask`. Payload: the Reply of the question.
    packed_reply,  ///< Answer to `ask` from another node. Payload: Packed.
    error,         ///< Answer to `ask`. Payload: Error.
  };

  struct Recycle {
    void operator()(Envelope* envelope) const noexcept {
      envelope->~Envelope();
      BlockPool::give_back(envelope);
    }
  };
  using Ptr = std::unique_ptr<Envelope, Recycle>;

  Envelope(const Envelope&) = delete;
  Envelope& operator=(const Envelope&) = delete;

  template <typename T>
  [[nodiscard]] static Ptr with(Kind kind, T payload) {
    Ptr envelope = allocate(kind);
    envelope->fill(std::move(payload));
    return envelope;
  }
  /// An envelope without a payload.
  [[nodiscard]] static Ptr bare(Kind kind) { return allocate(kind); }

  /// Sets the payload of an envelope that has none.
  template <typename T>
  void fill(T payload) {
    check(type_ == nullptr, "an envelope gets one payload");
    if constexpr (fits_inline<T>)
      new (payload_) T(std::move(payload));
    else
      new (payload_) void*(new T(std::move(payload)));
    type_ = &message_type<T>;
  }

  /// The payload, whose type is T.
  template <typename T>
  [[nodiscard]] T& payload() {
    check(type_ == &message_type<T>, "a payload is read as the type that it has");
    return *static_cast<T*>(payload_address());
  }
  [[nodiscard]] void* payload_address() {
    if (type_->is_inline) return payload_;
    return *std::launder(reinterpret_cast<void**>(payload_));
  }

  [[nodiscard]] const MessageType* type() const { return type_; }
  [[nodiscard]] Kind kind() const { return kind_; }

  Envelope* next = nullptr;      ///< Link of the list that the owner keeps.
  CorrelationId ask;             ///< The question; none if no answer is expected.
  std::uint32_t generation = 0;  ///< Generation of the receiver's cell when it was sent.

 private:
  explicit Envelope(Kind kind) : kind_(kind) {}
  ~Envelope() {
    if (type_ != nullptr) type_->destroy(payload_address());
  }
  static Ptr allocate(Kind kind) { return Ptr(new (BlockPool::take()) Envelope(kind)); }

  Kind kind_;
  const MessageType* type_ = nullptr;
  alignas(std::max_align_t) std::byte payload_[inline_payload_bytes];
};
static_assert(sizeof(Envelope) == BlockPool::block_bytes, "an envelope is one block");

/// Payload: a message of another node as it was received. It is unpacked on the thread of the
/// receiving actor.
struct Packed {
  std::string wire_name;
  std::string bytes;
  std::shared_ptr<const PeerSchemas> schemas;  ///< Types that the peer had declared by then.
  NodeId from;                                 ///< The node that sent it.
  Instant expires = Instant::never();          ///< When the sender of a question stops waiting.
};

namespace detail {

template <typename T>
Result<void> unpack_payload(std::string_view bytes, const PeerSchemas& peer, Envelope& into) {
  auto unpacked = unpack<T>(bytes, peer);
  if (!unpacked) return unpacked.error();
  into.fill(std::move(unpacked).value());
  return {};
}

}  // namespace detail

}  // namespace troupe::runtime
