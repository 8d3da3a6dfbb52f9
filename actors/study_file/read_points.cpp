#include "actors/study_file/read_points.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "actors/study_file/read_domain.hpp"
#include "schedulers/space/value.hpp"

namespace troupe::actors {
namespace {

using namespace schedulers;

/// The value as one of the domain: `1` is also a real number. Empty if it is not in the domain.
std::optional<Value> fitted(const Domain& domain, Value value) {
  if (contains(domain, value)) return value;
  if (const auto* whole = std::get_if<std::int64_t>(&value))
    if (Value real = static_cast<double>(*whole); contains(domain, real)) return real;
  return std::nullopt;
}

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

  /// Whether nothing that is searched is missing.
  bool is_complete(const Element& element, const Config& point) {
    for (const Parameter& parameter : space_.parameters()) {
      if (std::holds_alternative<Constant>(parameter.domain)) continue;
      if (schedulers::find(point, parameter.name) != nullptr) continue;
      problems_.error(element.at, "this incumbent lacks '" + parameter.name +
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
  for (const Element& item : element.items)
    if (const auto given = reader.given(item, "a point to evaluate"))
      points.add(space.completed(*given), item.at);
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
    if (given && reader.is_complete(item, *given)) incumbents.add(space.completed(*given), item.at);
  }
  return std::move(incumbents).points();
}

}  // namespace troupe::actors
