#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "schedulers/option.hpp"

namespace troupe::schedulers {

// Options of rungs that several schedulers share. Each has one description and one default.

inline constexpr Resource grace_period_default = 1;
inline constexpr double reduction_factor_default = 3;

inline constexpr Option grace_period_option{.key = "grace_period",
                                            .alias = "min_resource",
                                            .least = 1,
                                            .most = resource_max,
                                            .example = "1",
                                            .in_template = true,
                                            .doc = "the lowest rung. Default {default}"};

inline constexpr Option reduction_factor_option{
    .key = "reduction_factor",
    .alias = "eta",
    .range = {.least = 2, .expected = "a number of 2 or more"},
    .checked_in_use = true,
    .example = "3",
    .in_template = true,
    .doc = "each rung is so many times the one below. Default {default}"};

inline constexpr Option brackets_option{.key = "brackets",
                                        .least = 1,
                                        .most = 1'000'000,
                                        .example = "3",
                                        .doc = "of the hyperbands. Default: as many as there are"};

/// Adds a problem if the lowest rung is below 1, or the maximum resource is not above it.
void check_rung_bounds(Resource grace_period, Resource max_resource,
                       std::vector<OptionProblem>& found);

/// Adds a problem if the number of brackets is 0.
void check_brackets(std::uint32_t brackets, std::vector<OptionProblem>& found);

/// The problem of a method that has one bracket; `several` is its form with several.
[[nodiscard]] OptionProblem single_bracket(std::string_view method, std::string_view several);

}  // namespace troupe::schedulers
