#include "actors/study_file/read_space.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "actors/study_file/read_domain.hpp"
#include "actors/study_file/scalar.hpp"

namespace troupe::actors {
namespace {

using namespace schedulers;
using Relation = Requirement::Relation;

/// The parts of a written comparison, as in "> 2".
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

/// The value of a comparison's right side.
std::optional<Value> value_of_word(std::string_view word) {
  Element element;
  element.scalar = plain_scalar(word);
  return value_of(element);
}

/// Values of a domain of numbers that show whether a comparison holds for none or for all of them:
/// the values of a list, the ends of a range.
std::vector<Value> telling_values(const Domain& domain) {
  if (const auto* choice = std::get_if<Choice>(&domain)) return choice->values;
  if (const auto* ordinal = std::get_if<Ordinal>(&domain)) return ordinal->values;
  return {value_at(domain, 0), value_at(domain, 1)};
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

/// Reads the requirement on one parameter.
class RequirementReader {
 public:
  RequirementReader(const Parameter& parameter, const Element& element, ProblemList& problems)
      : parameter_(parameter), element_(element), problems_(problems) {}

  std::optional<Requirement> read() {
    const auto literal = value_of(element_);
    if (literal && fitted(parameter_.domain, *literal)) return one_of({element_});
    if (element_.kind == Element::Kind::sequence) return one_of(element_.items);
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

/// Reads a condition: requirements on parameters, all of which must hold.
///
///     {optimizer: sgd}             the value
///     {optimizer: [sgd, adam]}     one of these
///     {layers: "> 2"}              a comparison: <, <=, >, >= with a number, != with any value
///
/// `declared`: the names in config_space; one that `parameters` lack has a problem that was
/// reported. `noun` names the condition in messages. None: its problems were reported.
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

/// Whether a name can be used without quotes in `--name`, `HP_name`, `config_name` and `${name}`.
bool is_parameter_name(std::string_view name) {
  const auto is_inner = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  };
  return !name.empty() &&
         (std::isalpha(static_cast<unsigned char>(name.front())) != 0 || name.front() == '_') &&
         std::ranges::all_of(name, is_inner);
}

const Member* when_of(const Member& parameter) {
  if (parameter.value.kind != Element::Kind::mapping) return nullptr;
  const auto when = std::ranges::find(parameter.value.members, "when", &Member::key);
  return when == parameter.value.members.end() ? nullptr : &*when;
}

/// Removes parameters that depend on a parameter that was removed.
void leave_out_dependents(std::vector<Parameter>& parameters) {
  const auto is_orphan = [&](const Parameter& parameter) {
    return std::ranges::any_of(parameter.when, [&](const Requirement& requirement) {
      return std::ranges::find(parameters, requirement.parameter, &Parameter::name) ==
             parameters.end();
    });
  };
  for (auto at = parameters.begin(); at != parameters.end();)
    at = is_orphan(*at) ? (parameters.erase(at), parameters.begin()) : at + 1;
}

void leave_out(std::vector<Parameter>& parameters, const std::string& name) {
  std::erase_if(parameters, [&](const Parameter& parameter) { return parameter.name == name; });
}

/// Reads the conditions `when` of all parameters; they may name parameters further down.
void read_whens(const Element& element, std::vector<Parameter>& parameters,
                const std::vector<std::string_view>& declared, ProblemList& problems) {
  std::vector<std::string> bad;
  for (const Member& member : element.members) {
    const Member* when = when_of(member);
    const auto parameter = std::ranges::find(parameters, member.key, &Parameter::name);
    if (when == nullptr || parameter == parameters.end()) continue;
    auto condition =
        read_condition(when->value, "'when' of " + member.key, parameters, declared, problems);
    if (condition)
      parameter->when = std::move(*condition);
    else
      bad.push_back(member.key);
  }
  for (const std::string& name : bad) leave_out(parameters, name);
  leave_out_dependents(parameters);
  for (auto names = condition_cycle(parameters); !names.empty();
       names = condition_cycle(parameters)) {
    std::string path;
    for (const std::string& name : names) path += name + " waits for ";
    const auto first = std::ranges::find(element.members, names.front(), &Member::key);
    problems.error(when_of(*first)->at, "'when' goes in a circle: " + path + names.front() +
                                            "; one of them must not depend on the others");
    for (const std::string& name : names) leave_out(parameters, name);
    leave_out_dependents(parameters);
  }
}

std::vector<Condition> read_forbid(const Element& element, const std::vector<Parameter>& parameters,
                                   const std::vector<std::string_view>& declared,
                                   ProblemList& problems) {
  if (element.kind != Element::Kind::sequence) {
    problems.error(element.at,
                   "forbid must be a list of conditions, such as "
                   "`forbid: [{optimizer: sgd, lr: \"> 0.5\"}]`; found " +
                       describe(element));
    return {};
  }
  std::vector<Condition> forbidden;
  for (const Element& item : element.items)
    if (auto condition =
            read_condition(item, "a condition of forbid", parameters, declared, problems))
      forbidden.push_back(std::move(*condition));
  return forbidden;
}

/// Reports a space in which nearly everything is forbidden: searchers would draw too often.
void check_what_is_left(const Space& space, Position at, ProblemList& problems) {
  constexpr int draws_max = 10'000;
  constexpr int allowed_min = 10;
  if (const auto count = space.cardinality()) {
    if (*count == 0)
      problems.error(at,
                     "forbid leaves no configuration of config_space; drop a condition, or "
                     "narrow one");
    return;
  }
  int allowed = 0;
  Rng rng(0);
  for (int draw = 0; draw < draws_max && allowed < allowed_min; ++draw)
    if (space.forbidding(space.sample(rng)) == nullptr) ++allowed;
  if (allowed < allowed_min)
    problems.error(at, "forbid leaves almost nothing: of " + std::to_string(draws_max) +
                           " random configurations " + std::to_string(allowed) +
                           " were allowed; drop a condition, or narrow the domains instead");
}

}  // namespace

Space read_space(const Element& element, const Element* forbid, ProblemList& problems) {
  if (element.kind != Element::Kind::mapping || element.members.empty()) {
    problems.error(
        element.at,
        "config_space must map each parameter to its domain, such as "
        "`lr: {loguniform: [1e-5, 0.1]}`; found " +
            (element.kind == Element::Kind::mapping ? "no parameter" : describe(element)));
    return {};
  }
  std::vector<Parameter> parameters;
  std::vector<std::string_view> declared;
  for (const Member& member : element.members) {
    declared.push_back(member.key);
    if (!is_parameter_name(member.key))
      problems.error(member.at, "'" + member.key +
                                    "' is no name for a parameter: letters, digits, '_', '-' and "
                                    "'.', not a digit first");
    else if (member.key.starts_with("st_"))
      problems.error(member.at,
                     "'" + member.key + "' starts with 'st_', which is reserved for the tuner");
    else if (auto domain = read_domain(member.key, member.value, problems))
      parameters.push_back({member.key, std::move(*domain)});
  }
  const bool fixed = std::ranges::all_of(parameters, [](const Parameter& parameter) {
    return std::holds_alternative<Constant>(parameter.domain);
  });
  if (fixed && parameters.size() == element.members.size())
    problems.warning(element.at, "config_space has constants only: there is nothing to search");
  read_whens(element, parameters, declared, problems);
  std::vector<Condition> forbidden;
  if (forbid != nullptr) forbidden = read_forbid(*forbid, parameters, declared, problems);
  Space space(std::move(parameters), std::move(forbidden));
  if (!space.forbidden().empty()) check_what_is_left(space, forbid->at, problems);
  return space;
}

}  // namespace troupe::actors
