#include "schedulers/space/config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace troupe::schedulers {
namespace {

/// Whether a number is whole and its digits fit into a 64-bit integer.
bool is_whole(double number) {
  return std::abs(number) < 0x1p63 && std::trunc(number) == number;
}

/// A text in quotes. Its escapes are those that keep a list on one line and unambiguous.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? "\\n" : std::string(1, c);
  }
  return out + '"';
}

/// The items in brackets, each as `text` makes it.
std::string listed(const std::vector<Scalar>& items, std::string (*text)(const Value&)) {
  std::string list;
  for (const Scalar& item : items) {
    if (!list.empty()) list += ", ";
    list += text(value_of(item));
  }
  return "[" + list + "]";
}

}  // namespace

std::string plain_text_of(double number) {
  if (std::isnan(number)) return "nan";
  std::array<char, 32> digits{};  // The longest double is "-1.7976931348623157e+308".
  const auto [end, error] =
      is_whole(number) ? std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                       std::chars_format::fixed)
                       : std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return {digits.data(), end};
}

std::string text_of(double number) {
  std::string text = plain_text_of(number);
  // "1" would be read back as an integer: a real number always looks like one.
  if (std::isfinite(number) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string text_of(const Value& value) {
  struct Text {
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return text_of(number); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(const std::vector<Scalar>& items) const {
      return listed(items, [](const Value& item) {
        const auto* text = std::get_if<std::string>(&item);
        return text != nullptr ? quoted(*text) : text_of(item);
      });
    }
  };
  return std::visit(Text{}, value);
}

Value value_of(const Scalar& scalar) {
  return std::visit([](const auto& held) -> Value { return held; }, scalar);
}

std::string match_of(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    std::array<char, 32> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), *number,
                                            std::chars_format::scientific, 6);
    return {digits.data(), end};
  }
  if (const auto* text = std::get_if<std::string>(&value))
    return std::to_string(text->size()) + ':' + *text;
  if (const auto* items = std::get_if<std::vector<Scalar>>(&value)) return listed(*items, match_of);
  return text_of(value);
}

bool is_among(const std::vector<Value>& values, const Value& value) {
  return std::ranges::find(values, match_of(value), match_of) != values.end();
}

const Value* find(const Config& config, std::string_view name) {
  const auto at = std::ranges::find(config, name, &Setting::name);
  return at == config.end() ? nullptr : &at->value;
}

const Value* find(const Config& config, std::string_view name, std::size_t& place) {
  for (std::size_t step = 0; step < config.size(); ++step) {
    const std::size_t at = (place + step) % config.size();
    if (config[at].name != name) continue;
    place = at + 1;
    return &config[at].value;
  }
  return nullptr;
}

}  // namespace troupe::schedulers
