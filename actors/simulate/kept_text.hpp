#pragma once

#include <string>

#include "actors/simulate/simulation.hpp"

namespace troupe::actors {

/// The study file for the folder of a simulated study: what was run, also where workers and seed
/// were said elsewhere than in the file that the plan was made of.
[[nodiscard]] std::string kept_text(const SimulationPlan& plan);

}  // namespace troupe::actors
