#include "actors/study_file/read_points.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "actors/study_file/read_domain.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {
namespace {

using namespace schedulers;

/// Reads configurations, and reports their problems.
class PointReader {
 public:
  PointReader(const Space& space, const std::vector<std::string_view>& declared,
              ProblemList& problems)
      : space_(space), declared_(declared), problems_(problems) {}

  /// The values that the file gives, each within its domain. None: an error was reported.
  std::optional<Config> given(const Element& element, const std::string& noun) {
    if (element.kind != Element::Kind::mapping) {
      problems_.error(element.at,
                      noun + " is a mapping, such as {lr: 0.1}; found " + describe(element));
      return std::nullopt;
    }
    Config point;
    for (const Member& member : element.members)
      if (auto value = value_in(member)) point.push_back({member.key, std::move(*value)});
    if (point.size() != element.members.size()) return std::nullopt;
    return point;
  }

  /// Fills in the other parameters. None: `given` has inactive parameters, or is forbidden.
  std::optional<Config> completed(const Element& element, const Config& given) {
    Config point = space_.completed(given);
    for (const Member& member : element.members)
      if (schedulers::find(point, member.key) == nullptr) {
        problems_.error(member.at, "'" + member.key +
                                       "' has no meaning here: it is used only when " +
                                       reason(*space_.find(member.key), point));
        return std::nullopt;
      }
    if (const Condition* condition = space_.forbidding(point)) {
      problems_.error(element.at, "this configuration is forbidden: " + to_text(*condition));
      return std::nullopt;
    }
    return point;
  }

  /// Whether `given` had every parameter that is searched and active.
  bool was_complete(const Element& element, const Config& given, const Config& completed) {
    for (const Setting& setting : completed) {
      if (std::holds_alternative<Constant>(space_.find(setting.name)->domain)) continue;
      if (schedulers::find(given, setting.name) != nullptr) continue;
      problems_.error(element.at, "this incumbent lacks '" + setting.name +
                                      "'; an incumbent is a configuration that an earlier task "
                                      "found, with every parameter that is searched");
      return false;
    }
    return true;
  }

 private:
  std::optional<Value> value_in(const Member& member) {
    const Parameter* parameter = space_.find(member.key);
    const auto value = value_of(member.value);
    auto fit = parameter && value ? fitted(parameter->domain, *value) : std::nullopt;
    if (fit) return fit;
    if (std::ranges::find(declared_, member.key) == declared_.end())
      problems_.error(member.at, "'" + member.key + "' is no parameter of config_space" +
                                     suggestion(member.key, declared_, "parameters"));
    else if (parameter != nullptr)
      problems_.error(member.value.at, member.key + ": " + describe(member.value) +
                                           " is not in the space; expected a value of " +
                                           to_text(parameter->domain));
    return std::nullopt;
  }

  /// The condition of a parameter and its cause to fail: "optimizer is sgd; here optimizer is
  /// adam".
  static std::string reason(const Parameter& parameter, const Config& point) {
    std::string text = to_text(parameter.when);
    for (const Requirement& requirement : parameter.when) {
      const Value* value = schedulers::find(point, requirement.parameter);
      text += "; here " + requirement.parameter +
              (value != nullptr ? " is " + text_of(*value) : " is not used either");
    }
    return text;
  }

  const Space& space_;
  const std::vector<std::string_view>& declared_;
  ProblemList& problems_;
};

bool is_list(const Element& element, const std::string& key, ProblemList& problems) {
  if (element.kind == Element::Kind::sequence) return true;
  problems.error(
      element.at,
      key + " must be a list of configurations, such as [{lr: 0.1}]; found " + describe(element));
  return false;
}

/// Collects configurations and drops repetitions with a warning.
class DifferentPoints {
 public:
  DifferentPoints(const Space& space, ProblemList& problems) : space_(space), problems_(problems) {}

  void add(Config point, Position at) {
    if (seen_.insert(space_.match(point)).second)
      points_.push_back(std::move(point));
    else
      problems_.warning(at, "this point is the same as an earlier one, and is left out");
  }
  std::vector<Config> points() && { return std::move(points_); }

