#include "actors/trial/report_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "actors/trial/not_finite.hpp"
#include "actors/utf8.hpp"

namespace troupe::actors {

using schedulers::Config;
using schedulers::Value;

void LineSplitter::feed(std::string_view bytes, const OnLine& on_line) {
  while (!bytes.empty()) {
    const auto end = bytes.find_first_of("\n\r");
    append(bytes.substr(0, end));
    if (end == bytes.npos) return;
    emit(on_line);
    bytes.remove_prefix(end + 1);
  }
}

void LineSplitter::finish(const OnLine& on_line) {
  emit(on_line);
}

void LineSplitter::append(std::string_view bytes) {
  const std::size_t room = line_max - line_.size();
  if (bytes.size() > room) whole_ = Whole::cut;
  line_.append(bytes.substr(0, room));
}

void LineSplitter::emit(const OnLine& on_line) {
  if (!line_.empty()) on_line(line_, whole_);
  line_.clear();
  whole_ = Whole::yes;
}

namespace {

constexpr char escape = '\x1b';

bool is_within(char c, char low, char high) {
  return c >= low && c <= high;
}

bool is_digit(char c) {
  return is_within(c, '0', '9');
}

/// Length of the escape sequence (ECMA-48) at the beginning of `text`, which is an escape.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2) return text.size();
  std::size_t end = 1;
  const auto skip = [&](char low, char high) {
    while (end < text.size() && is_within(text[end], low, high)) ++end;
  };
  if (text[1] == '[') {  // Control sequence: parameters, intermediates, a final byte.
    ++end;
    skip('\x30', '\x3f');
    skip('\x20', '\x2f');
    return std::min(end + 1, text.size());
  }
  if (std::string_view("]PX^_").find(text[1]) != std::string_view::npos) {  // A string, as a title.
    const std::size_t bell = text.find('\a', 2);
    const std::size_t terminator = text.find("\x1b\\", 2);
    const std::size_t last = std::min(bell, terminator);
    if (last == text.npos) return 2;
    return last + (last == bell ? 1 : 2);
  }
  skip('\x20', '\x2f');
  return std::min(end + 1, text.size());
}

bool is_name_char(char c) {
  return is_word_char(c) || std::string_view("-./@").find(c) != std::string_view::npos;
}

bool is_number(std::string_view text) {
  return !std::holds_alternative<std::string>(value_from_text(text));
}

/// Whether a value always ends before `c`: control characters, spaces, closing brackets, quotes.
bool ends_value(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '\x7f' ||
         std::string_view(";|)]}>&\"`").find(c) != std::string_view::npos;
}

/// Length of the character at `at` if it separates values unless digits are on both sides: a comma,
/// an apostrophe, a slash, a colon, typographic punctuation, arrows and boxes. 0: it does not.
std::size_t separator_length(std::string_view text, std::size_t at) {
  if (std::string_view(",'/:").find(text[at]) != std::string_view::npos) return 1;
  const std::size_t length = utf8_length(text, at);
  const std::string_view character = text.substr(at, length);
  constexpr std::string_view per_mille = "\xe2\x80\xb0";
  const bool separates = character == "\xc2\xa0" ||
                         character == "\xc2\xb7" ||  // No-break space, middle dot.
                         (length == 3 && character != per_mille &&
                          (character[0] == '\xe2' || character.starts_with("\xe3\x80") ||
                           character.starts_with("\xef\xbc")));
  return separates ? length : 0;
}

/// The unquoted value at the beginning of `text`.
std::string_view plain_value(std::string_view text) {
  // The bracket of nan(ind) ends no value.
  if (const auto number = not_finite_at(text); number && text[number->size - 1] == ')')
    return text.substr(0, number->size);
  const auto hard_end = std::ranges::find_if(text, ends_value);
  std::string_view value = text.substr(0, static_cast<std::size_t>(hard_end - text.begin()));
  for (std::size_t at = 0; at < value.size(); ++at) {
    const std::size_t length = separator_length(value, at);
    if (length == 0) continue;
    const bool digit_before = at == 0 || is_digit(value[at - 1]) || value[at - 1] == '.';
    const bool digit_after = at + length < value.size() && is_digit(value[at + length]);
    if (digit_before && digit_after) break;
    // Slashes and colons are common in texts, such as paths.
    const bool in_text = std::string_view("/:").find(value[at]) != std::string_view::npos;
    if (!in_text || is_number(value.substr(0, at))) return value.substr(0, at);
  }
  // The period of a sentence.
  if (value.ends_with('.') && is_number(value.substr(0, value.size() - 1))) value.remove_suffix(1);
  return value;
}

}  // namespace

