#include "schedulers/space/combinations.hpp"

#include <algorithm>

#include "runtime/core/check.hpp"
#include "schedulers/space/value.hpp"

namespace troupe::schedulers {
namespace {

constexpr std::uint64_t combinations_max = std::uint64_t{1} << 53;

std::size_t place_of(const std::vector<Parameter>& parameters, const std::string& name) {
  const auto at = std::ranges::find(parameters, name, &Parameter::name);
  check(at != parameters.end(), "a condition names parameters of the space");
  return static_cast<std::size_t>(at - parameters.begin());
}

/// A requirement, decided beforehand for each value of its parameter.
struct Decided {
  std::size_t parameter = 0;
  std::vector<bool> holds;  ///< By the number of the value.
};
using DecidedCondition = std::vector<Decided>;

/// Walks through the combinations, one parameter after another in an order in which it is known
/// whether the next one is active, and turns back where a condition forbids all that would follow.
class Walk {
 public:
  Walk(const std::vector<Parameter>& parameters, const std::vector<Condition>& forbidden,
       const std::vector<std::size_t>& order, const std::vector<std::uint64_t>& counts,
       std::size_t most)
      : order_(order), counts_(counts), most_(most), strides_(counts.size(), 1) {
    for (std::size_t i = counts.size(); i-- > 1;) strides_[i - 1] = strides_[i] * counts[i];
    for (const Parameter& parameter : parameters)
      whens_.push_back(decided(parameters, parameter.when));
    ending_at_.resize(parameters.size());
    for (const Condition& condition : forbidden) {
      DecidedCondition all = decided(parameters, condition);
      const auto last = std::ranges::max(all, {}, [&](const Decided& one) {
                          return std::ranges::find(order_, one.parameter) - order_.begin();
                        }).parameter;
      ending_at_[last].push_back(std::move(all));
    }
    digits_.resize(parameters.size());
  }

  /// False: there are too many. Goes no deeper than there are parameters with two values or more.
  bool go_on(std::size_t depth, std::uint64_t number) {
    for (; depth < order_.size(); ++depth) {
      const std::size_t parameter = order_[depth];
      const bool active = holds(whens_[parameter]);
      if (active && counts_[parameter] > 1) return branch(depth, number);
      digits_[parameter] = active ? std::optional<std::uint64_t>(0) : std::nullopt;
      if (is_forbidden(parameter)) return true;
    }
    found_.push_back(number);
    return found_.size() <= most_;
  }

  std::vector<std::uint64_t> found() && {
    std::ranges::sort(found_);
    return std::move(found_);
  }

 private:
  static constexpr std::size_t visits_a_configuration = 8;

  bool branch(std::size_t depth, std::uint64_t number) {
    const std::size_t parameter = order_[depth];
    for (std::uint64_t digit = 0; digit < counts_[parameter]; ++digit) {
      if (++visits_ > visits_a_configuration * most_) return false;
      digits_[parameter] = digit;
      if (is_forbidden(parameter)) continue;
      if (!go_on(depth + 1, number + digit * strides_[parameter])) return false;
    }
    return true;
  }

  /// By a condition for which this parameter was the last one to be known.
  [[nodiscard]] bool is_forbidden(std::size_t parameter) const {
    return std::ranges::any_of(ending_at_[parameter],
                               [this](const auto& condition) { return holds(condition); });
  }

  [[nodiscard]] DecidedCondition decided(const std::vector<Parameter>& parameters,
                                         const Condition& condition) const {
    DecidedCondition all;
    for (const Requirement& requirement : condition) {
      const std::size_t place = place_of(parameters, requirement.parameter);
      Decided one{.parameter = place, .holds = {}};
      for (std::uint64_t i = 0; i < counts_[place]; ++i)
        one.holds.push_back(
            schedulers::holds(requirement, value_number(parameters[place].domain, i)));
      all.push_back(std::move(one));
    }
    return all;
  }

  [[nodiscard]] bool holds(const DecidedCondition& condition) const {
    return std::ranges::all_of(condition, [this](const Decided& one) {
      const auto& digit = digits_[one.parameter];
      return digit && one.holds[*digit];
    });
  }

  const std::vector<std::size_t>& order_;
  const std::vector<std::uint64_t>& counts_;
  std::size_t most_;
  std::vector<std::uint64_t> strides_;
  std::vector<DecidedCondition> whens_;
  std::vector<std::vector<DecidedCondition>> ending_at_;  ///< By the parameter they wait for.
  std::vector<std::optional<std::uint64_t>> digits_;      ///< None: inactive.
  std::vector<std::uint64_t> found_;
  std::size_t visits_ = 0;
};

}  // namespace

std::optional<std::vector<std::uint64_t>> list_combinations(
    const std::vector<Parameter>& parameters, const std::vector<Condition>& forbidden,
    const std::vector<std::size_t>& order, std::size_t most) {
  std::vector<std::uint64_t> counts;
  std::uint64_t product = 1;
  for (const Parameter& parameter : parameters) {
    const auto count = cardinality(parameter.domain);
    if (!count || *count > most || *count > combinations_max / product) return std::nullopt;
    product *= *count;
    counts.push_back(*count);
  }
  Walk walk(parameters, forbidden, order, counts, most);
  if (!walk.go_on(0, 0)) return std::nullopt;
  return std::move(walk).found();
}

Config combination(const std::vector<Parameter>& parameters, std::uint64_t number) {
  Config config(parameters.size());
  for (std::size_t i = parameters.size(); i-- > 0;) {
    const auto count = cardinality(parameters[i].domain);
    check(count.has_value(), "only the configurations of a finite space are numbered");
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
