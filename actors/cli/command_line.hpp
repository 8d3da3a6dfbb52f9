#pragma once

#include <string>

#include "actors/cli/commands.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library chose this name.
class App;
}

// Functions that add commands to the CLI11 parser, with options, help texts and validators.

namespace troupe::cli {

/// Options of all commands.
struct Parsed {
  RunOptions run;
  ValidateOptions validate;
  PreviewOptions preview;
  ListOptions list;
  WhyOptions why;
  LogsOptions logs;
  ReplayOptions replay;
  CleanOptions clean;
  MemoryOptions memory;
  KeysOptions keys;
  NodesOptions nodes;
  NodeOptions node;
  SimulateOptions simulate;
  CompareOptions compare;
};

/// Adds every command.
void add_commands(CLI::App& app, Parsed& parsed);

/// Adds `simulate`.
void add_simulate(CLI::App& app, SimulateOptions& options);
/// Adds `compare`.
void add_compare(CLI::App& app, CompareOptions& options);

/// Adds the option -f (--format) to a command.
void add_format(CLI::App& command, TableFormat& format);

/// Validator for CLI11: returns an error message, or an empty string for a whole number above 0.
std::string at_least_one(const std::string& text);

}  // namespace troupe::cli
