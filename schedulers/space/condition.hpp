#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "schedulers/space/config.hpp"

namespace troupe::schedulers {

/// What is asked of the value of one parameter.
struct Requirement {
  enum class Relation { one_of, none_of, below, at_most, above, at_least };
  std::string parameter;
  Relation relation = Relation::one_of;
  std::vector<Value> values{};  ///< one_of, none_of.
  double bound = 0;             ///< The other relations; they hold for numbers only.
  friend bool operator==(const Requirement&, const Requirement&) = default;
};
constexpr std::array<std::string_view, 6> enum_names(Requirement::Relation) {
  return {"is", "is not", "<", "<=", ">", ">="};
}

/// Requirements that hold together. None at all: always.
using Condition = std::vector<Requirement>;

[[nodiscard]] bool holds(const Requirement& requirement, const Value& value);
/// A requirement of a parameter that the configuration lacks does not hold.
[[nodiscard]] bool holds(const Condition& condition, const Config& config);

/// For a person: "optimizer is sgd or adam, lr > 0.5".
[[nodiscard]] std::string to_text(const Condition& condition);

}  // namespace troupe::schedulers