std::string_view without_escapes(std::string_view line, std::string& buffer) {
  std::size_t next = line.find(escape);
  if (next == line.npos) return line;
  buffer.clear();
  while (next != line.npos) {
    buffer += line.substr(0, next);
    line.remove_prefix(next);
    line.remove_prefix(escape_length(line));
    next = line.find(escape);
  }
  buffer += line;
  return buffer;
}

void LineValues::add(std::string_view name, Value value) {
  std::string valid_name = valid_utf8(name);
  if (find_value(values, valid_name) != nullptr) {
    if (repeated.empty()) repeated = std::move(valid_name);
    return;
  }
  if (auto* const text = std::get_if<std::string>(&value)) *text = valid_utf8(*text);
  values.push_back({std::move(valid_name), std::move(value)});
}

Value value_from_text(std::string_view text) {
  std::string_view digits = text;
  if (digits.size() > 1 && digits.front() == '+' && digits[1] != '-') digits.remove_prefix(1);
  const char* const end = digits.data() + digits.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(digits.data(), end, whole);
      !digits.empty() && read.ec == std::errc{} && read.ptr == end)
    return whole;
  double number = 0;
  const auto read = std::from_chars(digits.data(), end, number);
  if (!digits.empty() && read.ptr == end) {
    if (read.ec == std::errc{}) return number;
    // Out of the range of a double: from_chars gives no value; strtod gives 0 or infinity.
    if (read.ec == std::errc::result_out_of_range)
      return std::strtod(std::string(digits).c_str(), nullptr);
  }
  return std::string(text);
}

bool is_word_char(char c) {
  return is_within(c, 'a', 'z') || is_within(c, 'A', 'Z') || is_digit(c) || c == '_';
}

bool has_comma_between_digits(std::string_view text) {
  for (std::size_t comma = text.find(','); comma != text.npos; comma = text.find(',', comma + 1))
    if (comma > 0 && is_digit(text[comma - 1]) && comma + 1 < text.size() &&
        is_digit(text[comma + 1]))
      return true;
  return false;
}

LineValues values_from_pairs(std::string_view line) {
  LineValues found;
  std::size_t last_end = 0;  // Of the value before.
  for (std::size_t sign = line.find('='); sign != line.npos; sign = line.find('=', sign + 1)) {
    std::size_t name_end = sign;
    while (name_end > last_end && line[name_end - 1] == ' ') --name_end;
    std::size_t name = name_end;
    while (name > last_end && is_name_char(line[name - 1])) --name;
    if (name == last_end && name > 0 && name < name_end && line[name] == '/') ++name;
    std::size_t value = sign + 1;
    while (value < line.size() && line[value] == ' ') ++value;
    if (name == name_end || value == line.size()) continue;
    const std::string_view rest = line.substr(value);
    const std::size_t quote = rest.front() == '"' ? rest.find('"', 1) : rest.npos;
    const std::string_view text =
        quote == rest.npos ? plain_value(rest) : rest.substr(1, quote - 1);
    if (text.empty()) continue;
    found.add(line.substr(name, name_end - name), value_from_text(text));
    last_end = value + (quote == rest.npos ? text.size() : quote + 1);
    sign = std::max(sign, last_end - 1);
  }
  return found;
}

const Value* find_value(const Config& values, std::string_view name) {
  const auto found = std::ranges::find(values, name, &schedulers::Setting::name);
  return found == values.end() ? nullptr : &found->value;
}

std::optional<double> as_number(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

}  // namespace troupe::actors
