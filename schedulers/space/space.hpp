#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "runtime/core/field.hpp"
#include "runtime/core/rng.hpp"
#include "schedulers/space/condition.hpp"
#include "schedulers/space/config.hpp"
#include "schedulers/space/domain.hpp"

namespace troupe::schedulers {

/// A hyperparameter or constant of a space.
struct Parameter {
  static constexpr std::string_view wire_name = "Parameter";
  std::string name;
  Domain domain;
  /// If it does not hold, the parameter is inactive: absent from the configuration. Conditions of
  /// different parameters form no cycle.
  Condition when{};
  static auto fields(auto& m) {
    return std::tuple{field("name", m.name), field("domain", m.domain), field("when", m.when)};
  }
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// What a space is made of, for messages and journals.
struct SpaceParts {
  static constexpr std::string_view wire_name = "SpaceParts";
  std::vector<Parameter> parameters;
  std::vector<Condition> forbidden;
  static auto fields(auto& m) {
    return std::tuple{field("parameters", m.parameters), field("forbidden", m.forbidden)};
  }
};

/// A search space: parameters and constants in the order of the study file, conditions under which
/// parameters are active, and conditions that forbid configurations.
class Space {
 public:
  /// A finite space with conditions has a cardinality if it has at most this many configurations.
  static constexpr std::size_t counted_max = std::size_t{1} << 18;

  using Parts = SpaceParts;

  Space() = default;
  explicit Space(Parts parts) : Space(std::move(parts.parameters), std::move(parts.forbidden)) {}
  /// `forbidden`: a configuration is allowed if none of these conditions holds.
  explicit Space(std::vector<Parameter> parameters, std::vector<Condition> forbidden = {});

  [[nodiscard]] Parts parts() const { return {parameters_, forbidden_}; }
  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
  [[nodiscard]] const std::vector<Condition>& forbidden() const { return forbidden_; }
  /// The parameter of this name; null if there is none.
  [[nodiscard]] const Parameter* find(std::string_view name) const;

  /// A random configuration, which may be forbidden. Draws one number for each parameter that is no
  /// constant, active or not, in the order of the parameters.
  [[nodiscard]] Config sample(Rng& rng) const;
  /// Each active parameter at its midpoint; the configuration may be forbidden.
  [[nodiscard]] Config midpoint() const;
  /// Whether a configuration has exactly the active parameters, in order, with values of their
  /// domains.
  [[nodiscard]] bool contains(const Config& config) const;
  /// The first forbidden condition that holds; null if the configuration is allowed.
  [[nodiscard]] const Condition* forbidding(const Config& config) const;
  /// Removes the inactive parameters from a configuration of all parameters, in order.
  [[nodiscard]] Config trimmed(Config full) const;

  /// Number of allowed configurations that differ (see match()). None if there are infinitely many,
  /// more than 2^53, or with conditions more than `counted_max`.
  [[nodiscard]] std::optional<std::uint64_t> cardinality() const;
  /// Configuration `number` of a space with a cardinality, from 0; the last parameter varies
  /// fastest.
  [[nodiscard]] Config config_number(std::uint64_t number) const;
  /// The number of an allowed configuration of the space.
  [[nodiscard]] std::uint64_t number_of(const Config& config) const;
  /// Completes a configuration with the midpoints of the parameters that it lacks, then removes the
  /// inactive ones.
  [[nodiscard]] Config completed(const Config& partial) const;
  /// A text that two configurations share if and only if they count as the same: real numbers are
  /// compared to seven significant digits.
  [[nodiscard]] std::string match(const Config& config) const;

  friend bool operator==(const Space&, const Space&) = default;

 private:
  [[nodiscard]] bool is_plain() const { return !has_conditions_; }

  std::vector<Parameter> parameters_;
  std::vector<Condition> forbidden_;
  bool has_conditions_ = false;
  std::vector<std::size_t> order_;  ///< Indices of parameters, each after those of its `when`.
  /// For a counted space with conditions: see list_combinations().
  std::optional<std::vector<std::uint64_t>> listed_;
};

/// A cycle of conditions: names of parameters of which each depends on the next and the last on the
/// first; empty if there is no cycle. Names that are no parameter are ignored.
[[nodiscard]] std::vector<std::string> condition_cycle(const std::vector<Parameter>& parameters);

}  // namespace troupe::schedulers
