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

/// A message may say `static constexpr bool local_only = true`: it holds what cannot be packed, and
/// only actors of this process may be sent it.
template <typename T>
inline constexpr bool local_only = false;
template <typename T>
  requires(T::local_only)
inline constexpr bool local_only<T> = true;

/// A message may say `static constexpr bool bulk = true`: it is large. Between nodes it travels on
/// a connection of its own, where ordinary messages do not wait for it. It keeps its order among
/// large messages only: an ordinary one may overtake it.
template <typename T>
inline constexpr bool bulk = false;
template <typename T>
  requires(T::bulk)
inline constexpr bool bulk<T> = true;

class Envelope;

/// What the runtime has to know of a message's type at run time. One per type: compared by address.
/// The last three are null for what never leaves the process.
struct MessageType {
  std::string_view wire_name;  ///< Empty for what never leaves the process.
  std::uint32_t bytes;
  bool is_inline;
  bool is_bulk;
  void (*destroy)(void* payload) noexcept;  ///< Also frees a payload that is not inline.
  void (*pack)(const void* payload, std::string& out);  ///< Behind what is there.
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
