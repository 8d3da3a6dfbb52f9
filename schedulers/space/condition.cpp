#include "schedulers/space/condition.hpp"

#include <algorithm>
#include <optional>

#include "schedulers/space/config.hpp"

namespace troupe::schedulers {
namespace {

using Relation = Requirement::Relation;

std::optional<double> number_of(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

}  // namespace

bool holds(const Requirement& requirement, const Value& value) {
  const Relation relation = requirement.relation;
  if (relation == Relation::one_of) return is_among(requirement.values, value);
  if (relation == Relation::none_of) return !is_among(requirement.values, value);
  const auto number = number_of(value);
  if (!number) return false;
  switch (relation) {
    case Relation::below:
      return *number < requirement.bound;
    case Relation::at_most:
      return *number <= requirement.bound;
    case Relation::above:
      return *number > requirement.bound;
    default:
      return *number >= requirement.bound;
  }
}

bool holds(const Condition& condition, const Config& config) {
  return std::ranges::all_of(condition, [&](const Requirement& requirement) {
    const Value* value = find(config, requirement.parameter);
    return value != nullptr && holds(requirement, *value);
  });
}

std::string to_text(const Condition& condition) {
  std::string text;
  for (const Requirement& requirement : condition) {
    text += (text.empty() ? "" : ", ") + requirement.parameter + ' ' +
            std::string(enum_names(Relation{})[static_cast<std::size_t>(requirement.relation)]) +
            ' ';
    if (requirement.values.empty()) text += plain_text_of(requirement.bound);
    for (std::size_t i = 0; i < requirement.values.size(); ++i)
      text += (i == 0 ? "" : " or ") + text_of(requirement.values[i]);
  }
  return text;
}

}  // namespace troupe::schedulers
