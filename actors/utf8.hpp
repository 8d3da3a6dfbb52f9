#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::actors {

/// Whether a byte of UTF-8 is not the first one of its character.
[[nodiscard]] constexpr bool is_utf8_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

/// Length in bytes of the character at `at`; 0 for invalid UTF-8, which includes overlong forms,
/// surrogates and numbers beyond U+10FFFF (RFC 3629).
[[nodiscard]] std::size_t utf8_length(std::string_view text, std::size_t at);

/// `text` with U+FFFD in place of each byte that is not part of valid UTF-8.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// `text` without the byte order mark that some editors put before it.
[[nodiscard]] constexpr std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  return text.starts_with(mark) ? text.substr(mark.size()) : text;
}

/// Number of code points. Each counts as one column of a terminal.
[[nodiscard]] std::size_t utf8_columns(std::string_view text);

/// The longest beginning of `text` that has at most `columns` code points.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t columns);

}  // namespace troupe::actors
