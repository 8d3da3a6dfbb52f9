#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

// A combination assigns a value to every parameter of a finite space, inactive ones included. Its
// number is its place in nested loops, in which the last parameter varies fastest. Combinations
// that differ in inactive parameters only are one configuration: the one with their first values
// counts.

/// Returns the numbers of the combinations that are allowed configurations, in rising order.
/// `order`: indices of the parameters, each after those that its `when` names. None if a parameter
/// has infinitely many values, or if there are more than 2^53 combinations or more than
/// `configurations_max` configurations.
[[nodiscard]] std::optional<std::vector<std::uint64_t>> list_combinations(
    const std::vector<Parameter>& parameters, const std::vector<Condition>& forbidden,
    const std::vector<std::size_t>& order, std::size_t configurations_max);

/// The combination of this number: a value for every parameter, in order.
[[nodiscard]] Config combination(const std::vector<Parameter>& parameters, std::uint64_t number);

/// The number of the combination that is this configuration.
[[nodiscard]] std::uint64_t combination_of(const std::vector<Parameter>& parameters,
                                           const Config& config);

}  // namespace troupe::schedulers
