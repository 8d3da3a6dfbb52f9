#pragma once

#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/core/field.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::schedulers {

/// A requirement on the value of one parameter.
struct Requirement {
  static constexpr std::string_view wire_name = "Requirement";
  enum class Relation { one_of, none_of, below, at_most, above, at_least };
  std::string parameter;
  Relation relation = Relation::one_of;
  std::vector<Value> values{};  ///< For one_of and none_of.
  double bound = 0;             ///< For the other relations, which hold for numbers only.
  static auto fields(auto& m) {
    return std::tuple{field("parameter", m.parameter), field("relation", m.relation),
                      field("values", m.values), field("bound", m.bound)};
  }
  friend bool operator==(const Requirement&, const Requirement&) = default;
};
constexpr std::array<std::string_view, 6> enum_names(Requirement::Relation) {
  return {"is", "is not", "<", "<=", ">", ">="};
}

/// A conjunction of requirements. An empty one always holds.
using Condition = std::vector<Requirement>;

/// Whether `value`, of the parameter that the requirement names, satisfies the requirement.
[[nodiscard]] bool holds(const Requirement& requirement, const Value& value);
/// Whether all requirements hold. A requirement on a parameter that the configuration lacks does
/// not hold.
[[nodiscard]] bool holds(const Condition& condition, const Config& config);

/// The text of a condition for users: "optimizer is sgd or adam, lr > 0.5".
[[nodiscard]] std::string to_text(const Condition& condition);

}  // namespace troupe::schedulers
