#include "actors/study_file/read_condition.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "actors/study_file/plain_scalar.hpp"
#include "actors/study_file/read_domain.hpp"

namespace troupe::actors {
namespace {

using namespace schedulers;
using Relation = Requirement::Relation;

/// A comparison as it is written, split into its parts.
struct Comparison {
  Relation relation = Relation::none_of;
  std::string_view operand;
};

std::optional<Comparison> comparison_of(const Element& element) {
  const auto* text = element.as<std::string>();
  if (text == nullptr) return std::nullopt;
  constexpr std::array signs{
      std::pair<std::string_view, Relation>{"<=", Relation::at_most},
      std::pair<std::string_view, Relation>{">=", Relation::at_least},
      std::pair<std::string_view, Relation>{"!=", Relation::none_of},
      std::pair<std::string_view, Relation>{"<", Relation::below},
      std::pair<std::string_view, Relation>{">", Relation::above},
  };
  for (const auto& [sign, relation] : signs) {
    if (!text->starts_with(sign)) continue;
    std::string_view operand = *text;
    operand.remove_prefix(std::min(operand.find_first_not_of(' ', sign.size()), operand.size()));
    return Comparison{relation, operand};
  }
  return std::nullopt;
}

/// The value that an unquoted word of a comparison means.
std::optional<Value> value_of_word(std::string_view word) {
  Element element;
  element.scalar = plain_scalar(word);
  return value_of(element);
}

/// Of a domain of numbers: those that show whether a comparison ever holds, and whether always. For
/// a range its ends do.
std::vector<Value> telling_values(const Domain& domain) {
  if (const auto* choice = std::get_if<Choice>(&domain)) return choice->values;
  if (const auto* ordinal = std::get_if<Ordinal>(&domain)) return ordinal->values;
  return {value_at(domain, 0), value_at(domain, 1)};
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

/// Reads what is asked of one parameter.
class RequirementReader {
 public:
  RequirementReader(const Parameter& parameter, const Element& element, ProblemList& problems)
      : parameter_(parameter), element_(element), problems_(problems) {}

  std::optional<Requirement> read() {
    if (element_.kind == Element::Kind::sequence) return one_of(element_.items);
    const auto literal = value_of(element_);
    if (literal && fitted(parameter_.domain, *literal)) return one_of({element_});
    const auto comparison = comparison_of(element_);
    if (!comparison) return one_of({element_});
    const auto operand = value_of_word(comparison->operand);
    if (!operand || comparison->operand.empty())
      return refuse(element_, "there is nothing to compare with in '" + element_.text + "'");
    return comparison->relation == Relation::none_of ? differing(*operand)
                                                     : compared(comparison->relation, *operand);
  }

 private:
  std::nullopt_t refuse(const Element& at, const std::string& what) {
    problems_.error(at.at, parameter_.name + ": " + what);
    return std::nullopt;
  }

  std::nullopt_t refuse_value(const Element& at, const std::string& found) {
    return refuse(at, found + " is not in the space; expected a value of " +
                          to_text(parameter_.domain) +
                          ", a list of such values, or a comparison "
                          "such as \"> 0.5\"");
  }

  std::nullopt_t refuse_continuum() {
    return refuse(element_, "a value of " + to_text(parameter_.domain) +
                                " is hardly ever met exactly; compare with it, such as \"> " +
                                element_.text + "\"");
  }

  std::optional<Requirement> one_of(const std::vector<Element>& items) {
    if (items.empty()) return refuse(element_, "the list is empty, so the condition never holds");
    Requirement requirement{.parameter = parameter_.name};
    for (const Element& item : items) {
      const auto value = value_of(item);
      const auto fit = value ? fitted(parameter_.domain, *value) : std::nullopt;
      if (!fit) return refuse_value(item, describe(item));
      if (!cardinality(parameter_.domain)) return refuse_continuum();
      requirement.values.push_back(*fit);
    }
    return requirement;
  }

  std::optional<Requirement> differing(const Value& operand) {
    const auto fit = fitted(parameter_.domain, operand);
    if (!fit) return refuse_value(element_, "what '" + element_.text + "' excludes");
    if (!cardinality(parameter_.domain))
      return refuse(element_, "a value of " + to_text(parameter_.domain) +
                                  " always differs; compare with \"<\" or \">\"");
    return Requirement{
        .parameter = parameter_.name, .relation = Relation::none_of, .values = {*fit}};
  }

  std::optional<Requirement> compared(Relation relation, const Value& operand) {
    const auto values = telling_values(parameter_.domain);
    if (!std::ranges::all_of(values, is_number))
      return refuse(element_, "'" + element_.text + "' compares numbers, but the domain is " +
                                  to_text(parameter_.domain) + "; give a value or a list of them");
    if (!is_number(operand))
      return refuse(element_, "'" + element_.text + "' must compare with a number");
    Requirement requirement{.parameter = parameter_.name, .relation = relation};
    if (const auto* whole = std::get_if<std::int64_t>(&operand))
      requirement.bound = static_cast<double>(*whole);
    else
      requirement.bound = std::get<double>(operand);
    const auto held = std::ranges::count_if(
        values, [&](const Value& value) { return holds(requirement, value); });
    if (held == 0 || held == std::ssize(values))
      return refuse(element_, "'" + element_.text + "' holds for " +
                                  (held == 0 ? "no value" : "every value") + " of " +
                                  to_text(parameter_.domain));
    return requirement;
  }

  const Parameter& parameter_;
  const Element& element_;
  ProblemList& problems_;
};

}  // namespace

std::optional<Condition> read_condition(const Element& element, const std::string& noun,
                                        const std::vector<Parameter>& parameters,
                                        const std::vector<std::string_view>& declared,
                                        ProblemList& problems) {
  if (element.kind != Element::Kind::mapping || element.members.empty()) {
    problems.error(element.at, noun +
                                   " must be a mapping of parameters to values, such as "
                                   "{optimizer: sgd} or {layers: \"> 2\"}; found " +
                                   (element.kind == Element::Kind::mapping ? "an empty mapping"
                                                                           : describe(element)));
    return std::nullopt;
  }
  Condition condition;
  for (const Member& member : element.members) {
    const auto parameter = std::ranges::find(parameters, member.key, &Parameter::name);
    if (parameter != parameters.end()) {
      if (auto requirement = RequirementReader(*parameter, member.value, problems).read())
        condition.push_back(std::move(*requirement));
    } else if (std::ranges::find(declared, member.key) == declared.end()) {
      problems.error(member.at, "'" + member.key + "' is no parameter of config_space" +
                                    suggestion(member.key, declared, "parameters"));
    }
  }
  if (condition.size() != element.members.size()) return std::nullopt;
  return condition;
}

}  // namespace troupe::actors
