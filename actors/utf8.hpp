#pragma once

#include <cstddef>
#include <string_view>

namespace troupe::actors {

/// Whether a byte of UTF-8 continues a character that an earlier byte began.
[[nodiscard]] constexpr bool is_utf8_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

/// Length in bytes of the character at `at`; 0 if the bytes there are no UTF-8 (RFC 3629: overlong
/// forms, surrogates and numbers beyond U+10FFFF are none).
[[nodiscard]] std::size_t utf8_length(std::string_view text, std::size_t at);

/// Number of code points, which is the number of columns of a terminal: each takes one.
[[nodiscard]] std::size_t utf8_columns(std::string_view text);

/// The longest beginning of `text` that has at most `columns` code points.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t columns);

}  // namespace troupe::actors
