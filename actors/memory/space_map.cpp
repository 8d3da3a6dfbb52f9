#include "actors/memory/space_map.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "actors/json.hpp"
#include "actors/study_file/problem.hpp"
#include "actors/study_file/read_domain.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

using schedulers::Config;
using schedulers::Constant;
using schedulers::Parameter;
using schedulers::Space;

namespace {

Error refuse(std::string what) {
  return Error{ErrorKind::refused, std::move(what)};
}

bool is_searched(const Parameter& parameter) {
  return !std::holds_alternative<Constant>(parameter.domain);
}

/// A domain as text that tells the text '1' from the number 1, and integer ranges from real ones.
std::string text_of(const schedulers::Domain& domain) {
  const auto listed = [](const char* kind, const std::vector<schedulers::Value>& values) {
    std::string text;
    for (const auto& value : values) {
      const auto* words = std::get_if<std::string>(&value);
      text += (text.empty() ? "" : ", ") +
              (words == nullptr ? schedulers::text_of(value) : json_string(*words));
    }
    return kind + (": [" + text + "]");
  };
  if (const auto* choice = std::get_if<schedulers::Choice>(&domain))
    return listed("choice", choice->values);
  if (const auto* ordinal = std::get_if<schedulers::Ordinal>(&domain))
    return listed("ordinal", ordinal->values);
  const auto* range = std::get_if<schedulers::FinRange>(&domain);
  const auto* log_range = std::get_if<schedulers::LogFinRange>(&domain);
  const bool whole =
      (range != nullptr && range->cast_int) || (log_range != nullptr && log_range->cast_int);
  return to_text(domain) + (whole ? " of whole numbers" : "");
}

/// Domain and condition of a parameter, which must be equal in all tasks of a memory.
std::string domain_text(const Parameter& parameter) {
  return text_of(parameter.domain) +
         (parameter.when.empty() ? "" : " when " + schedulers::to_text(parameter.when));
}

/// What kind of values a domain has, from its text. Values of one kind can be compared with another
/// range of that kind.
enum class ValueKind { real, whole, listed, fixed };

ValueKind kind_of(std::string_view domain) {
  domain = domain.substr(0, domain.find(" when "));
  if (domain.starts_with("choice") || domain.starts_with("ordinal")) return ValueKind::listed;
  if (domain.starts_with("the constant")) return ValueKind::fixed;
  const bool whole = domain.starts_with("randint") || domain.starts_with("lograndint") ||
                     domain.ends_with(" of whole numbers");
  return whole ? ValueKind::whole : ValueKind::real;
}

std::vector<std::string_view> names_of(const std::vector<RememberedParameter>& remembered) {
  std::vector<std::string_view> names;
  for (const auto& parameter : remembered) names.push_back(parameter.name);
  return names;
}

Error unknown_in_task(const RememberedParameter& parameter, const std::string& here) {
  return refuse("the memory's tasks search '" + parameter.name + "' (" + parameter.domain +
                "), and config_space has no '" + here +
                "'; if it is called otherwise here, say so: `memory: {rename: {" + parameter.name +
                ": NAME}}`; if it is not searched any more: `memory: {drop: [" + parameter.name +
                "]}`");
}

Error another_kind(const std::string& here, const std::string& domain,
                   const RememberedParameter& parameter) {
  const bool fixed = kind_of(domain) == ValueKind::fixed;
  return refuse("'" + here + "' is " + domain + " in config_space, and " + parameter.domain +
                " in the memory" +
                (fixed ? "; if it is not searched any more, say so: `memory: {drop: ["
                       : ": values of another kind; give it another name here, and say `memory: "
                         "{drop: [") +
                parameter.name + "]}`");
}

Error unknown_in_memory(const Parameter& parameter,
                        const std::vector<RememberedParameter>& remembered) {
  return refuse("'" + parameter.name + "' (" + to_text(parameter.domain) +
                ") is searched here, and not by the memory's tasks (they search: " +
                joined(names_of(remembered)) + ")" +
                "; say what it was for them, `memory: {defaults: {" + parameter.name +
                ": VALUE}}`, or how they call it, `memory: {rename: {NAME: " + parameter.name +
                "}}`");
}

}  // namespace

SpaceMap::SpaceMap(const Space& space, std::vector<RememberedParameter> remembered,
                   const MemorySpec& spec)
    : space_(space), remembered_(std::move(remembered)), spec_(spec) {}

bool SpaceMap::is_dropped(const std::string& there) const {
  return std::ranges::find(spec_.drop, there) != spec_.drop.end();
}

std::string SpaceMap::task_name(const std::string& there) const {
  const auto rename = std::ranges::find(spec_.renames, there, &MemoryRename::there);
  return rename == spec_.renames.end() ? there : rename->here;
}

std::string SpaceMap::memory_name(const std::string& here) const {
  const auto rename = std::ranges::find(spec_.renames, here, &MemoryRename::here);
  return rename == spec_.renames.end() ? here : rename->there;
}

