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

/// 64 hexadecimal digits: unlike ZeroMQ's Z85 they need no quotes in any shell or file.
[[nodiscard]] std::string to_text(const Key& key);
[[nodiscard]] Result<Key> key_of(std::string_view text);
/// Enough of a key's text for a person to tell it from others.
[[nodiscard]] std::string short_text(std::string_view key_text);

/// Who a node is beyond loopback: others know it by the public key, and it proves with the secret
/// one that it is the node meant.
struct KeyPair {
  Key public_key;
  Key secret_key;
};

/// A new pair, from the system's randomness.
[[nodiscard]] KeyPair make_key_pair();
[[nodiscard]] Key public_key_of(const Key& secret_key);

}  // namespace troupe::transport
