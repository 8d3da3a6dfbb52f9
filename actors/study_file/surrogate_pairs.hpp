#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// A text as YAML. It has other columns than its source where escapes were replaced.
struct YamlText {
  /// An escape that has become shorter.
  struct Shift {
    std::size_t line = 0;     ///< From 0.
    std::size_t column = 0;   ///< Of the new escape, in bytes from 0.
    std::size_t columns = 0;  ///< How much shorter it is.
  };
  std::string text;
  std::vector<Shift> shifts;
};

/// Replaces each surrogate pair in double quotes, as "\ud83d\ude00", by YAML's "\U0001f600". JSON
/// writes characters beyond U+FFFF as such pairs, and YAML does not know them.
[[nodiscard]] YamlText with_joined_surrogates(std::string_view text);

/// A JSON text with \ufffd in place of each escape that is half of a surrogate pair without the
/// other half. Such a text has no characters, and JSON parsers refuse it.
[[nodiscard]] std::string without_halves_of_pairs(std::string json);

}  // namespace troupe::actors
