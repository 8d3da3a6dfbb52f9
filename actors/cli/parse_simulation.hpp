#pragma once

#include "actors/cli/commands.hpp"

namespace CLI {
class App;
}

namespace troupe::cli {

/// The commands `simulate` and `compare`.
void add_simulate(CLI::App& app, SimulateOptions& options);
void add_compare(CLI::App& app, CompareOptions& options);

/// The option -f.
void add_format(CLI::App& command, TableFormat& format);

}  // namespace troupe::cli
