#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/rng.hpp"
#include "schedulers/space/condition.hpp"
#include "schedulers/space/config.hpp"
#include "schedulers/space/domain.hpp"

namespace troupe::schedulers {

struct Parameter {
  std::string name;
  Domain domain;
  /// Where it does not hold the parameter is inactive: absent from the configuration. Never an
  /// empty list of values; not in a circle.
  Condition when{};
  friend bool operator==(const Parameter&, const Parameter&) = default;
};

/// What may be searched: parameters in the order of the study file, constants among them; some of
/// them only where others have certain values; without the configurations that are forbidden.
class Space {
 public:
  /// A finite space with conditions is counted if it has no more configurations than this.
  static constexpr std::size_t counted_max = std::size_t{1} << 18;

  Space() = default;
  /// A configuration for which one of `forbidden` holds is not to be suggested.
  explicit Space(std::vector<Parameter> parameters, std::vector<Condition> forbidden = {});

  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
  [[nodiscard]] const std::vector<Condition>& forbidden() const { return forbidden_; }
  /// Null if there is none of that name.
  [[nodiscard]] const Parameter* find(std::string_view name) const;

  /// One draw, in the order of the parameters; a constant draws nothing, an inactive parameter
  /// draws in vain. It may be forbidden.
  [[nodiscard]] Config sample(Rng& rng) const;
  /// Each active parameter at its midpoint. It may be forbidden.
  [[nodiscard]] Config midpoint() const;
  /// All active parameters and no other, in order, each within its domain.
  [[nodiscard]] bool contains(const Config& config) const;
  /// The first of `forbidden` that holds; null if the configuration is allowed.
  [[nodiscard]] const Condition* forbidding(const Config& config) const;
  /// Of a configuration of every parameter, in order: the active ones.
  [[nodiscard]] Config trimmed(Config full) const;

  /// How many configurations that are allowed differ (see `match`). None: infinitely many, or more
  /// than 2^53, or with conditions more than `counted_max`.
  [[nodiscard]] std::optional<std::uint64_t> cardinality() const;
  /// The configurations of a space with a cardinality, numbered from 0; the last parameter varies
  /// fastest.
  [[nodiscard]] Config config_number(std::uint64_t number) const;
  /// Of a configuration that is in the space and allowed.
  [[nodiscard]] std::uint64_t number_of(const Config& config) const;
  /// `partial` in the order of the space, with the midpoint for what it lacks, without what is then
  /// inactive.
  [[nodiscard]] Config completed(const Config& partial) const;
  /// Two configurations are the same if this is: real numbers count to seven significant digits.
  [[nodiscard]] std::string match(const Config& config) const;

  friend bool operator==(const Space&, const Space&) = default;

 private:
  [[nodiscard]] bool is_plain() const { return !has_conditions_; }

  std::vector<Parameter> parameters_;
  std::vector<Condition> forbidden_;
  bool has_conditions_ = false;
  std::vector<std::size_t> order_;  ///< Of the parameters: each after those that its `when` names.
  /// With conditions, if counted: the combinations that are configurations, see list_combinations.
  std::optional<std::vector<std::uint64_t>> listed_;
};

/// The names of parameters whose `when` go in a circle, each needing the next and the last the
/// first; empty if there is no circle. Names that are no parameter are passed over.
[[nodiscard]] std::vector<std::string> circle(const std::vector<Parameter>& parameters);

}  // namespace troupe::schedulers
