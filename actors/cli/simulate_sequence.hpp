#pragma once

#include "actors/cli/commands.hpp"
#include "actors/cli/curves.hpp"

namespace troupe::cli {

/// `troupe simulate` of a sequence: each table is a task.
int simulate_sequence_file(MethodFile& method, const SimulateOptions& options);

/// `troupe compare --permutations`: whole sequences of tasks.
int compare_sequences(const CompareOptions& options);

}  // namespace troupe::cli
