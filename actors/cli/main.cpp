// The program `troupe`: parses its command line and calls the command.

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "actors/cli/command_line.hpp"
#include "actors/study_file/problem.hpp"
#include "runtime/process/process_reaper.hpp"

namespace troupe::cli {
namespace {

constexpr const char* about =
    "Troupe tunes the hyperparameters of any program.\n"
    "You describe the search in one YAML file; troupe starts your program with one configuration\n"
    "after the other, several at a time, reads the metric that it prints, and gives time to those\n"
    "that do well (ASHA, PASHA, Hyperband, RUSH).\n";

constexpr const char* examples =
    "First steps:\n"
    "  troupe validate --template > study.yaml   a study file with a comment on every key\n"
    "  troupe validate study.yaml                every mistake in it, with line and column\n"
    "  troupe preview study.yaml                 how far trials may go, and how many of them\n"
    "  troupe run study.yaml                     runs it; the same command resumes it\n"
    "  troupe best DIR                           the best configuration found\n"
    "  troupe simulate study.yaml --table DIR    the same over recorded curves, in virtual time\n"
    "  troupe compare a.yaml b.yaml --table DIR  several methods over recorded curves\n"
    "\n"
    "Exit codes: 0 done (run: the study finished), 1 failure, 2 bad command line or study file,\n"
    "3 more trials failed than the study allows, 130 interrupted: the same command resumes.\n";

int dispatch(const std::string& command, const Parsed& parsed) {
  if (command == "run") return run_study(parsed.run);
  if (command == "validate") return validate(parsed.validate);
  if (command == "preview") return preview(parsed.preview);
  if (command == "trials") return list_trials(parsed.list);
  if (command == "best") return show_best(parsed.list);
  if (command == "events") return list_events(parsed.list);
  if (command == "importance") return show_importance(parsed.list);
  if (command == "why") return show_why(parsed.why);
  if (command == "logs") return show_logs(parsed.logs);
  if (command == "replay") return replay_journal(parsed.replay);
  if (command == "clean") return clean(parsed.clean);
  if (command == "keys") return use_keys(parsed.keys);
  if (command == "nodes") return list_nodes(parsed.nodes);
  if (command == "memory") return use_memory(parsed.memory);
  if (command == "simulate") return simulate_study(parsed.simulate);
  if (command == "compare") return compare_studies(parsed.compare);
  return run_node(parsed.node);
}

/// Prints an error in the command line, and which --help describes the command.
int refuse(const CLI::App& app, const std::string& what) {
  std::string command = "troupe";
  for (auto chosen = app.get_subcommands(); !chosen.empty();
       chosen = chosen.front()->get_subcommands())
    command += " " + chosen.front()->get_name();
  std::fprintf(stderr, "%s: %s\nSee `%s --help`.\n", command.c_str(), what.c_str(),
               command.c_str());
  return exit_usage;
}

/// Error message if the first word is no command; none if it is one, or an option.
std::optional<std::string> unknown_command(const CLI::App& app, std::span<char*> arguments) {
  if (arguments.size() < 2 || std::string_view(arguments[1]).starts_with('-')) return std::nullopt;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  const std::string word = arguments[1];
  if (std::ranges::find(names, word) != names.end()) return std::nullopt;
  return "unknown command '" + word + "'" +
         actors::suggestion(word, {names.begin(), names.end()}, "commands");
}

int parse_and_run(std::span<char*> arguments) {
  CLI::App app(about);
  app.name("troupe");
  app.footer(examples);
  app.set_version_flag("--version", TROUPE_VERSION);
  app.get_formatter()->column_width(34);
  Parsed parsed;
  add_commands(app, parsed);
  if (const auto what = unknown_command(app, arguments)) return refuse(app, *what);
  try {
    app.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::ParseError& error) {  // Thrown for --help and --version too, with code 0.
    if (error.get_exit_code() == 0) return app.exit(error);
    return refuse(app, error.what());
  }
  if (app.get_subcommands().empty()) {
    std::fputs(app.help().c_str(), stderr);
    return exit_usage;
  }
  return dispatch(app.get_subcommands().front()->get_name(), parsed);
}

/// Becomes the process reaper of a node. It stays small: nothing else of this program has started.
int start_reaper(std::span<char*> arguments) {
  int fd = -1;
  if (arguments.size() == 4 && std::string_view(arguments[2]) == "--fd") {
    const std::string_view text(arguments[3]);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fd);
    if (error != std::errc{} || end != text.data() + text.size()) fd = -1;
  }
  if (fd >= 0) return runtime::reaper_main(fd);
  std::fputs("troupe warden --fd N: started by a node, not by people\n", stderr);
  return exit_usage;
}

}  // namespace
}  // namespace troupe::cli

int main(int argc, char** argv) {
  using namespace troupe::cli;
  try {
    const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
    if (argc > 1 && std::string_view(argv[1]) == "warden") return start_reaper(arguments);
    return parse_and_run(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "troupe: %s\n", error.what());
    return exit_failure;
  }
}
