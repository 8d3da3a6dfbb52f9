#include "actors/sequence/merge.hpp"

#include <algorithm>
#include <cctype>
#include <utility>
#include <variant>

#include "actors/json.hpp"
#include "actors/study_file/plain_scalar.hpp"

namespace troupe::actors {
namespace {

const SectionKeys& no_keys() {
  static const SectionKeys none{};
  return none;
}

/// Of a section of a study file; none of any other mapping.
const SectionKeys& keys_below(std::string_view section) {
  for (const auto* keys : {&entry_keys(), &scheduler_keys(), &searcher_keys(), &resources_keys(),
                           &stop_criterion_keys(), &report_keys(), &memory_keys()})
    if (keys->section == section) return *keys;
  return no_keys();
}

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

std::string_view canonical(const SectionKeys& keys, std::string_view key) {
  for (const Key& known : keys.keys)
    if (!known.alias.empty() && known.alias == key) return known.name;
  return key;
}

Element merged(const Element& base, const Element& changes, const SectionKeys& keys) {
  Element result = base;
  for (const Member& change : changes.members) {
    const std::string_view name = canonical(keys, change.key);
    const auto there = std::ranges::find_if(
        result.members, [&](const Member& member) { return canonical(keys, member.key) == name; });
    if (there == result.members.end()) {
      result.members.push_back(change);
      continue;
    }
    const bool both =
        there->value.kind == Element::Kind::mapping && change.value.kind == Element::Kind::mapping;
    Element value = both ? merged(there->value, change.value, keys_below(name)) : change.value;
    if (both) value.at = there->value.at;
    *there = Member{change.key, both ? there->at : change.at, std::move(value)};
  }
  return result;
}

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
