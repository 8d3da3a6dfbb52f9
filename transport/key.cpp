#include "transport/key.hpp"

#include <algorithm>

#include <zmq.h>

#include "runtime/core/check.hpp"

namespace troupe::transport {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t z85_size = 41;  ///< Characters of a key in Z85, with the final zero.

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Key from_z85(const std::array<char, z85_size>& text) {
  std::array<std::uint8_t, 32> raw{};
  check(zmq_z85_decode(raw.data(), text.data()) != nullptr, "a key that ZeroMQ wrote is valid Z85");
  Key key;
  std::ranges::transform(raw, key.bytes.begin(), [](std::uint8_t b) { return std::byte{b}; });
  return key;
}

}  // namespace

std::string to_text(const Key& key) {
  std::string text;
  for (const std::byte byte : key.bytes) {
    text += hex_digits[std::to_integer<std::size_t>(byte >> 4)];
    text += hex_digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

Result<Key> key_of(std::string_view text) {
  const auto misshapen = [&](const std::string& found) {
    return Error{ErrorKind::bad_input, "a key is 64 hexadecimal digits; found " + found};
  };
  Key key;
  if (text.size() != 2 * key.bytes.size())
    return misshapen(std::to_string(text.size()) + " characters");
  for (std::size_t i = 0; i < key.bytes.size(); ++i) {
    const int high = digit_of(text[2 * i]);
    const int low = digit_of(text[2 * i + 1]);
    if (high < 0 || low < 0) return misshapen("'" + std::string(text.substr(2 * i, 2)) + "' in it");
    key.bytes[i] = static_cast<std::byte>(high * 16 + low);
  }
  return key;
}

std::string short_text(std::string_view key_text) {
  return std::string(key_text.substr(0, 12)) + "...";
}

KeyPair make_key_pair() {
  std::array<char, z85_size> public_text{};
  std::array<char, z85_size> secret_text{};
  check(zmq_curve_keypair(public_text.data(), secret_text.data()) == 0,
        "ZeroMQ was built with CURVE");
  return {from_z85(public_text), from_z85(secret_text)};
}

Key public_key_of(const Key& secret_key) {
  std::array<char, z85_size> secret_text{};
  std::array<char, z85_size> public_text{};
  zmq_z85_encode(secret_text.data(), reinterpret_cast<const std::uint8_t*>(secret_key.bytes.data()),
                 secret_key.bytes.size());
  check(zmq_curve_public(public_text.data(), secret_text.data()) == 0,
        "ZeroMQ was built with CURVE");
  return from_z85(public_text);
}

}  // namespace troupe::transport
