#include "actors/study_file/read_space.hpp"

#include <algorithm>
#include <cctype>

#include "actors/study_file/read_condition.hpp"
#include "actors/study_file/read_domain.hpp"

namespace troupe::actors {
namespace {

using namespace schedulers;

/// A name goes unquoted into `--name`, `HP_name`, `config_name` and `${name}`.
bool is_legal_name(std::string_view name) {
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

/// What waits for a parameter with a problem has none of its own, and is left out with it.
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

/// Reads each `when`, which may name parameters further down.
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

/// Whether enough is left that searchers find something in reasonable time.
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
    if (!is_legal_name(member.key))
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
