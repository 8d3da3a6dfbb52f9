#include "actors/trial/arguments.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>

#include "actors/json.hpp"
#include "actors/study_file/templates.hpp"

namespace troupe::actors {

using schedulers::Scalar;
using schedulers::Value;
using Booleans = Entry::Booleans;
using Lists = Entry::Lists;

namespace {

bool is_option(std::string_view argument) {
  return argument.starts_with('-') && argument.find('=') == argument.npos;
}

const std::vector<Scalar>* list_in(const Value& value) {
  return std::get_if<std::vector<Scalar>>(&value);
}

/// Whether no argument is passed for the value.
bool is_absent(const Value& value, Lists lists) {
  const auto* list = list_in(value);
  return std::holds_alternative<std::monostate>(value) ||
         (list != nullptr && list->empty() && (lists == Lists::repeat || lists == Lists::nargs));
}

std::string joined_by_commas(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (&text == texts.data() ? "" : ",") + text;
  return list;
}

}  // namespace

std::vector<std::string> ArgumentWriter::texts(const std::vector<Scalar>& items) const {
  std::vector<std::string> texts;
  for (const Scalar& item : items) texts.push_back(text(schedulers::value_of(item)));
  return texts;
}

std::string ArgumentWriter::text(const Value& value) const {
  if (const auto* number = std::get_if<double>(&value)) return schedulers::plain_text_of(*number);
  if (const auto* truth = std::get_if<bool>(&value)) {
    if (booleans_ == Booleans::python) return *truth ? "True" : "False";
    if (booleans_ == Booleans::zero_one) return *truth ? "1" : "0";
    return *truth ? "true" : "false";
  }
  if (const auto* list = list_in(value))
    return entry_.lists == Lists::json ? to_json(*list, JsonLayout::spaced)
                                       : joined_by_commas(texts(*list));
  return std::holds_alternative<std::monostate>(value) ? std::string() : schedulers::text_of(value);
}

std::string ArgumentWriter::expanded(std::string_view text, bool name_flags) const {
  return expand_templates(text, [&](std::string_view name) -> std::optional<std::string> {
    if (const Value* value = schedulers::find(config_, name)) {
      const auto* truth = std::get_if<bool>(value);
      if (!name_flags || truth == nullptr || booleans_ != Booleans::flag) return this->text(*value);
      return *truth ? "--" + std::string(name) : std::string();
    }
    const auto fact = std::ranges::find(facts_, name, &std::pair<std::string, std::string>::first);
    if (fact == facts_.end()) return std::nullopt;
    return fact->second;
  });
}

void ArgumentWriter::add(std::vector<std::string>& argv, const std::string& option,
                         const std::string& value) const {
  if (entry_.args == Entry::Args::equals) {
    argv.push_back(option + "=" + value);
  } else {
    argv.push_back(option);
    argv.push_back(value);
  }
}

void ArgumentWriter::add_option(std::vector<std::string>& argv, const std::string& name,
                                const Value& value) const {
  const std::string option = "--" + name;
  const auto* truth = std::get_if<bool>(&value);
  const auto* list = list_in(value);
  if (is_absent(value, entry_.lists)) return;
  if (truth != nullptr && booleans_ == Booleans::flag) {
    if (*truth) argv.push_back(option);
  } else if (list != nullptr && entry_.lists == Lists::repeat) {
    for (const std::string& one : texts(*list)) add(argv, option, one);
  } else if (list != nullptr && entry_.lists == Lists::nargs) {
    argv.push_back(option);
    std::ranges::copy(texts(*list), std::back_inserter(argv));
  } else {
    add(argv, option, text(value));
  }
}

/// Appends the value of an argument that is one `${name}` and nothing else. An option of that name
/// directly before it belongs to it.
void ArgumentWriter::add_value(std::vector<std::string>& argv, const std::string& name,
                               const Value& value) const {
  const bool after_its_option = argv.size() > 1 && is_option_of(argv.back(), name);
  const auto* truth = std::get_if<bool>(&value);
  const bool is_flag = truth != nullptr && booleans_ == Booleans::flag;
  if (is_absent(value, entry_.lists) || (is_flag && !*truth)) {
    if (after_its_option) argv.pop_back();
    return;
  }
  if (is_flag) {
    if (!after_its_option) argv.push_back("--" + name);
    return;
  }
  const auto* list = list_in(value);
  if (list == nullptr || (entry_.lists != Lists::repeat && entry_.lists != Lists::nargs)) {
    argv.push_back(text(value));
    return;
  }
  std::string option;
  if (entry_.lists == Lists::repeat && argv.size() > 1 && is_option(argv.back())) {
    option = std::move(argv.back());
    argv.pop_back();
  }
  for (std::string& one : texts(*list)) {
    if (!option.empty()) argv.push_back(option);
    argv.push_back(std::move(one));
  }
}

/// Appends an argument `--option=${name}` whose value is null or a list to repeat. False: it is no
/// such argument.
bool ArgumentWriter::add_joined(std::vector<std::string>& argv, const std::string& argument) const {
  const std::size_t equals = argument.find("=${");
  if (equals == argument.npos || !argument.starts_with('-')) return false;
  const auto name = sole_template(std::string_view(argument).substr(equals + 1));
  const Value* value = name ? schedulers::find(config_, *name) : nullptr;
  if (value == nullptr) return false;
  if (is_absent(*value, entry_.lists)) return true;
  const auto* list = list_in(*value);
  if (list == nullptr || entry_.lists != Lists::repeat) return false;
  for (const std::string& one : texts(*list)) argv.push_back(argument.substr(0, equals + 1) + one);
  return true;
}

std::vector<std::string> ArgumentWriter::command() const {
  std::vector<std::string> argv;
  for (const std::string& argument : entry_.command) {
    const auto name = sole_template(argument);
    const Value* value = name ? schedulers::find(config_, *name) : nullptr;
    if (value != nullptr)
      add_value(argv, *name, *value);
    else if (!add_joined(argv, argument))
      argv.push_back(expanded(argument, true));
  }
  return argv;
}

}  // namespace troupe::actors
