#include "actors/study_file/scalar.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace troupe::actors {
namespace {

constexpr std::string_view digits = "0123456789";

/// Removes the longest prefix that consists of `characters`. Returns its length.
std::size_t skip(std::string_view& text, std::string_view characters) {
  const std::size_t end = std::min(text.find_first_not_of(characters), text.size());
  text.remove_prefix(end);
  return end;
}

bool skip_sign(std::string_view& text) {
  if (!text.starts_with('-') && !text.starts_with('+')) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> integer(std::string_view text, int base) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `[-+]? [0-9]+`
bool is_decimal_integer(std::string_view text) {
  skip_sign(text);
  return skip(text, digits) > 0 && text.empty();
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
bool is_real(std::string_view text) {
  skip_sign(text);
  const bool whole = skip(text, digits) > 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const bool fraction = skip(text, digits) > 0;
    if (!whole && !fraction) return false;
  } else if (!whole) {
    return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    skip_sign(text);
    if (skip(text, digits) == 0) return false;
  }
  return text.empty();
}

double real(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {  // Too large, or too small to tell from zero.
    const std::size_t exponent = text.find_first_of("eE");
    const bool tiny = exponent != text.npos && text.substr(exponent).find('-') != text.npos;
    number = tiny ? 0 : std::numeric_limits<double>::infinity();
    if (text.starts_with('-')) number = -number;
  }
  return number;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words)
    if (text == word) return true;
  return false;
}

/// Bytes of a unit, as in "MiB"; none for an unknown unit.
std::optional<double> unit_size(std::string_view unit) {
  if (unit.empty() || unit == "B") return 1;
  constexpr std::string_view letters = "KMGT";
  const char letter = unit.front() == 'k' ? 'K' : unit.front();
  const std::size_t power = letters.find(letter);
  if (power == letters.npos) return std::nullopt;
  const std::string_view rest = unit.substr(1);
  if (rest.empty() || rest == "i" || rest == "iB")
    return std::pow(1024.0, static_cast<double>(power + 1));
  if (rest == "B") return std::pow(1000.0, static_cast<double>(power + 1));
  return std::nullopt;
}

}  // namespace

Scalar plain_scalar(std::string_view text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return std::monostate{};
  if (is_one_of(text, {"true", "True", "TRUE"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE"})) return false;
  if (text.starts_with("0x"))
    if (const auto number = integer(text.substr(2), 16); number && *number >= 0) return *number;
  if (text.starts_with("0o"))
    if (const auto number = integer(text.substr(2), 8); number && *number >= 0) return *number;
  if (is_decimal_integer(text))
    if (const auto number = integer(text, 10)) return *number;
  if (is_real(text)) return real(text);
  std::string_view unsigned_text = text;
  const bool negative = skip_sign(unsigned_text) && text.front() == '-';
  if (is_one_of(unsigned_text, {".inf", ".Inf", ".INF"}))
    return negative ? -std::numeric_limits<double>::infinity()
                    : std::numeric_limits<double>::infinity();
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return std::numeric_limits<double>::quiet_NaN();
  return std::string(text);
}

std::optional<std::uint64_t> memory_size(std::string_view text) {
  constexpr double size_max = 0x1p62;
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !(number >= 0)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  const auto unit = unit_size(text);
  if (!unit || number * *unit > size_max) return std::nullopt;
  return static_cast<std::uint64_t>(number * *unit);
}

}  // namespace troupe::actors
