#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "runtime/cell/message_type.hpp"

namespace troupe::runtime {

/// Who waits for an answer: a slot of a dispatcher, or an entry of the node's table for everybody
/// else. Zero is nobody. A late answer finds that its id is not waited for any more.
struct CorrelationId {
  std::uint64_t value = 0;
  explicit operator bool() const { return value != 0; }
  friend auto operator<=>(const CorrelationId&, const CorrelationId&) = default;
};

/// A message on its way to one actor of this process, or an answer on its way back. 64 bytes, from
/// a pool; owned by exactly one holder at a time, first the sender, then the mailbox, then the
/// receiver's dispatcher.
class Envelope {
 public:
  enum class Kind : std::uint8_t {
    message,       ///< For a handler.
    packed,        ///< From another node: unpacked where it is handled. Payload: Packed.
    timer,         ///< For a handler, unless the timer was cancelled. `ask` is the timer's id.
    start,         ///< The first one of every actor. Payload: ActorInit.
    stop,          ///< End in order.
    stop_root,     ///< The same for whoever is here, if it is nobody's child: the node stops.
    child_ended,   ///< Payload: ChildEnded.
    watch,         ///< Payload: Watch. Wants a Down; `ask` instead of a watcher: as an answer.
    unwatch,       ///< Payload: Watch.
    down,          ///< Payload: Down, of a watched actor.
    notice,        ///< From the runtime, for who has a handler for it.
    reply,         ///< Answer to `ask`. Payload: the question's Reply.
    packed_reply,  ///< Answer to `ask` from another node. Payload: Packed.
    error,         ///< Answer to `ask`. Payload: Error.
  };

  struct Recycle {
    void operator()(Envelope* envelope) const noexcept;
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
  /// Without a payload.
  [[nodiscard]] static Ptr bare(Kind kind) { return allocate(kind); }

  /// Gives a bare one its payload.
  template <typename T>
  void fill(T payload) {
    if constexpr (fits_inline<T>)
      new (payload_) T(std::move(payload));
    else
      new (payload_) void*(new T(std::move(payload)));
    type_ = &message_type<T>;
  }

  /// The payload, which is a T.
  template <typename T>
  [[nodiscard]] T& payload() {
    return *static_cast<T*>(payload_address());
  }
  [[nodiscard]] void* payload_address() {
    if (type_->is_inline) return payload_;
    return *std::launder(reinterpret_cast<void**>(payload_));
  }

  [[nodiscard]] const MessageType* type() const { return type_; }
  [[nodiscard]] Kind kind() const { return kind_; }

  Envelope* next = nullptr;      ///< Whoever owns a list of envelopes links them here.
  CorrelationId ask;             ///< Who waits for the answer.
  std::uint32_t generation = 0;  ///< Of the receiver's cell: another actor there does not get it.

 private:
  explicit Envelope(Kind kind) : kind_(kind) {}
  ~Envelope() {
    if (type_ != nullptr) type_->destroy(payload_address());
  }
  static Ptr allocate(Kind kind);

  Kind kind_;
  const MessageType* type_ = nullptr;
  alignas(std::max_align_t) std::byte payload_[inline_payload_bytes];
};
static_assert(sizeof(Envelope) == 64, "an envelope is one cache line");

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
