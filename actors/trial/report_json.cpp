#include "actors/trial/report_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "actors/study_file/surrogate_pairs.hpp"
#include "actors/trial/not_finite.hpp"
#include "actors/utf8.hpp"

namespace troupe::actors {

using schedulers::Value;

namespace {

constexpr std::size_t json_max = 50'000;  ///< Bytes; Syne Tune's own limit.
constexpr double infinity = std::numeric_limits<double>::infinity();

/// A number that JSON does not have. `marker` is the content of the JSON string that replaces it;
/// the string begins with a control character, which no program prints.
struct Special {
  std::string_view marker;
  double value;
};
constexpr std::array<Special, 3> specials{Special{"nan", std::numeric_limits<double>::quiet_NaN()},
                                          Special{"inf", infinity}, Special{"-inf", -infinity}};

/// A special number in a JSON text.
struct FoundSpecial {
  std::size_t at = 0;
  std::size_t size = 0;
  std::string_view marker;
};

/// The special number at `at`, which is outside of strings.
std::optional<FoundSpecial> special_at(std::string_view json, std::size_t at) {
  const auto number = not_finite_at(json.substr(at));
  if (!number) return std::nullopt;
  std::string_view marker = "nan";
  if (!std::isnan(number->value)) marker = number->value > 0 ? "inf" : "-inf";
  return FoundSpecial{at, number->size, marker};
}

/// The special numbers outside of strings, in their order.
std::vector<FoundSpecial> specials_in(std::string_view json) {
  std::vector<FoundSpecial> found;
  bool in_string = false;
  char before = ' ';
  for (std::size_t at = 0; at < json.size(); before = json[at], ++at) {
    const char c = json[at];
    if (in_string && c == '\\') {
      ++at;
      if (at == json.size()) break;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && !is_word_char(before) &&
               std::string_view("nNiI+-1").find(c) != std::string_view::npos) {
      if (const auto special = special_at(json, at)) {
        found.push_back(*special);
        at += special->size - 1;
      }
    }
  }
  return found;
}

std::string marked(std::string_view marker) {
  return "\"\\u0001" + std::string(marker) + "\"";
}

/// `json` with a string in place of each special number.
std::string with_markers(std::string_view json, const std::vector<FoundSpecial>& found) {
  std::string out;
  std::size_t from = 0;
  for (const FoundSpecial& special : found) {
    out += json.substr(from, special.at - from);
    out += marked(special.marker);
    from = special.at + special.size;
  }
  out += json.substr(from);
  return out;
}

Value value_from_string(std::string text) {
  if (text.starts_with('\1'))
    for (const Special& special : specials)
      if (special.marker == std::string_view(text).substr(1)) return special.value;
  return text;
}

/// The text of an array or object, with special numbers as Python prints them.
std::string nested_text(const nlohmann::ordered_json& member) {
  std::string text = member.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  for (const auto& [marker, python] :
       {std::pair{"nan", "NaN"}, std::pair{"inf", "Infinity"}, std::pair{"-inf", "-Infinity"}}) {
    const std::string from = marked(marker);
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at))
      text.replace(at, from.size(), python);
  }
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
  return nested_text(member);
}

/// The message about JSON that cannot be parsed at `byte`, counted from 1.
std::string no_json(std::string_view json, std::size_t byte) {
  std::string what = "it is no JSON at byte " + std::to_string(byte) + " of the object";
  const std::string_view read = json.substr(0, byte);
  const std::size_t number = read.find_last_not_of("0123456789.,") + 1;
  if (has_comma_between_digits(read.substr(number)))
    what += "; write numbers with a decimal point and without thousands separators";
  return what;
}

/// Size of the object at the beginning of `text`, up to its closing brace; 0 if it is not closed.
std::size_t object_size(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string && c == '\\')
      ++at;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && c == '{')
      ++depth;
    else if (!in_string && c == '}' && --depth == 0)
      return at + 1;
  }
  return 0;
}

}  // namespace

Result<LineValues> values_from_json(std::string_view json, std::string_view metric) {
  // Deep nesting would overflow the stack of the recursive parser.
  constexpr int depth_max = 20;
  LineValues line;
  std::vector<std::string> names;
  // Called for each key and value; refuses a key of the object that came before.
  const auto take = [&](int depth, nlohmann::ordered_json::parse_event_t event,
                        const nlohmann::ordered_json& parsed) {
    if (depth > depth_max) throw std::length_error("it is nested too deeply");
    if (depth != 1 || event != nlohmann::ordered_json::parse_event_t::key) return true;
    const auto& name = parsed.get_ref<const std::string&>();
    if (std::ranges::find(names, name) != names.end()) {
      if (line.repeated.empty()) line.repeated = name;
      return false;
    }
    names.push_back(name);
    return true;
  };
  const std::string valid = without_halves_of_pairs(valid_utf8(json));
  const std::string text = with_markers(valid, specials_in(valid));
  try {
    const auto object = nlohmann::ordered_json::parse(text, take);
    if (!object.is_object()) return Error{ErrorKind::bad_input, "it is no JSON object"};
    for (const auto& [name, member] : object.items())
      if (member.is_null() && name == metric)
        line.add(name, std::numeric_limits<double>::quiet_NaN());
      else if (!member.is_null())
        line.add(name, value_from_json(member));
    return line;
  } catch (const nlohmann::json::parse_error& error) {
    return Error{ErrorKind::bad_input, no_json(text, error.byte)};
  } catch (const std::exception& error) {
    return Error{ErrorKind::bad_input, error.what()};
  }
}

std::vector<Result<LineValues>> values_of_tagged_objects(std::string_view line,
                                                         std::string_view metric) {
  std::vector<Result<LineValues>> found;
  const auto refuse = [&](std::string why) {
    found.emplace_back(Error{ErrorKind::bad_input, std::move(why)});
  };
  std::size_t tag = line.find(syne_tag);
  while (tag != line.npos) {
    const std::size_t begin = tag + syne_tag.size() + 1;
    const std::size_t next = line.find(syne_tag, tag + 1);
    tag = next;  // After an object that cannot be read.
    if (!line.substr(std::min(begin - 1, line.size())).starts_with(" {")) {
      refuse("the tag is not followed by ' {...}'");
      continue;
    }
    const std::string_view rest = line.substr(begin);
    std::size_t size = object_size(rest);
    // A brace in a text without its end: to the last brace, so that the error names the place.
    if (size == 0) size = line.substr(begin, next - begin).rfind('}') + 1;
    if (size == 0) {
      refuse("the tag is not followed by ' {...}'");
      continue;
    }
    if (size > json_max) {
      refuse("its JSON is longer than " + std::to_string(json_max) + " bytes");
      continue;
    }
    found.push_back(values_from_json(rest.substr(0, size), metric));
    if (!found.back()) continue;
    tag = line.find(syne_tag, begin + size);
    const std::size_t after = rest.find_first_not_of(' ', size);
    if (after != rest.npos && rest[after] == '{') refuse("a second object has no tag of its own");
  }
  return found;
}

}  // namespace troupe::actors
