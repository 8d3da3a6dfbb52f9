#include "actors/study_file/to_yaml.hpp"

#include <algorithm>
#include <cctype>
#include <variant>

#include "actors/json.hpp"
#include "actors/study_file/plain_scalar.hpp"

namespace troupe::actors {
namespace {

std::string key_text(const std::string& key) {
  const bool plain =
      std::ranges::all_of(key, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; }) &&
      !key.empty() && std::holds_alternative<std::string>(plain_scalar(key));
  return plain ? key : json_string(key);
}

/// On one line.
std::string flow(const Element& element) {
  if (element.kind == Element::Kind::scalar) {
    const auto* text = element.as<std::string>();
    if (text != nullptr) return json_string(*text);
    return element.is_nothing() ? "null" : element.text;
  }
  std::string text;
  for (const Element& item : element.items) text += (text.empty() ? "" : ", ") + flow(item);
  if (element.kind == Element::Kind::sequence) return "[" + text + "]";
  for (const Member& member : element.members)
    text += (text.empty() ? "" : ", ") + key_text(member.key) + ": " + flow(member.value);
  return "{" + text + "}";
}

}  // namespace

std::string to_yaml(const Element& root) {
  std::string text;
  for (const Member& member : root.members) {
    text += key_text(member.key) + ":";
    const bool nested =
        member.value.kind == Element::Kind::mapping && !member.value.members.empty();
    if (!nested) {
      text += " " + flow(member.value) + "\n";
      continue;
    }
    text += "\n";
    for (const Member& inner : member.value.members)
      text += "  " + key_text(inner.key) + ": " + flow(inner.value) + "\n";
  }
  return text;
}

}  // namespace troupe::actors
