#include "actors/trial/not_finite.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace troupe::actors {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double endless = std::numeric_limits<double>::infinity();

struct Spelling {
  std::string_view name;  ///< In lower case, without its sign.
  double value;
};
/// A longer name comes before its beginning.
constexpr std::array<Spelling, 8> spellings{
    Spelling{"nan", not_a_number},     Spelling{"infinity", endless},
    Spelling{"inf", endless},          Spelling{"1.#qnan", not_a_number},
    Spelling{"1.#snan", not_a_number}, Spelling{"1.#nan", not_a_number},
    Spelling{"1.#ind", not_a_number},  Spelling{"1.#inf", endless}};

char in_lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool goes_on_a_word(char c) {
  return (in_lower_case(c) >= 'a' && in_lower_case(c) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool has_name(std::string_view text, std::string_view name) {
  return text.size() >= name.size() &&
         std::ranges::equal(text.substr(0, name.size()), name, {}, in_lower_case);
}

}  // namespace

std::optional<NotFinite> not_finite_at(std::string_view text) {
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  const std::string_view number = text.substr(sign);
  const auto* const spelling = std::ranges::find_if(
      spellings, [&](const Spelling& one) { return has_name(number, one.name); });
  if (spelling == spellings.end()) return std::nullopt;
  std::size_t size = spelling->name.size();
  if (spelling->name == "nan" && number.substr(size).starts_with('(')) {  // nan(ind), nan(0x7f)
    const std::size_t close = number.find(')', size);
    if (close != number.npos &&
        std::ranges::all_of(number.substr(size + 1, close - size - 1), goes_on_a_word))
      size = close + 1;
  }
  if (number.starts_with('1'))  // 1.#INF00: as many digits as were asked for.
    while (size < number.size() && number[size] == '0') ++size;
  if (size < number.size() && goes_on_a_word(number[size])) return std::nullopt;
  const bool is_negative = text.starts_with('-') && spelling->value == endless;
  return NotFinite{is_negative ? -endless : spelling->value, sign + size};
}

std::optional<double> not_finite_metric(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  const auto number = not_finite_at(text);
  if (number && number->size == text.size()) return number->value;
  if (text.size() == 4 && has_name(text, "null")) return not_a_number;
  return std::nullopt;
}

}  // namespace troupe::actors
