#include "actors/study_file/read_space.hpp"

#include <algorithm>
#include <cctype>

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

}  // namespace troupe::actors
