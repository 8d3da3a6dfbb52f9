#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/codec.hpp"
#include "runtime/core/result.hpp"
#include "runtime/message.hpp"

namespace troupe::runtime {

/// A payload of at most this many bytes lies inside its envelope.
inline constexpr std::size_t inline_payload_bytes = 32;

template <typename T>
inline constexpr bool fits_inline =
    sizeof(T) <= inline_payload_bytes && alignof(T) <= alignof(std::max_align_t);

/// True for a message that declares `static constexpr bool local_only = true`: it cannot be packed
/// and is sent to actors of the same process only.
template <typename T>
inline constexpr bool local_only = false;
template <typename T>
  requires(T::local_only)
inline constexpr bool local_only<T> = true;

/// True for a message that declares `static constexpr bool bulk = true`: it is large. Between nodes
/// it is sent on the link's lane, so that ordinary messages do not wait for it and may overtake it.
/// Bulk messages keep their order among each other.
template <typename T>
inline constexpr bool bulk = false;
template <typename T>
  requires(T::bulk)
inline constexpr bool bulk<T> = true;

class Envelope;

/// Run-time description of a payload's type. There is one object for each type, compared by
/// address. `pack`, `unpack` and `schema` are null for a type that never leaves the process.
struct MessageType {
  std::string_view wire_name;  ///< Empty for a type that never leaves the process.
  std::uint32_t bytes;
  bool is_inline;
  bool is_bulk;
  void (*destroy)(void* payload) noexcept;  ///< Also frees a payload that is not inline.
  void (*pack)(const void* payload, std::string& out);  ///< Appends to `out`.
  Result<void> (*unpack)(std::string_view bytes, const PeerSchemas& peer, Envelope& into);
  std::vector<TypeSchema> (*schema)();
};

namespace detail {

template <typename T>
void destroy_payload(void* payload) noexcept {
  if constexpr (fits_inline<T>)
    static_cast<T*>(payload)->~T();
  else
    delete static_cast<T*>(payload);
}

template <typename T>
void pack_payload(const void* payload, std::string& out) {
  WireCodec<T>::pack_into(out, *static_cast<const T*>(payload));
}

/// Defined with Envelope.
template <typename T>
Result<void> unpack_payload(std::string_view bytes, const PeerSchemas& peer, Envelope& into);

template <typename T>
constexpr MessageType type_of() {
  if constexpr (Message<T> && !local_only<T>)
    return {T::wire_name,        sizeof(T),        fits_inline<T>,     bulk<T>,
            &destroy_payload<T>, &pack_payload<T>, &unpack_payload<T>, &WireCodec<T>::schema};
  else
    return {{}, sizeof(T), fits_inline<T>, false, &destroy_payload<T>, nullptr, nullptr, nullptr};
}

}  // namespace detail

template <typename T>
inline constexpr MessageType message_type = detail::type_of<T>();

}  // namespace troupe::runtime
