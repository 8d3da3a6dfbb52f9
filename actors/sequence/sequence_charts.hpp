#pragma once

#include <memory>
#include <string>
#include <vector>

#include "actors/plots/chart.hpp"
#include "actors/sequence/simulated_sequence.hpp"
#include "actors/tables/table.hpp"

namespace troupe::actors {

/// What a method came to over a sequence.
struct SequenceMethod {
  std::string name;
  std::vector<SequenceRun> runs;  ///< One for each permutation.
};

using TaskTables = std::vector<std::shared_ptr<const Table>>;

/// How much worse each method's choice is, after full training, than the best configuration of the
/// task's table: the median over the permutations, between quartiles, by place in the sequence.
[[nodiscard]] Chart regret_by_place(const TaskTables& tables,
                                    const std::vector<SequenceMethod>& methods);

/// The virtual time that each task took, likewise.
[[nodiscard]] Chart time_by_place(const TaskTables& tables,
                                  const std::vector<SequenceMethod>& methods);

}  // namespace troupe::actors
