#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "actors/simulate/simulation.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// A sequence over recorded curves: each table is a task.
struct SequenceSimulation {
  std::vector<SimulationPlan> tasks;  ///< In the order of the file.
  /// Whether each task begins with the best configurations of those before it. A method that is no
  /// sequence begins every task from nothing.
  bool remembers = true;
};

/// One run of it, in some order of its tasks.
struct SequenceRun {
  std::vector<std::size_t> order;           ///< Of the tasks; by place.
  std::vector<SimulationOutcome> outcomes;  ///< By place.
  std::vector<std::size_t> incumbents;      ///< How many the task at a place began with.
};

/// Permutation 0 is the order of the file; each other one is drawn from the seed.
[[nodiscard]] std::vector<std::size_t> permutation(std::size_t tasks, std::uint64_t number,
                                                   std::uint64_t seed);

/// The same simulation and number give the same run.
[[nodiscard]] Result<SequenceRun> simulate_sequence(const SequenceSimulation& sequence,
                                                    std::uint64_t number);

/// Runs 0 to `permutations` - 1 of each, sequence by sequence, whatever `jobs` (threads) is.
[[nodiscard]] Result<std::vector<std::vector<SequenceRun>>> simulate_sequences(
    const std::vector<SequenceSimulation>& sequences, std::uint64_t permutations, std::size_t jobs,
    const std::function<void(std::size_t done)>& progress);

}  // namespace troupe::actors
