#include "actors/terminal/line.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <variant>

#include "actors/utf8.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

std::string_view code_of(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::bold:
      return "\x1b[1m";
    case Style::dim:
      return "\x1b[2m";
    case Style::red:
      return "\x1b[31m";
    case Style::green:
      return "\x1b[32m";
    case Style::yellow:
      return "\x1b[33m";
    case Style::cyan:
      return "\x1b[36m";
  }
  return "";
}

}  // namespace

Line& Line::add(std::string_view text, Style style) {
  if (cut_ || text.empty()) return *this;
  const std::string_view mark = unicode_ ? "\u2026" : ">";
  const std::size_t left = columns_max_ - columns_;
  const std::size_t wanted = utf8_columns(text);
  cut_ = wanted > left;
  if (cut_) text = utf8_prefix(text, left == 0 ? 0 : left - 1);
  columns_ += cut_ ? left : wanted;
  check(columns_ <= columns_max_, "a line is no wider than its maximum");
  const bool styled = color_ && style != Style::plain;
  if (styled) text_ += code_of(style);
  text_ += text;
  if (cut_ && left > 0) text_ += mark;
  if (styled) text_ += "\x1b[0m";
  return *this;
}

Line& Line::skip_to(std::size_t column) {
  return add(std::string(column > columns_ ? column - columns_ : 1, ' '));
}

std::string printable_line(std::string_view text) {
  std::string result(text);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto c = static_cast<unsigned char>(result[i]);
    // U+0080 to U+009F are control characters too, in UTF-8 C2 80 to C2 9F.
    const bool c1 =
        c == 0xc2U && i + 1 < result.size() && static_cast<unsigned char>(result[i + 1]) < 0xa0U;
    if (c < 0x20U || c == 0x7fU || c1) result[i] = ' ';
    if (c1) result[i + 1] = ' ';
  }
  return result;
}

std::string clock_face(Duration elapsed) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(elapsed).count();
  std::array<char, 32> text{};
  if (seconds < 3600)
    std::snprintf(text.data(), text.size(), "%d:%02d", static_cast<int>(seconds / 60),
                  static_cast<int>(seconds % 60));
  else
    std::snprintf(text.data(), text.size(), "%lld:%02d:%02d",
                  static_cast<long long>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
                  static_cast<int>(seconds % 60));
  return text.data();
}

std::string grouped(std::int64_t count) {
  std::string text = std::to_string(count);
  const std::size_t first = count < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3;) text.insert(at -= 3, ",");
  return text;
}

std::string short_number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

std::string exact_number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

namespace {

/// Whole numbers up to this size are shown with all their digits.
constexpr double whole_max = 1e15;

std::string spell(const schedulers::Value& value, std::string (*number)(double)) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) {
    const bool whole = std::abs(*real) <= whole_max && std::trunc(*real) == *real;
    return whole ? std::to_string(static_cast<std::int64_t>(*real)) : number(*real);
  }
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  return printable_line(schedulers::text_of(value));
}

}  // namespace

std::string short_value(const schedulers::Value& value) {
  return spell(value, short_number);
}
std::string exact_value(const schedulers::Value& value) {
  return spell(value, exact_number);
}

std::string plural(std::string_view resource) {
  std::string text(resource);
  if (!text.ends_with('s')) text += 's';
  return text;
}

}  // namespace troupe::actors
