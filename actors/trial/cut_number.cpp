#include "actors/trial/cut_number.hpp"

#include <algorithm>
#include <cstddef>

#include "actors/trial/not_finite.hpp"

namespace troupe::actors {
namespace {

using Rest = CutNumber::Rest;

constexpr std::string_view digits = "0123456789";

/// A part of a number beside a match.
struct Part {
  Rest rest = Rest::digits;
  std::size_t size = 0;  ///< Bytes; 0: there is none.
};

bool is_decimal(char c) {
  return c >= '0' && c <= '9';
}

/// Whether a sign, point or bracket may begin a number behind `c`: not behind a word, a number or
/// another sign, as in "epoch-3", "2024-01" and "loss...0.5".
bool begins_number_behind(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || std::string_view("=:,;|/([{<>\"'`").find(c) != std::string_view::npos;
}

/// What continues the number `matched` in `rest`.
Part part_behind(std::string_view matched, std::string_view rest) {
  const auto end_of_digits = [&](std::size_t at) {
    const std::size_t end = std::min(rest.find_first_not_of(digits, at), rest.size());
    return end > at ? end : std::size_t{0};
  };
  if (rest.empty()) return {};
  if (const std::size_t end = end_of_digits(0); end > 0) return {Rest::digits, end};
  if (!is_decimal(matched.back())) return {};
  if (rest[0] == 'e' || rest[0] == 'E') {
    const bool sign = rest.size() > 1 && (rest[1] == '-' || rest[1] == '+');
    return {Rest::exponent, end_of_digits(sign ? 2 : 1)};
  }
  if (rest[0] == ',' && matched.find_first_of(".eE") == matched.npos)
    return {Rest::comma, end_of_digits(1)};
  return {Rest::fraction, rest[0] == '.' ? end_of_digits(1) : 0};
}

/// What of a number is directly before its part at `at`, which begins with a digit or a point.
Part part_before(std::string_view line, std::size_t at) {
  constexpr std::string_view minus = "\xe2\x88\x92";  // The typographic one.
  constexpr std::string_view number = "0123456789.";
  std::size_t front = at;
  while (front > 0 && is_decimal(line[front - 1])) --front;
  // Zeros that are left out at the front of a number do not change it.
  const std::string_view left_out = line.substr(front, at - front);
  const std::size_t digits_left_out =
      left_out.find_first_not_of('0') == left_out.npos ? 0 : left_out.size();
  const std::string_view before = line.substr(0, front);
  const auto begins_number = [&](std::size_t length) {
    return before.size() == length || begins_number_behind(before[before.size() - length - 1]);
  };
  if (before.ends_with('.') && line[at] != '.') {
    const std::size_t whole = before.find_last_not_of(number) + 1;
    const bool has_whole = front > 1 && is_decimal(before[front - 2]);
    if (has_whole || begins_number(1) || (before.ends_with("-.") && begins_number(2)))
      return {digits_left_out > 0 ? Rest::digits : Rest::fraction,
              at - (has_whole ? whole : front - 1)};
  }
  if (before.ends_with('-') && begins_number(1)) return {Rest::sign, at - front + 1};
  if (before.ends_with(minus) && begins_number(minus.size()))
    return {Rest::sign, at - front + minus.size()};
  const bool has_sign = before.ends_with('-') || before.ends_with('+');
  const std::string_view power = before.substr(0, front - (has_sign ? 1 : 0));
  if (power.ends_with('e') || power.ends_with('E')) {
    const std::size_t mantissa = power.substr(0, power.size() - 1).find_last_not_of(number) + 1;
    if (mantissa + 1 < power.size()) return {Rest::exponent, at - mantissa};
  }
  return {Rest::digits, digits_left_out};
}

}  // namespace

std::optional<CutNumber> cut_number(const LinePattern::Group& group,
                                    const std::vector<LinePattern::Group>& groups,
                                    std::string_view line) {
  const auto is_part = [](char c) { return is_decimal(c) || c == '.'; };
  if (group.text.find_first_of(digits) == group.text.npos || not_finite_at(line.substr(group.at)))
    return std::nullopt;
  const std::size_t end = group.at + group.text.size();
  Part before = is_part(group.text.front()) ? part_before(line, group.at) : Part{};
  Part behind = is_part(group.text.back()) ? part_behind(group.text, line.substr(end)) : Part{};
  // Not if another group reads that part. Directly behind digits it reads a number of fixed width.
  const std::size_t behind_from = end + (behind.rest == Rest::digits ? 0 : 1);
  for (const LinePattern::Group& other : groups) {
    if (other.at < group.at && other.at + other.text.size() > group.at - before.size) before = {};
    if (other.at >= behind_from && other.at < end + behind.size) behind = {};
  }
  if (before.rest == Rest::sign && group.behind_minus) before = {};
  if (before.size == 0 && behind.size == 0) return std::nullopt;
  const std::size_t size = before.size + group.text.size() + behind.size;
  // A comma may separate two numbers; what is left out at the front decides.
  const bool decides = behind.size > 0 && (before.size == 0 || behind.rest != Rest::comma);
  return CutNumber{decides ? behind.rest : before.rest, group.text,
                   line.substr(group.at - before.size, size)};
}

}  // namespace troupe::actors
