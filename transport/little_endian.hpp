#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "runtime/core/check.hpp"

namespace troupe::transport {

/// The unsigned integer in the first bytes of `from`, lowest byte first. Compiles to one load.
template <std::unsigned_integral T>
T load(std::span<const std::byte> from) {
  check(from.size() >= sizeof(T), "an integer is read from enough bytes");
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value | (std::to_integer<T>(from[i]) << (8 * i)));
  return value;
}

template <std::unsigned_integral T>
void store(T value, std::span<std::byte> to) {
  check(to.size() >= sizeof(T), "an integer is written to enough bytes");
  for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<std::byte>(value >> (8 * i));
}

}  // namespace troupe::transport
