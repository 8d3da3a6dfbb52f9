#include "schedulers/option.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

std::string list_text(const std::vector<std::int64_t>& items) {
  std::string text;
  for (const std::int64_t item : items) text += (text.empty() ? "" : ", ") + std::to_string(item);
  return "[" + text + "]";
}

}  // namespace

const Option& option_named(std::span<const Option> options, std::string_view key) {
  const auto found = std::ranges::find(options, key, &Option::key);
  check(found != options.end(), "an option that is asked for by its key is described");
  return *found;
}

std::string number_text(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

std::string value_text(const Option& option, const OptionValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<double>(&value)) return number_text(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* items = std::get_if<std::vector<std::int64_t>>(&value)) return list_text(*items);
  const std::int64_t integer = std::get<std::int64_t>(value);
  if (option.names.empty()) return std::to_string(integer);
  check(integer >= 0 && static_cast<std::size_t>(integer) < option.names.size(),
        "the value of a choice is the index of one of its names");
  return std::string(option.names[static_cast<std::size_t>(integer)]);
}

std::string doc_of(const Option& option, const void* options) {
  constexpr std::string_view placeholder = "{default}";
  std::string doc(option.doc);
  const std::size_t at = doc.find(placeholder);
  if (at == doc.npos) return doc;
  check(option.get != nullptr, "an option whose documentation names the default has a member");
  const auto value = option.get(options);
  check(value.has_value(), "an option whose documentation names the default has one");
  return doc.replace(at, placeholder.size(), value_text(option, *value));
}

void check_range(const Option& option, double value, std::vector<OptionProblem>& found) {
  check(!option.range.expected.empty(), "a range that a message quotes is described in words");
  if (std::isfinite(value) && option.range.contains(value)) return;
  found.push_back({option.key, std::string(option.key) + " is " + number_text(value) +
                                   "; it must be " + std::string(option.range.expected)});
}

}  // namespace troupe::schedulers
