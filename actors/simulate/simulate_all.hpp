#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "actors/simulate/simulation.hpp"

namespace troupe::actors {

/// "0..24", "3", "0,5,10..12": each once, in the order given. The error says what was expected.
[[nodiscard]] Result<std::vector<std::uint64_t>> read_seeds(std::string_view text);

/// The outcome of each plan, in their order, whatever `jobs` (threads) is. The first error in that
/// order, if there is one. `progress` is told how many are done.
[[nodiscard]] Result<std::vector<SimulationOutcome>> simulate_all(
    const std::vector<SimulationPlan>& plans, std::size_t jobs,
    const std::function<void(std::size_t done)>& progress);

}  // namespace troupe::actors
