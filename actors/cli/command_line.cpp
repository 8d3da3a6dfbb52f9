#include "actors/cli/command_line.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

namespace troupe::cli {
namespace {

constexpr const char* run_examples =
    "The folder DIR keeps everything: journal.db, results.csv, trials.csv, best.json and each\n"
    "trial's output. If it holds an unfinished study, that one is resumed, whatever ended it.\n"
    "One that has ended goes on when the file raises the limit that ended it.\n"
    "\n"
    "Examples:\n"
    "  troupe run study.yaml --workers 8\n"
    "  troupe run study.yaml --dir /data/s1 --seed 3\n"
    "  troupe run study.yaml --fresh             start over; the earlier results are kept aside\n"
    "  troupe run study.yaml --json | jq .       one JSON object for each event\n"
    "\n"
    "Exit codes: 0 finished, 1 failure, 2 bad study file, 3 more than max_failures trials failed,\n"
    "130 interrupted: the same command resumes.\n";

constexpr const char* validate_examples =
    "All errors are reported at once, each with line and column, what was found and what was\n"
    "expected. Warnings leave the exit code at 0; an error makes it 2.\n"
    "\n"
    "Examples:\n"
    "  troupe validate study.yaml\n"
    "  troupe validate --template                a study file with a comment on every key\n";

constexpr const char* preview_examples =
    "One line for each rung: the resource at which trials are compared there, the fraction that\n"
    "may pass, and how many trials reach it at most.\n"
    "\n"
    "Example:\n"
    "  troupe preview study.yaml -f csv\n";

constexpr const char* node_examples =
    "Offers this machine's processors to the study whose head listens at ADDRESS, and runs its\n"
    "trials until the study ends. `troupe run` starts one such node by itself. For another "
    "machine\n"
    "`troupe keys add NAME` prints the whole line; options may be added to it. A node that does "
    "not\n"
    "share the study's folder works in one of its own: checkpoints and logs are brought there and\n"
    "back over its link, and the program must be there as on the head's machine.\n"
    "\n"
    "Examples:\n"
    "  troupe node --join DIR --name second --cpus 4 --memory 8G       on the head's machine\n"
    "  troupe node --join tcp://HOST:PORT/KEY --name gpu1 --invitation FILE     elsewhere\n"
    "  troupe node --join HOST:PORT --name gpu1        again: the head's key is known from then "
    "on\n";

constexpr const char* keys_examples =
    "Beyond this machine, nodes prove with keys who they are. A key is good for one name and for\n"
    "one role: `node` runs trials of a study, `control` follows a study and may stop it.\n"
    "\n"
    "Examples:\n"
    "  troupe keys init                          once on the machine where studies run\n"
    "  troupe keys add gpu1 --at head:7070       prints the line to run on gpu1, within 24 hours\n"
    "  troupe run study.yaml --listen tcp://0.0.0.0:7070\n"
    "  troupe keys list\n"
    "  troupe keys revoke gpu1                   cuts it off, also from a study that runs\n";

constexpr const char* nodes_examples =
    "State is up, unreachable (silent; nothing is lost yet) or dead. Below the nodes come those "
    "who\n"
    "were turned away: who, from where, why and how often. lag_s: how long the node has not\n"
    "confirmed what was sent to it; silent_s: since anything was heard of it.\n"
    "\n"
    "Examples:\n"
    "  troupe nodes DIR\n"
    "  troupe nodes DIR -f json\n"
    "  troupe nodes DIR --refused -f csv\n";

constexpr const char* memory_examples =
    "A memory is made by the first task that uses it: `troupe run study.yaml --memory team.db`.\n"
    "\n"
    "Examples:\n"
    "  troupe memory list team.db\n"
    "  troupe memory show team.db -f json\n"
    "  troupe memory forget team.db 3            the task's number, or its name\n"
    "  troupe memory export team.db > team.json\n";

}  // namespace

void add_format(CLI::App& command, TableFormat& format) {
  const auto names = [](const std::string& name) {
    const bool known = name == "table" || name == "json" || name == "csv";
    return known ? "" : "'" + name + "' is not one of table, json, csv";
  };
  command
      .add_option_function<std::string>(
          "-f,--format",
          [&format](const std::string& name) {
            format = name == "json"  ? TableFormat::json
                     : name == "csv" ? TableFormat::csv
                                     : TableFormat::table;
          },
          "table, json or csv (default table)")
      ->check(names, "")
      ->type_name("FORMAT");
}

std::string at_least_one(const std::string& text) {
  return text.find_first_not_of("0123456789") == std::string::npos &&
                 text.find_first_not_of('0') != std::string::npos
             ? ""
             : "'" + text + "' is not a whole number above 0";
}

namespace {

std::string not_negative(const std::string& text) {
  return text.starts_with('-') ? "'" + text + "' is below 0" : "";
}

void add_folder(CLI::App& command, std::string& folder) {
  command.add_option("DIR", folder, "The study's folder")->required()->type_name("");
}

void add_study(CLI::App& command, std::string& study) {
  command.add_option("STUDY", study, "The study file (YAML or JSON)")->required()->type_name("");
}

void add_keys_folder(CLI::App& command, std::string& folder) {
  command.add_option("--keys", folder, "This machine's keys (default: ~/.config/troupe/keys)")
      ->type_name("DIR");
}

void add_run(CLI::App& app, RunOptions& options) {
  auto& command = *app.add_subcommand("run", "Run a study, or resume it")->footer(run_examples);
  add_study(command, options.study);
  command.add_option("--dir", options.folder, "The study's folder (default: its name)")
      ->type_name("DIR");
  command.add_option("--workers", options.workers, "Trials at a time, instead of n_workers")
      ->type_name("N")
      ->check(at_least_one, "");
  command.add_option("--seed", options.seed, "Instead of the file's seed")->type_name("N");
  command
      .add_option("--memory", options.memory,
                  "What earlier tasks found: their best run first, and ours joins them")
      ->type_name("FILE");
  command.add_option("--listen", options.listen, "Where nodes join, instead of the file's listen")
      ->type_name("ADDRESS");
  command
      .add_option("--local-slots", options.local_slots,
                  "Trials at a time on this machine; 0 leaves them to other nodes")
      ->type_name("N");
  add_keys_folder(command, options.keys);
  command.add_flag("--fresh", options.fresh, "Start over, although the folder holds a study");
  auto* quiet = command.add_flag_callback(
      "-q,--quiet", [&options] { options.verbosity = Verbosity::quiet; }, "Show errors only");
  command
      .add_flag_callback(
          "--json", [&options] { options.verbosity = Verbosity::json; },
          "Show each event as a JSON object on a line")
      ->excludes(quiet);
}

void add_validate(CLI::App& app, ValidateOptions& options) {
  auto& command = *app.add_subcommand("validate", "Check a study file: every mistake at once")
                       ->footer(validate_examples);
  auto* study =
      command.add_option("STUDY", options.study, "The study file (YAML or JSON)")->type_name("");
  command.add_flag("--template", options.print_template, "Print a commented study file")
      ->excludes(study);
}

void add_lists(CLI::App& app, Parsed& parsed) {
  auto& preview = *app.add_subcommand("preview", "Show the rungs of a study and what they cost")
                       ->footer(preview_examples);
  add_study(preview, parsed.preview.study);
  add_format(preview, parsed.preview.format);
  for (const auto& [name, help] :
       {std::pair{"trials", "List the trials of a study"},
        std::pair{"best", "Show the best model and the configuration to retrain"},
        std::pair{"importance", "Show how much each parameter matters, by rung"},
        std::pair{"events", "List what happened in a study"}}) {
    auto& command = *app.add_subcommand(name, help);
    command.footer(
        "May be asked at any time, also while the study runs: it does not slow it.\n\n"
        "Example:\n  troupe " +
        std::string(name) + " DIR -f json\n");
    add_folder(command, parsed.list.folder);
    add_format(command, parsed.list.format);
  }
  auto& why = *app.add_subcommand("why", "Show why a trial got its configuration and each decision")
                   ->footer(
                       "Where the configuration came from, and for each decision about the trial "
                       "the rung, how\nmany trials were in it, the cutoff and epsilon.\n\n"
                       "Example:\n  troupe why DIR 7\n");
  add_folder(why, parsed.why.folder);
  why.add_option("TRIAL", parsed.why.trial, "The trial's number")->required()->type_name("");
  add_format(why, parsed.why.format);
  auto& logs = *app.add_subcommand("logs", "Show what a trial's program printed")
                    ->footer(
                        "Examples:\n  troupe logs DIR 7\n"
                        "  troupe logs DIR 7 --attempt 1 --stderr\n");
  add_folder(logs, parsed.logs.folder);
  logs.add_option("TRIAL", parsed.logs.trial, "The trial's number")->required()->type_name("");
  logs.add_option("--attempt", parsed.logs.attempt, "Which of its processes (default: the last)")
      ->type_name("N")
      ->check(at_least_one, "");
  logs.add_flag("--stderr", parsed.logs.errors, "Its stderr instead of its stdout");
  auto& replay = *app.add_subcommand("replay", "Decide again all that a journal says, and compare")
                      ->footer(
                          "Example:\n  troupe replay DIR\n\n"
                          "Exit codes: 0 no difference, 1 the first differences are shown.\n");
  add_folder(replay, parsed.replay.folder);
  replay.add_flag("--searcher", parsed.replay.searcher,
                  "Compute also the suggestions of a searcher that learns again, which takes as "
                  "long as the search did");
  auto& clean = *app.add_subcommand("clean", "Delete checkpoints that only a longer study needs")
                     ->footer(
                         "An ended study keeps the checkpoints of its paused trials, and of those "
                         "that a\nlimit stopped, because it goes on with them when its limits are "
                         "raised. This deletes\nthem; those of the best trials stay.\n\n"
                         "Example:\n  troupe clean DIR\n");
  add_folder(clean, parsed.clean.folder);
}

void add_node(CLI::App& app, NodeOptions& options) {
  auto& command =
      *app.add_subcommand("node", "Run trials for a study on this machine")->footer(node_examples);
  command.add_option("--join", options.join, "The study's folder, or where its head listens")
      ->required()
      ->type_name("ADDRESS");
  command.add_option("--name", options.name, "Of this node (default: the host's)")
      ->type_name("NAME");
  command
      .add_option("--invitation", options.invitation,
                  "File with the invitation of `troupe keys add`; - reads standard input")
      ->type_name("FILE");
  command.add_option("--slots", options.slots, "Trials at a time (default: as many as fit)")
      ->type_name("N");
  command.add_option("--cpus", options.cpus, "Offered processors (default: all)")
      ->type_name("N")
      ->check(not_negative, "");
  command.add_option("--gpus", options.gpus, "Offered GPUs (default: 0)")
      ->type_name("N")
      ->check(not_negative, "");
  command.add_option("--memory", options.memory, "Offered memory (default: all)")->type_name("4G");
  command
      .add_option("--dir", options.folder,
                  "Work here, not in the study's folder (default: only if it is not shared, in "
                  "~/.cache/troupe)")
      ->type_name("DIR");
  add_keys_folder(command, options.keys);
  command
      .add_option("--lease", options.lease_s, "Without word from the head for so long, leave (5)")
      ->type_name("SECONDS");
  command.add_option("--keep-open", options.keep_open, "Descriptors, inherited from the head")
      ->delimiter(',')
      ->group("");  // Hidden from --help.
}

void add_memory(CLI::App& app, MemoryOptions& options) {
  auto& memory =
      *app.add_subcommand("memory", "What earlier tasks found: list, show, forget, export")
           ->footer(memory_examples);
  memory.require_subcommand(1);
  const auto add = [&](const char* name, const char* help, MemoryOptions::What what) {
    auto& command = *memory.add_subcommand(name, help);
    command.add_option("FILE", options.file, "The memory")->required()->type_name("");
    command.callback([&options, what] { options.what = what; });
    return &command;
  };
  using What = MemoryOptions::What;
  add_format(*add("list", "List the tasks", What::list), options.format);
  add_format(*add("show", "Show A*, the best configurations, in the order of joining", What::show),
             options.format);
  add("forget", "Take a task out, and what only it has found", What::forget)
      ->add_option("TASK", options.task, "Its number or name")
      ->required()
      ->type_name("");
  add("export", "Print everything as JSON", What::export_all);
}

void add_keys(CLI::App& app, KeysOptions& options) {
  auto& keys =
      *app.add_subcommand("keys", "Who may join from other machines: init, add, list, revoke")
           ->footer(keys_examples);
  keys.require_subcommand(1);
  const auto add = [&](const char* name, const char* help, KeysOptions::What what) {
    auto& command = *keys.add_subcommand(name, help);
    add_keys_folder(command, options.folder);
    command.callback([&options, what] { options.what = what; });
    return &command;
  };
  using What = KeysOptions::What;
  add("init", "Make this machine's own keys", What::init);
  auto& admit = *add("add", "Let a node in: prints the line to run there", What::add);
  admit.add_option("NAME", options.name, "Of the node")->required()->type_name("");
  admit.add_option("--at", options.at, "Where it reaches the head")
      ->required()
      ->type_name("HOST:PORT");
  admit.add_option("--role", options.role, "node (runs trials) or control (default: node)")
      ->check(
          [](const std::string& role) {
            return role == "node" || role == "control" ? ""
                                                       : "'" + role + "' is not node or control";
          },
          "")
      ->type_name("ROLE");
  admit.add_option("--key", options.key, "Its public key (default: it makes one by itself)")
      ->type_name("KEY");
  add_format(*add("list", "Show who is let in", What::list), options.format);
  add("revoke", "Let a node in no more", What::revoke)
      ->add_option("NAME", options.name, "Of the node")
      ->required()
      ->type_name("");
}

void add_nodes(CLI::App& app, NodesOptions& options) {
  auto& command = *app.add_subcommand("nodes", "List the nodes of a study, and who was turned away")
                       ->footer(nodes_examples);
  add_folder(command, options.folder);
  add_format(command, options.format);
  command.add_flag("--refused", options.refused, "Only who was turned away");
}

}  // namespace

void add_commands(CLI::App& app, Parsed& parsed) {
  add_run(app, parsed.run);
  add_validate(app, parsed.validate);
  add_lists(app, parsed);
  add_memory(app, parsed.memory);
  add_keys(app, parsed.keys);
  add_nodes(app, parsed.nodes);
  add_node(app, parsed.node);
  add_simulate(app, parsed.simulate);
  add_compare(app, parsed.compare);
}

}  // namespace troupe::cli
