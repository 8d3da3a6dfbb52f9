#pragma once

#include <string>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

// What the commands that look at a study answer for the folder of a sequence.

/// Its tasks: how each stands, its best, and what the memory did for it.
int list_tasks(const std::string& folder, TableFormat format);

/// Every task by itself, and that each began with A* as those before it left it.
int replay_sequence(const std::string& folder);

/// Of a sequence file: every mistake at once.
int validate_sequence(const std::string& file);

}  // namespace troupe::cli
