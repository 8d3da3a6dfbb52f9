#include "actors/study_file/section.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

std::vector<std::string_view> names_of(const SectionKeys& keys) {
  std::vector<std::string_view> names;
  for (const Key& key : keys.keys) names.push_back(key.name);
  return names;
}

/// " in SECTION"; empty at the top level.
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
  if (element.as<std::string>() != nullptr && !keys.bare_key.empty()) {
    members_.push_back({std::string(keys.bare_key), element.at, element});
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

std::optional<double> Section::real(std::string_view key) {
  const Member* member = find(key);
  if (member == nullptr) return std::nullopt;
  const auto number = member->value.number();
  if (number && std::isfinite(*number)) return number;
  refuse_type(key, member->value, "a number");
  return std::nullopt;
}

std::optional<std::int64_t> Section::integer(std::string_view key, std::int64_t low,
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

std::optional<bool> Section::boolean(std::string_view key) {
  const Member* member = find(key);
  if (member == nullptr) return std::nullopt;
  if (const auto* flag = member->value.as<bool>()) return *flag;
  refuse_type(key, member->value, "true or false");
  return std::nullopt;
}

std::optional<std::size_t> Section::choice(std::string_view key,
                                           std::span<const std::string_view> names,
                                           std::span<const schedulers::Synonym> synonyms) {
  const Member* member = find(key);
  if (member == nullptr) return std::nullopt;
  const std::vector<std::string_view> all(names.begin(), names.end());
  const auto* text = member->value.as<std::string>();
  if (text == nullptr) {
    refuse_type(key, member->value, "one of " + joined(all));
    return std::nullopt;
  }
  std::string_view word = *text;
  for (const auto& [synonym, name] : synonyms)
    if (!synonym.empty() && word == synonym) word = name;
  const auto at = std::ranges::find(all, word);
  if (at != all.end()) return static_cast<std::size_t>(at - all.begin());
  error(key, name_of(key) + " is '" + *text + "', which is none of its values" +
                 suggestion(*text, all, "values"));
  return std::nullopt;
}

bool Section::read(const schedulers::Option& option, void* options) {
  using schedulers::OptionType;
  std::optional<schedulers::OptionValue> value;
  switch (option.type) {
    case OptionType::boolean:
      value = boolean(option.key);
      break;
    case OptionType::integer:
      value = integer(option.key, option.least, option.most);
      break;
    case OptionType::text:
      value = text(option.key);
      break;
    case OptionType::choice:
      if (const auto index = choice(option.key, option.names, option.synonyms))
        value = static_cast<std::int64_t>(*index);
      break;
    case OptionType::choice_or_real:
      if (const Member* member = find(option.key); member != nullptr && member->value.number())
        return read_real(option, options);
      if (const auto index = choice(option.key, option.names, option.synonyms))
        value = static_cast<std::int64_t>(*index);
      break;
    case OptionType::real:
      return read_real(option, options);
    case OptionType::integers:
      return read_integers(option, options);
    case OptionType::section:
    case OptionType::custom:
      check(false, "sections and custom options are read by other code");
  }
  if (value) option.set(options, *value);
  return value.has_value();
}

bool Section::read_real(const schedulers::Option& option, void* options) {
  const bool is_choice = option.type == schedulers::OptionType::choice_or_real;
  // An infinite number for a choice is out of range; for a real option it has the wrong type.
  const auto number = is_choice ? find(option.key)->value.number() : real(option.key);
  if (!number) return false;
  option.set(options, *number);
  if (option.checked_in_use) return true;
  const schedulers::RealRange range =
      option.range_of == nullptr ? option.range : option.range_of(options);
  if (std::isfinite(*number) && range.contains(*number)) return true;
  if (range.expected.empty())
    error(option.key,
          name_of(option.key) + " must not be below " + schedulers::number_text(range.least));
  else
    error(option.key, name_of(option.key) + " must be " + std::string(range.expected) + "; found " +
                          find(option.key)->value.text);
  return false;
}

bool Section::read_integers(const schedulers::Option& option, void* options) {
  const Member* member = find(option.key);
  if (member == nullptr) return false;
  std::vector<std::int64_t> items;
  bool good = true;
  for (const Element& item : member->value.items) {
    const auto* number = item.as<std::int64_t>();
    good = number != nullptr && *number >= option.least && *number <= option.most;
    if (!good) {
      error(option.key, std::string(option.item) + " must be a whole number above " +
                            std::to_string(option.least - 1) + "; found " + describe(item));
      break;
    }
    items.push_back(*number);
  }
  if (good && items.empty()) {
    good = false;
    error(option.key,
          name_of(option.key) + " must be a list, such as [1, 3, 9]; found " +
              (member->value.kind == Element::Kind::sequence ? "an empty list"
                                                             : describe(member->value)));
  }
  option.set(options, items);
  return good;
}

void OptionReader::read_option(const schedulers::Option& option, void* into) {
  if (!given_.method.empty() && !option.is_for(given_.method)) return;
  if (option.type == schedulers::OptionType::section) return read_nested(option, into);
  const bool here = option.required.empty()
                        ? section_.has(option.key)
                        : section_.require(option.key, option.required) != nullptr;
  bool good = here;
  if (here) given_.keys.emplace_back(option.key);
  if (here && option.type != schedulers::OptionType::custom) good = section_.read(option, into);
  if (here && !good) given_.refused.emplace_back(option.key);
  lacks_required_ = lacks_required_ || (!option.required.empty() && !good);
}

void OptionReader::read_nested(const schedulers::Option& option, void* into) {
  check(option.section != nullptr, "a section has a description");
  if (!section_.has(option.key)) return;
  given_.keys.emplace_back(option.key);
  if (option.section_used != nullptr && !option.section_used(into)) return;
  Section& nested =
      nested_.emplace_back(option.key, section_.section(option.key, keys_of(option.section->name)))
          .second;
  for (const schedulers::Option& inner : option.section->options) {
    if (!nested.has(inner.key)) continue;
    const std::string path = std::string(option.key) + "." + std::string(inner.key);
    given_.keys.push_back(path);
    if (!nested.read(inner, option.nested(into))) given_.refused.push_back(path);
  }
}

void OptionReader::error(const schedulers::OptionProblem& problem) {
  const std::size_t dot = problem.option.find('.');
  if (dot == problem.option.npos) return section_.error(problem.option, problem.what);
  const auto nested = std::ranges::find(nested_, problem.option.substr(0, dot),
                                        &std::pair<std::string_view, Section>::first);
  check(nested != nested_.end(), "a problem with a nested option is in a section that was read");
  nested->second.error(problem.option.substr(dot + 1), problem.what);
}

Section Section::section(std::string_view key, const SectionKeys& keys) {
  if (const Member* member = find(key)) return {member->value, member->at, keys, *problems_};
  return {Element{}, at_, keys, *problems_};
}

}  // namespace troupe::actors
