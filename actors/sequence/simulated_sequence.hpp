#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/plots/chart.hpp"
#include "actors/simulate/simulation.hpp"
#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// A sequence over recorded curves; each table is a task.
struct SequenceSimulation {
  std::vector<SimulationPlan> tasks;  ///< In the order of the file.
  /// Whether each task begins with the best configurations of the tasks before it.
  bool remembers = true;
};

/// One run of a sequence, in one order of its tasks.
struct SequenceRun {
  std::vector<std::size_t> order;           ///< Indices of the tasks, by place.
  std::vector<SimulationOutcome> outcomes;  ///< Of the tasks, by place.
  std::vector<std::size_t> incumbents;      ///< Number of incumbents of the task at each place.
};

/// Order of tasks. Permutation 0 is the order of the file; others are drawn from the seed.
[[nodiscard]] std::vector<std::size_t> permutation(std::size_t tasks, std::uint64_t number,
                                                   std::uint64_t seed);

/// Run number `number`, over that permutation. Deterministic.
[[nodiscard]] Result<SequenceRun> simulate_sequence(const SequenceSimulation& sequence,
                                                    std::uint64_t number);

/// Runs 0 to `permutations` - 1 of each sequence, on `jobs` threads, in the order of `sequences`.
[[nodiscard]] Result<std::vector<std::vector<SequenceRun>>> simulate_sequences(
    const std::vector<SequenceSimulation>& sequences, std::uint64_t permutations, std::size_t jobs,
    const std::function<void(std::size_t done)>& progress);

/// Runs of a method over a sequence.
struct SequenceMethod {
  std::string name;
  std::vector<SequenceRun> runs;  ///< One for each permutation.
};

using TaskTables = std::vector<std::shared_ptr<const Table>>;

/// Chart of the regret by place in the sequence: metric of the choice after full training against
/// the best of the task's table; median and quartiles over the permutations.
[[nodiscard]] Chart regret_by_place(const TaskTables& tables,
                                    const std::vector<SequenceMethod>& methods);

/// Chart of the virtual time of each task by place; median and quartiles over the permutations.
[[nodiscard]] Chart time_by_place(const TaskTables& tables,
                                  const std::vector<SequenceMethod>& methods);

}  // namespace troupe::actors
