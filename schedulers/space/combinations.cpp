#include "schedulers/space/combinations.hpp"

#include <algorithm>

#include "runtime/core/check.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::schedulers {
namespace {

constexpr std::uint64_t combinations_max = std::uint64_t{1} << 53;

std::size_t place_of(const std::vector<Parameter>& parameters, const std::string& name) {
  const auto at = std::ranges::find(parameters, name, &Parameter::name);
  check(at != parameters.end(), "a condition names parameters of the space");
  return static_cast<std::size_t>(at - parameters.begin());
}

/// A requirement, evaluated for each value of its parameter.
struct EvaluatedRequirement {
  std::size_t parameter = 0;
  std::vector<bool> holds;  ///< By the number of the value.
};
using EvaluatedCondition = std::vector<EvaluatedRequirement>;

/// A depth-first search for the allowed configurations. It assigns the parameters in `order`, so
/// that the conditions of each are decided before it, and backtracks where `forbidden` excludes a
/// prefix.
class ConfigurationSearch {
 public:
  ConfigurationSearch(const std::vector<Parameter>& parameters,
                      const std::vector<Condition>& forbidden,
                      const std::vector<std::size_t>& order,
                      const std::vector<std::uint64_t>& counts, std::size_t configurations_max)
      : order_(order),
        counts_(counts),
        configurations_max_(configurations_max),
        strides_(counts.size(), 1) {
    for (std::size_t i = counts.size(); i-- > 1;) strides_[i - 1] = strides_[i] * counts[i];
    for (const Parameter& parameter : parameters)
      whens_.push_back(evaluated(parameters, parameter.when));
    ending_at_.resize(parameters.size());
    for (const Condition& condition : forbidden) {
      EvaluatedCondition all = evaluated(parameters, condition);
      const auto last = std::ranges::max(all, {}, [&](const EvaluatedRequirement& one) {
                          return std::ranges::find(order_, one.parameter) - order_.begin();
                        }).parameter;
      ending_at_[last].push_back(std::move(all));
    }
    digits_.resize(parameters.size());
  }

  /// Assigns the parameters from `depth` on. `number`: number of the combination so far. Returns
  /// false if there are too many configurations. Recursion depth: number of parameters with several
  /// values.
  bool extend(std::size_t depth, std::uint64_t number) {
    for (; depth < order_.size(); ++depth) {
      const std::size_t parameter = order_[depth];
      const bool active = holds(whens_[parameter]);
      if (active && counts_[parameter] > 1) return branch(depth, number);
      digits_[parameter] = active ? std::optional<std::uint64_t>(0) : std::nullopt;
      if (is_forbidden(parameter)) return true;
    }
    found_.push_back(number);
    return found_.size() <= configurations_max_;
  }

  /// The numbers of the configurations, in rising order.
  std::vector<std::uint64_t> found() && {
    std::ranges::sort(found_);
    return std::move(found_);
  }

 private:
  /// Bound on the steps of the search, for each configuration that may exist.
  static constexpr std::size_t steps_per_configuration = 8;

  bool branch(std::size_t depth, std::uint64_t number) {
    const std::size_t parameter = order_[depth];
    for (std::uint64_t digit = 0; digit < counts_[parameter]; ++digit) {
      if (++steps_ > steps_per_configuration * configurations_max_) return false;
      digits_[parameter] = digit;
      if (is_forbidden(parameter)) continue;
      if (!extend(depth + 1, number + digit * strides_[parameter])) return false;
    }
    return true;
  }

  /// Whether a forbidden condition holds whose last parameter in `order` is this one.
  [[nodiscard]] bool is_forbidden(std::size_t parameter) const {
    return std::ranges::any_of(ending_at_[parameter],
                               [this](const auto& condition) { return holds(condition); });
  }

  [[nodiscard]] EvaluatedCondition evaluated(const std::vector<Parameter>& parameters,
                                             const Condition& condition) const {
    EvaluatedCondition all;
    for (const Requirement& requirement : condition) {
      const std::size_t place = place_of(parameters, requirement.parameter);
      EvaluatedRequirement one{.parameter = place, .holds = {}};
      for (std::uint64_t i = 0; i < counts_[place]; ++i)
        one.holds.push_back(
            schedulers::holds(requirement, value_number(parameters[place].domain, i)));
      all.push_back(std::move(one));
    }
    return all;
  }

  [[nodiscard]] bool holds(const EvaluatedCondition& condition) const {
    return std::ranges::all_of(condition, [this](const EvaluatedRequirement& one) {
      const auto& digit = digits_[one.parameter];
      return digit && one.holds[*digit];
    });
  }

  const std::vector<std::size_t>& order_;
  const std::vector<std::uint64_t>& counts_;
  std::size_t configurations_max_;
  std::vector<std::uint64_t> strides_;
  std::vector<EvaluatedCondition> whens_;  ///< By parameter.
  /// Forbidden conditions, by the last of their parameters in `order`.
  std::vector<std::vector<EvaluatedCondition>> ending_at_;
  std::vector<std::optional<std::uint64_t>>
      digits_;  ///< Number of the value, by parameter; none: inactive.
  std::vector<std::uint64_t> found_;
  std::size_t steps_ = 0;
};

}  // namespace

std::optional<std::vector<std::uint64_t>> list_combinations(
    const std::vector<Parameter>& parameters, const std::vector<Condition>& forbidden,
    const std::vector<std::size_t>& order, std::size_t configurations_max) {
  std::vector<std::uint64_t> counts;
  std::uint64_t product = 1;
  for (const Parameter& parameter : parameters) {
    const auto count = cardinality(parameter.domain);
    if (!count || *count > configurations_max || *count > combinations_max / product)
      return std::nullopt;
    product *= *count;
    counts.push_back(*count);
  }
  ConfigurationSearch search(parameters, forbidden, order, counts, configurations_max);
  if (!search.extend(0, 0)) return std::nullopt;
  return std::move(search).found();
}

Config combination(const std::vector<Parameter>& parameters, std::uint64_t number) {
  Config config(parameters.size());
  for (std::size_t i = parameters.size(); i-- > 0;) {
    const auto count = cardinality(parameters[i].domain);
    check(count.has_value(), "only configurations of a finite space have numbers");
    config[i] = {parameters[i].name, value_number(parameters[i].domain, number % *count)};
    number /= *count;
  }
  check(number == 0, "a configuration's number is below the cardinality");
  return config;
}

std::uint64_t combination_of(const std::vector<Parameter>& parameters, const Config& config) {
  std::uint64_t number = 0;
  auto next = config.begin();
  for (const Parameter& parameter : parameters) {
    number *= cardinality(parameter.domain).value();
    if (next == config.end() || next->name != parameter.name) continue;  // Inactive.
    number += number_of(parameter.domain, next->value);
    ++next;
  }
  check(next == config.end(), "a configuration has the parameters of its space, in order");
  return number;
}

}  // namespace troupe::schedulers
