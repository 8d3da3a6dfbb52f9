#include "actors/study_file/surrogate_pairs.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>

namespace troupe::actors {

namespace {

constexpr std::size_t escape_bytes = 6;  ///< Of "\ud83d".

/// Code unit of an escape such as "\ud83d" at the start of `text`; none if there is no such escape.
std::optional<std::uint32_t> code_unit(std::string_view text) {
  if (text.size() < escape_bytes || !text.starts_with("\\u")) return std::nullopt;
  std::uint32_t unit = 0;
  const char* end = text.data() + escape_bytes;
  const auto read = std::from_chars(text.data() + 2, end, unit, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return unit;
}

/// Character of the surrogate pair at the start of `text`; none if there is no pair.
std::optional<std::uint32_t> surrogate_pair(std::string_view text) {
  const auto high = code_unit(text);
  if (!high || *high < 0xd800 || *high > 0xdbff) return std::nullopt;
  const auto low = code_unit(text.substr(escape_bytes));
  if (!low || *low < 0xdc00 || *low > 0xdfff) return std::nullopt;
  return 0x10000 + ((*high - 0xd800) << 10U) + (*low - 0xdc00);
}

/// Whether a quote may open behind the character `before`: not within a plain text such as don't.
bool opens_behind(char before) {
  return std::string_view(" \t\r\n[{,:").find(before) != std::string_view::npos;
}

}  // namespace

YamlText with_joined_surrogates(std::string_view text) {
  YamlText yaml;
  if (text.find("\\u") == std::string_view::npos) return {std::string(text), {}};
  enum class Inside { nothing, single_quotes, double_quotes, comment };
  Inside inside = Inside::nothing;
  std::size_t line = 0;
  std::size_t line_start = 0;  // In yaml.text.
  char before = '\n';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inside == Inside::double_quotes && c == '\\') {
      if (const auto character = surrogate_pair(text.substr(i))) {
        std::array<char, 16> escape{};
        std::snprintf(escape.data(), escape.size(), "\\U%08x", *character);
        const std::string_view shorter(escape.data());
        yaml.shifts.push_back(
            {line, yaml.text.size() - line_start, 2 * escape_bytes - shorter.size()});
        yaml.text += shorter;
        i += 2 * escape_bytes - 1;
        continue;
      }
      yaml.text += c;  // The next character is escaped: it closes no quote.
      if (++i < text.size()) yaml.text += text[i];
      continue;
    }
    if (inside == Inside::nothing && opens_behind(before)) {
      if (c == '"') inside = Inside::double_quotes;
      if (c == '\'') inside = Inside::single_quotes;
      if (c == '#') inside = Inside::comment;
    } else if ((inside == Inside::double_quotes && c == '"') ||
               (inside == Inside::single_quotes && c == '\'') ||
               (inside == Inside::comment && c == '\n')) {
      inside = Inside::nothing;
    }
    yaml.text += c;
    before = c;
    if (c == '\n') {
      ++line;
      line_start = yaml.text.size();
    }
  }
  return yaml;
}

std::string without_halves_of_pairs(std::string json) {
  for (std::size_t at = json.find('\\'); at != json.npos; at = json.find('\\', at)) {
    const std::string_view rest = std::string_view(json).substr(at);
    const auto unit = code_unit(rest);
    const bool is_pair = surrogate_pair(rest).has_value();
    if (unit && !is_pair && *unit >= 0xd800 && *unit <= 0xdfff)
      json.replace(at, escape_bytes, "\\ufffd");
    // Another escape, such as that of a backslash, has two characters at least.
    at += is_pair ? 2 * escape_bytes : std::size_t{2};
  }
  return json;
}

}  // namespace troupe::actors
