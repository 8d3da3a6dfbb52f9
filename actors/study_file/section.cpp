#include "actors/study_file/section.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/core/check.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {
namespace {

std::vector<std::string_view> names_of(const SectionKeys& keys) {
  std::vector<std::string_view> names;
  for (const Key& key : keys.keys) names.push_back(key.name);
  return names;
}

/// " in scheduler", or nothing at the top.
std::string in_section(const SectionKeys& keys) {
  return keys.section.empty() ? "" : " in " + std::string(keys.section);
}

}  // namespace

Section::Section(const Element& element, Position at, const SectionKeys& keys,
                 ProblemList& problems)
    : keys_(&keys), problems_(&problems), at_(at) {
  if (element.is_nothing()) return;
  if (element.kind == Element::Kind::mapping) {
    take_members(element);
    return;
  }
  if (element.as<std::string>() != nullptr && !keys.only.empty()) {
    members_.push_back({std::string(keys.only), element.at, element});
    return;
  }
  const std::string what =
      keys.section.empty() ? "a study file" : "'" + std::string(keys.section) + "'";
  problems.error(element.at, what + " must be a mapping (keys: " + joined(names_of(keys)) +
                                 "); found " + describe(element));
  refused_ = names_of(keys);
}

void Section::take_members(const Element& mapping) {
  for (const Member& member : mapping.members) {
    const auto key = std::ranges::find_if(keys_->keys, [&](const Key& known) {
      return known.name == member.key || (!known.alias.empty() && known.alias == member.key);
    });
    if (key == keys_->keys.end()) {
      refuse_key(member);
      continue;
    }
    if (const auto first = std::ranges::find(members_, key->name, &Member::key);
        first != members_.end()) {
      problems_->error(member.at, "'" + member.key + "' is another name of '" +
                                      std::string(key->name) + "', which is given in line " +
                                      std::to_string(first->at.line));
      continue;
    }
    if (member.value.is_nothing()) {
      problems_->error(member.at, "'" + member.key + "' has no value");
      refused_.push_back(key->name);
      continue;
    }
    members_.push_back({std::string(key->name), member.at, member.value});
  }
}

void Section::refuse_key(const Member& member) {
  const std::string_view home = home_of(member.key);
  std::string message = "unknown key '" + member.key + "'" + in_section(*keys_);
  if (home.empty() || home == keys_->section)
    message += suggestion(member.key, names_of(*keys_), "keys");
  else
    message += "; it belongs " + std::string(home == "the top level" ? "at " : "in ") +
               std::string(home) + " (keys here: " + joined(names_of(*keys_)) + ")";
  problems_->error(member.at, std::move(message));
}

const Member* Section::find(std::string_view key) const {
  check(std::ranges::find(keys_->keys, key, &Key::name) != keys_->keys.end(),
        "a section is asked for its own keys");
  const auto member = std::ranges::find(members_, key, &Member::key);
  return member == members_.end() ? nullptr : &*member;
}

const Member* Section::require(std::string_view key, std::string_view why) {
  const Member* member = find(key);
  if (member == nullptr && std::ranges::find(refused_, key) == refused_.end())
    problems_->error(at_, "'" + std::string(key) + "'" + in_section(*keys_) +
                              " is missing: " + std::string(why));
  return member;
}

Position Section::place(std::string_view key) const {
  const Member* member = find(key);
  return member == nullptr ? at_ : member->value.at;
}

std::string Section::name_of(std::string_view key) const {
  return keys_->section.empty() ? "'" + std::string(key) + "'"
                                : "'" + std::string(keys_->section) + "." + std::string(key) + "'";
}

void Section::refuse_type(std::string_view key, const Element& found, std::string_view expected) {
  std::string message =
      name_of(key) + " must be " + std::string(expected) + "; found " + describe(found);
  const bool quoted_number = found.as<std::string>() != nullptr &&
                             plain_scalar(found.text).index() != found.scalar.index();
  if (quoted_number) message += " in quotes; take the quotes away";
  problems_->error(found.at, std::move(message));
}

std::optional<std::string> Section::text(std::string_view key) {
  const Member* member = find(key);
  if (member == nullptr) return std::nullopt;
  const auto* text = member->value.as<std::string>();
  if (text != nullptr && !text->empty()) return *text;
  const bool scalar = member->value.kind == Element::Kind::scalar && text == nullptr;
  refuse_type(key, member->value, scalar ? "a text (put it in quotes)" : "a text");
  return std::nullopt;
}

std::optional<double> Section::any_number(std::string_view key) {
  const Member* member = find(key);
  if (member == nullptr) return std::nullopt;
  const auto number = member->value.number();
  if (number && std::isfinite(*number)) return number;
  refuse_type(key, member->value, "a number");
  return std::nullopt;
}

std::optional<double> Section::number_above(std::string_view key, double bound) {
  const auto number = any_number(key);
  if (!number || *number > bound) return number;
  error(key, name_of(key) + " must be above " + schedulers::text_of(bound) + "; found " +
                 find(key)->value.text);
  return std::nullopt;
}

std::optional<std::int64_t> Section::whole(std::string_view key, std::int64_t low,
                                           std::int64_t high) {
  const Member* member = find(key);
  if (member == nullptr) return std::nullopt;
  const auto* number = member->value.as<std::int64_t>();
  if (number == nullptr) {
    refuse_type(key, member->value, "a whole number");
    return std::nullopt;
  }
  if (*number >= low && *number <= high) return *number;
  error(key,
        name_of(key) + " must be " +
            (*number < low ? std::to_string(low) + " or more" : std::to_string(high) + " or less") +
            "; found " + std::to_string(*number));
  return std::nullopt;
}

std::optional<bool> Section::truth(std::string_view key) {
  const Member* member = find(key);
  if (member == nullptr) return std::nullopt;
  if (const auto* truth = member->value.as<bool>()) return *truth;
  refuse_type(key, member->value, "true or false");
  return std::nullopt;
}

std::optional<std::size_t> Section::index_of(std::string_view key,
                                             const std::vector<std::string_view>& names,
                                             const std::vector<Synonym>& synonyms) {
  const Member* member = find(key);
  if (member == nullptr) return std::nullopt;
  const auto* text = member->value.as<std::string>();
  if (text == nullptr) {
    refuse_type(key, member->value, "one of " + joined(names));
    return std::nullopt;
  }
  std::string_view word = *text;
  for (const auto& [synonym, name] : synonyms)
    if (word == synonym) word = name;
  const auto at = std::ranges::find(names, word);
  if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
  error(key, name_of(key) + " is '" + *text + "', which is none of its values" +
                 suggestion(*text, names, "values"));
  return std::nullopt;
}

Section Section::section(std::string_view key, const SectionKeys& keys) {
  if (const Member* member = find(key)) return {member->value, member->at, keys, *problems_};
  return {Element{}, at_, keys, *problems_};
}

}  // namespace troupe::actors
