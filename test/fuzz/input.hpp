#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace troupe::fuzz {

/// Reads values from the bytes of the fuzzer. After the last byte, values are zero or empty.
class Input {
 public:
  Input(const std::uint8_t* bytes, std::size_t size)
      : left_(reinterpret_cast<const char*>(bytes), size) {}

  [[nodiscard]] bool done() const { return left_.empty(); }
  std::uint8_t byte() {
    const std::string_view one = text(1);
    return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
  }
  /// The next bytes, at most `size_max`.
  std::string_view text(std::size_t size_max) {
    const std::string_view taken = left_.substr(0, size_max);
    left_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view rest() { return text(left_.size()); }

 private:
  std::string_view left_;
};

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace troupe::fuzz
