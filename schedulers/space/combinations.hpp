#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

// A combination gives every parameter of a finite space one of its values. Its number counts in
// nested loops, the last parameter varying fastest. One that gives an inactive parameter another
// value than its first is no configuration.

/// The numbers of the combinations that are configurations and allowed, rising. `order` has each
/// parameter after those that its `when` names. None: a parameter has infinitely many values, or
/// there are more than 2^53 combinations or more than `most` configurations.
[[nodiscard]] std::optional<std::vector<std::uint64_t>> list_combinations(
    const std::vector<Parameter>& parameters, const std::vector<Condition>& forbidden,
    const std::vector<std::size_t>& order, std::size_t most);

/// Every parameter of the combination, in order.
[[nodiscard]] Config combination(const std::vector<Parameter>& parameters, std::uint64_t number);

/// The number of the combination of a configuration.
[[nodiscard]] std::uint64_t combination_of(const std::vector<Parameter>& parameters,
                                           const Config& config);

}  // namespace troupe::schedulers
