#include "actors/trial/report_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

namespace troupe::actors {

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

using schedulers::Config;
using schedulers::Value;

namespace {

/// A number that JSON does not have: its text in Python, and a JSON string that replaces it. The
/// string begins with a control character, so that no program prints it.
struct Special {
  std::string_view python;
  std::string_view json;
  double value;
};
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::array<Special, 3> specials{
    Special{"-Infinity", "\"\\u0001-inf\"", -infinity},
    Special{"Infinity", "\"\\u0001inf\"", infinity},
    Special{"NaN", "\"\\u0001nan\"", std::numeric_limits<double>::quiet_NaN()}};

/// JSON as Python prints it, with each special number replaced by its string.
std::string without_specials(std::string_view json) {
  std::string out;
  bool in_string = false;
  while (!json.empty()) {
    const char c = json.front();
    if (in_string && c == '\\' && json.size() > 1) {
      out += json.substr(0, 2);
      json.remove_prefix(2);
      continue;
    }
    if (c == '"') in_string = !in_string;
    const auto* const special =
        in_string ? specials.end() : std::ranges::find_if(specials, [&](const Special& each) {
          return json.starts_with(each.python);
        });
    if (special != specials.end()) {
      out += special->json;
      json.remove_prefix(special->python.size());
      continue;
    }
    out += c;
    json.remove_prefix(1);
  }
  return out;
}

Value value_from_string(const std::string& text) {
  if (text.starts_with('\1'))
    for (const auto& special : specials)
      // The text between the quotes, after the escape of the control character.
      if (special.json.substr(7, special.json.size() - 8) == std::string_view(text).substr(1))
        return special.value;
  return text;
}

Value value_from_json(const nlohmann::ordered_json& member) {
  if (member.is_boolean()) return member.get<bool>();
  if (member.is_number_unsigned()) {
    const auto number = member.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return static_cast<double>(number);
    return static_cast<std::int64_t>(number);
  }
  if (member.is_number_integer()) return member.get<std::int64_t>();
  if (member.is_number_float()) return member.get<double>();
  if (member.is_string()) return value_from_string(member.get<std::string>());
  return member.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./|@").find(c) != std::string_view::npos;
}

void set(Config& values, std::string_view name, Value value) {
  for (auto& setting : values)
    if (setting.name == name) {
      setting.value = std::move(value);
      return;
    }
  values.push_back({std::string(name), std::move(value)});
}

}  // namespace

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

Result<Config> values_from_json(std::string_view json) {
  // Deep nesting would overflow the stack of the recursive parser.
  constexpr int depth_max = 20;
  const auto shallow = [](int depth, nlohmann::ordered_json::parse_event_t, const auto&) {
    if (depth > depth_max) throw std::length_error("it is nested too deeply");
    return true;
  };
  try {
    const auto object = nlohmann::ordered_json::parse(without_specials(json), shallow);
    if (!object.is_object()) return Error{ErrorKind::bad_input, "it is no JSON object"};
    Config values;
    for (const auto& [name, member] : object.items())
      if (!member.is_null()) set(values, name, value_from_json(member));
    return values;
  } catch (const nlohmann::json::parse_error& error) {
    return Error{ErrorKind::bad_input,
                 "it is no JSON at byte " + std::to_string(error.byte) + " of the object"};
  } catch (const std::exception& error) {
    return Error{ErrorKind::bad_input, error.what()};
  }
}

Config values_from_pairs(std::string_view line) {
  Config values;
  for (std::size_t sign = line.find('='); sign != line.npos; sign = line.find('=', sign + 1)) {
    std::size_t name_end = sign;
    while (name_end > 0 && line[name_end - 1] == ' ') --name_end;
    std::size_t name = name_end;
    while (name > 0 && is_name_char(line[name - 1])) --name;
    std::size_t value = sign + 1;
    while (value < line.size() && line[value] == ' ') ++value;
    const std::size_t value_end = std::min(line.find_first_of(" \t,;)]}", value), line.size());
    if (name < name_end && value < value_end)
      set(values, line.substr(name, name_end - name),
          value_from_text(line.substr(value, value_end - value)));
  }
  return values;
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
