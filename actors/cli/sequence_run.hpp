#pragma once

#include "actors/cli/commands.hpp"

namespace troupe::cli {

/// `troupe run` of a sequence file.
int run_sequence(const RunOptions& options);

}  // namespace troupe::cli
