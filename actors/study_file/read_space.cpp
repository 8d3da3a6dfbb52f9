#include "actors/study_file/read_space.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "actors/study_file/read_domain.hpp"
#include "schedulers/space/value.hpp"

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

/// The value as one of the domain: `1` is also a real number. Empty if it is not in the domain.
std::optional<Value> fitted(const Domain& domain, Value value) {
  if (contains(domain, value)) return value;
  if (const auto* whole = std::get_if<std::int64_t>(&value))
    if (Value real = static_cast<double>(*whole); contains(domain, real)) return real;
  return std::nullopt;
}

std::optional<Config> read_point(const Element& element, const Space& space,
                                 const std::vector<std::string_view>& declared,
                                 ProblemList& problems) {
  if (element.kind != Element::Kind::mapping) {
    problems.error(element.at, "a point to evaluate is a mapping, such as {lr: 0.1}; found " +
                                   describe(element));
    return std::nullopt;
  }
  Config point;
  bool good = true;
  for (const Member& member : element.members) {
    const Parameter* parameter = space.find(member.key);
    const auto value = value_of(member.value);
    const auto fit = parameter && value ? fitted(parameter->domain, *value) : std::nullopt;
    if (fit) {
      point.push_back({member.key, *fit});
      continue;
    }
    good = false;
    if (std::ranges::find(declared, member.key) == declared.end())
      problems.error(member.at, "'" + member.key + "' is no parameter of config_space" +
                                    suggestion(member.key, declared, "parameters"));
    else if (parameter != nullptr)
      problems.error(member.value.at, member.key + ": " + describe(member.value) +
                                          " is not in the space; expected a value of " +
                                          to_text(parameter->domain));
  }
  if (!good) return std::nullopt;
  return space.completed(point);
}

}  // namespace

Space read_space(const Element& element, ProblemList& problems) {
  if (element.kind != Element::Kind::mapping || element.members.empty()) {
    problems.error(
        element.at,
        "config_space must map each parameter to its domain, such as "
        "`lr: {loguniform: [1e-5, 0.1]}`; found " +
            (element.kind == Element::Kind::mapping ? "no parameter" : describe(element)));
    return {};
  }
  std::vector<Parameter> parameters;
  for (const Member& member : element.members) {
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
  return Space(std::move(parameters));
}

std::vector<Config> read_points(const Element& element, const Space& space,
                                const std::vector<std::string_view>& declared,
                                ProblemList& problems) {
  if (element.kind != Element::Kind::sequence) {
    problems.error(element.at,
                   "points_to_evaluate must be a list of configurations, such as [{lr: 0.1}]; "
                   "found " +
                       describe(element));
    return {};
  }
  std::vector<Config> points;
  std::set<std::string> seen;
  for (const Element& item : element.items) {
    auto point = read_point(item, space, declared, problems);
    if (!point) continue;
    if (seen.insert(space.match(*point)).second)
      points.push_back(std::move(*point));
    else
      problems.warning(item.at, "this point is the same as an earlier one, and is left out");
  }
  return points;
}

}  // namespace troupe::actors
