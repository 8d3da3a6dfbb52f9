#pragma once

#include <cstddef>
#include <string_view>

#include "actors/simulate/simulation.hpp"

namespace troupe::actors {

/// The hyperparameter of a study over a table's own rows.
inline constexpr std::string_view row_parameter = "config_id";

/// The row of the plan's table whose curve a configuration has.
[[nodiscard]] std::size_t row_of(const SimulationPlan& plan, const Config& config);

}  // namespace troupe::actors
