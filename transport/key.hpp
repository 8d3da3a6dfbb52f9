#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"

namespace troupe::transport {

/// One half of a Curve25519 key pair, as CURVE (ZeroMQ RFC 26) uses it.
struct Key {
  std::array<std::byte, 32> bytes{};
  friend auto operator<=>(const Key&, const Key&) = default;
};

/// 64 hexadecimal digits. ZeroMQ's Z85 would need quotes in shells and files.
[[nodiscard]] std::string to_text(const Key& key);
/// `bad_input` if the text is not 64 hexadecimal digits.
[[nodiscard]] Result<Key> key_of(std::string_view text);
/// The first 12 digits of a key's text, for messages.
[[nodiscard]] std::string short_text(std::string_view key_text);

/// The identity of a node beyond loopback. Peers know the public key; the node proves that it has
/// the secret key.
struct KeyPair {
  Key public_key;
  Key secret_key;
};

/// A new pair from the system's random numbers.
[[nodiscard]] KeyPair make_key_pair();
[[nodiscard]] Key public_key_of(const Key& secret_key);

}  // namespace troupe::transport
