#include "actors/study_file/read_points.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "actors/study_file/read_domain.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {
namespace {

using namespace schedulers;

/// Reads the configurations of one list.
class PointReader {
 public:
  PointReader(const Space& space, const std::vector<std::string_view>& declared,
              ProblemList& problems)
      : space_(space), declared_(declared), problems_(problems) {}

  /// What it gives, each value within its domain.
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

  /// The rest filled in; none if it gives what is inactive then, or is forbidden.
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

  /// Whether nothing that is searched was missing in `given`.
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

  /// "optimizer is sgd; here optimizer is adam": what it waits for, and what there is.
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

/// Those that differ; a repetition is a mistake that does no harm.
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

}  // namespace troupe::actors