 private:
  const Space& space_;
  ProblemList& problems_;
  std::vector<Config> points_;
  std::set<std::string> seen_;
};

std::vector<std::string_view> searched_in(const schedulers::Space& space) {
  std::vector<std::string_view> names;
  for (const auto& parameter : space.parameters())
    if (!std::holds_alternative<schedulers::Constant>(parameter.domain))
      names.push_back(parameter.name);
  return names;
}

/// The members of the mapping at that key; null if it is absent, or was refused.
const std::vector<Member>* mapping_of(Section& section, std::string_view key,
                                      std::string_view example) {
  const Member* member = section.find(key);
  if (member == nullptr) return nullptr;
  if (member->value.kind == Element::Kind::mapping) return &member->value.members;
  section.error(key, "'memory." + std::string(key) + "' must be a mapping, such as " +
                         std::string(example) + "; found " + describe(member->value));
  return nullptr;
}

void read_renames(Section& section, const std::vector<std::string_view>& searched,
                  MemorySpec& memory, ProblemList& problems) {
  const auto* members = mapping_of(section, "rename", "{learning_rate: lr}");
  if (members == nullptr) return;
  for (const Member& member : *members) {
    const auto* here = member.value.as<std::string>();
    if (here == nullptr || std::ranges::find(searched, *here) == searched.end()) {
      problems.error(
          member.value.at,
          "'memory.rename' says what a parameter of the memory is called in this file; " +
              describe(member.value) + " is no parameter that is searched" +
              suggestion(here == nullptr ? "" : *here, searched, "parameters"));
      continue;
    }
    if (std::ranges::find(memory.renames, *here, &MemoryRename::here) != memory.renames.end())
      problems.error(member.value.at,
                     "'memory.rename' calls two parameters of the memory '" + *here + "'");
    memory.renames.push_back({member.key, *here});
  }
}

void read_defaults(Section& section, const StudySpec& spec,
                   const std::vector<std::string_view>& searched, MemorySpec& memory,
                   ProblemList& problems) {
  const auto* members = mapping_of(section, "defaults", "{dropout: 0.0}");
  if (members == nullptr) return;
  for (const Member& member : *members) {
    if (std::ranges::find(searched, member.key) == searched.end()) {
      problems.error(member.at, "'memory.defaults' names '" + member.key +
                                    "', which is no parameter that is searched" +
                                    suggestion(member.key, searched, "parameters"));
      continue;
    }
    const auto& domain = spec.config_space.find(member.key)->domain;
    auto value = value_of(member.value);
    const auto* whole = value ? std::get_if<std::int64_t>(&*value) : nullptr;
    if (whole != nullptr && !schedulers::contains(domain, *value))
      value = static_cast<double>(*whole);  // An integer for a real parameter.
    if (!value || !schedulers::contains(domain, *value)) {
      problems.error(member.value.at, "'memory.defaults': " + describe(member.value) +
                                          " is not within " + to_text(domain) + " of '" +
                                          member.key + "'");
      continue;
    }
    memory.defaults.push_back({member.key, std::move(*value)});
  }
}

void read_drop(Section& section, const std::vector<std::string_view>& searched, MemorySpec& memory,
               ProblemList& problems) {
  const Member* drop = section.find("drop");
  if (drop == nullptr) return;
  if (drop->value.kind != Element::Kind::sequence)
    return section.error("drop",
                         "'memory.drop' must be a list of parameters of the memory, such as "
                         "[momentum]; found " +
                             describe(drop->value));
  for (const Element& item : drop->value.items) {
    const auto* name = item.as<std::string>();
    if (name == nullptr)
      problems.error(item.at, "'memory.drop' lists names of parameters; found " + describe(item));
    else if (std::ranges::find(searched, *name) != searched.end())
      problems.error(item.at, "'memory.drop' names '" + *name +
                                  "', which config_space searches; drop is for parameters of "
                                  "earlier tasks that are not searched any more");
    else
      memory.drop.push_back(*name);
  }
}

}  // namespace

std::vector<Config> read_points(const Element& element, const Space& space,
                                const std::vector<std::string_view>& declared,
                                ProblemList& problems) {
  if (!is_list(element, "points_to_evaluate", problems)) return {};
  PointReader reader(space, declared, problems);
  DifferentPoints points(space, problems);
  for (const Element& item : element.items) {
    const auto given = reader.given(item, "a point to evaluate");
    auto point = given ? reader.completed(item, *given) : std::nullopt;
    if (point) points.add(std::move(*point), item.at);
  }
  return std::move(points).points();
}

std::vector<Config> read_incumbents(const Element& element, const Space& space,
                                    const std::vector<std::string_view>& declared,
                                    ProblemList& problems) {
  if (!is_list(element, "incumbents", problems)) return {};
  PointReader reader(space, declared, problems);
  DifferentPoints incumbents(space, problems);
  for (const Element& item : element.items) {
    const auto given = reader.given(item, "an incumbent");
    auto point = given ? reader.completed(item, *given) : std::nullopt;
    if (point && reader.was_complete(item, *given, *point))
      incumbents.add(std::move(*point), item.at);
  }
  return std::move(incumbents).points();
}

void read_memory(Section& top, const std::string& folder, StudySpec& spec, ProblemList& problems) {
  if (!top.has("memory")) return;
  Section section = top.section("memory", keys_of("memory"));
  MemorySpec memory;
  if (const auto file = section.text("file")) {
    const std::filesystem::path path = std::filesystem::path(folder) / *file;
    memory.file = path.lexically_normal().string();
  }
  const auto searched = searched_in(spec.config_space);
  read_renames(section, searched, memory, problems);
  read_defaults(section, spec, searched, memory, problems);
  read_drop(section, searched, memory, problems);
  spec.memory = std::move(memory);
}

}  // namespace troupe::actors
