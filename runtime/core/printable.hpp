#pragma once

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

namespace troupe {

/// `text` for a line of a terminal: control characters, which may move the cursor or set the title,
/// are written as \xNN. U+0080 to U+009F (C2 80 to C2 9F in UTF-8) are control characters too.
[[nodiscard]] inline std::string printable(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool begins_c1 = c == 0xc2U && i + 1 < text.size() &&
                           static_cast<unsigned char>(text[i + 1]) >= 0x80U &&
                           static_cast<unsigned char>(text[i + 1]) < 0xa0U;
    if (c >= 0x20U && c != 0x7fU && !begins_c1) {
      shown += text[i];
      continue;
    }
    const unsigned char code = begins_c1 ? static_cast<unsigned char>(text[++i]) : c;
    std::array<char, 5> escaped{};
    std::snprintf(escaped.data(), escaped.size(), "\\x%02x", code);
    shown += escaped.data();
  }
  return shown;
}

}  // namespace troupe