Result<SpaceMap> SpaceMap::of(const std::vector<RememberedParameter>& remembered,
                              const Space& space, const MemorySpec& spec) {
  SpaceMap map(space, remembered, spec);
  const bool is_new = remembered.empty();  // A new memory accepts any names and defaults.
  for (const auto& rename : spec.renames)
    if (!is_new &&
        std::ranges::find(remembered, rename.there, &RememberedParameter::name) == remembered.end())
      return refuse("`memory: {rename: {" + rename.there + ": " + rename.here +
                    "}}`: the memory's tasks have no parameter '" + rename.there + "'" +
                    suggestion(rename.there, names_of(remembered), "they search"));
  for (const std::string& name : spec.drop)
    if (!is_new &&
        std::ranges::find(remembered, name, &RememberedParameter::name) == remembered.end())
      return refuse("`memory: {drop: [" + name + "]}`: the memory's tasks have no parameter '" +
                    name + "'" + suggestion(name, names_of(remembered), "they search"));
  for (const auto& parameter : remembered) {
    if (map.is_dropped(parameter.name)) continue;
    const std::string here = map.task_name(parameter.name);
    const Parameter* ours = space.find(here);
    if (ours == nullptr && parameter.fallback) continue;
    if (ours == nullptr) return unknown_in_task(parameter, here);
    const std::string domain = domain_text(*ours);
    if (kind_of(domain) != kind_of(parameter.domain)) return another_kind(here, domain, parameter);
    if (domain != parameter.domain)
      map.changed_.push_back({parameter.name, domain, parameter.fallback});
  }
  for (const auto& parameter : space.parameters()) {
    if (!is_searched(parameter)) continue;
    std::string there = map.memory_name(parameter.name);
    if (std::ranges::find(remembered, there, &RememberedParameter::name) != remembered.end()) {
      if (!map.is_dropped(there)) continue;
      return refuse(
          "'" + there + "' is dropped (`memory: {drop: [" + there +
          "]}`) and searched here too; leave it out of one, or rename it in config_space");
    }
    const auto* fallback = schedulers::find(spec.defaults, parameter.name);
    if (fallback == nullptr && !is_new) return unknown_in_memory(parameter, remembered);
    map.added_.push_back({std::move(there), domain_text(parameter),
                          fallback == nullptr || is_new ? std::nullopt : std::optional(*fallback)});
  }
  return map;
}

std::optional<Config> SpaceMap::to_task(const Config& there) const {
  Config named;
  for (const auto& setting : there) {
    if (is_dropped(setting.name)) continue;
    const std::string name = task_name(setting.name);
    if (space_.find(name) != nullptr) {
      named.push_back({name, setting.value});
      continue;
    }
    const auto parameter = std::ranges::find(remembered_, setting.name, &RememberedParameter::name);
    const bool as_without =
        parameter != remembered_.end() && parameter->fallback &&
        schedulers::match_of(*parameter->fallback) == schedulers::match_of(setting.value);
    if (!as_without) return std::nullopt;
  }
  for (const auto& parameter : remembered_) {
    if (is_dropped(parameter.name)) continue;
    const std::string name = task_name(parameter.name);
    if (parameter.fallback && schedulers::find(there, parameter.name) == nullptr)
      named.push_back({name, *parameter.fallback});
  }
  for (const auto& setting : spec_.defaults)
    if (schedulers::find(named, setting.name) == nullptr) named.push_back(setting);
  for (const auto& parameter : space_.parameters())
    if (const auto* constant = std::get_if<Constant>(&parameter.domain))
      named.push_back({parameter.name, constant->value});
  Config config = space_.completed(named);
  for (const auto& setting : config)  // A value that `completed` had to choose is not known.
    if (schedulers::find(named, setting.name) == nullptr) return std::nullopt;
  if (!space_.contains(config) || space_.forbidding(config) != nullptr) return std::nullopt;
  return config;
}

Config SpaceMap::to_memory(const Config& here) const {
  Config config;
  for (const auto* parameters : {&remembered_, &added_})
    for (const auto& parameter : *parameters) {
      if (is_dropped(parameter.name)) continue;
      const std::string name = task_name(parameter.name);
      const auto* value = schedulers::find(here, name);
      // A parameter of the space that the configuration lacks is inactive.
      if (value == nullptr && parameter.fallback && space_.find(name) == nullptr)
        value = &*parameter.fallback;
      if (value != nullptr) config.push_back({parameter.name, *value});
    }
  return config;
}

std::string identity_of(const std::vector<RememberedParameter>& parameters, const Config& config) {
  std::string identity;
  for (const auto& parameter : parameters) {
    const auto* value = schedulers::find(config, parameter.name);
    if (value == nullptr && parameter.fallback) value = &*parameter.fallback;
    identity += (value == nullptr ? std::string() : schedulers::match_of(*value)) + '\n';
  }
  return identity;
}

}  // namespace troupe::actors
