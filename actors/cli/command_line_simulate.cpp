#include <string>

#include <CLI/CLI.hpp>

#include "actors/cli/command_line.hpp"

namespace troupe::cli {
namespace {

constexpr const char* simulate_examples =
    "Plays recorded learning curves to the study: the same scheduler, searcher and actors as in\n"
    "`troupe run`, but time is virtual and no program is started.\n"
    "\n"
    "A table is a folder with space.json, configs.csv, curves_*.npy (a row for each "
    "configuration,\n"
    "a column for each unit of resource; NaN where a run had ended: its last value holds), "
    "meta.json\n"
    "and, if it has one, time.npy (cumulative seconds; without it a unit takes 1 s).\n"
    "\n"
    "The study file may be as short as\n"
    "  scheduler: {name: pasha}\n"
    "  n_workers: 4\n"
    "  stop_criterion: {max_num_trials_started: 256}\n"
    "What it lacks comes from the table: study, metric, mode, resource_attr, max_t, config_space;\n"
    "entry is not needed. Without a config_space, configurations are rows of the table, each "
    "drawn\n"
    "at most once (--lookup rows); with one, the nearest row stands for what the searcher draws\n"
    "(--lookup nearest).\n"
    "\n"
    "Examples:\n"
    "  troupe simulate pasha.yaml --table tables/opda_alexnet_imagenet --seeds 0..24\n"
    "  troupe simulate pasha.yaml --table tables/t1 --metric curves_top5 --mode max\n"
    "  troupe simulate pasha.yaml --synthetic 4096x200 --seeds 0..9 -f csv\n"
    "  troupe simulate pasha.yaml --table tables/t1 --dir out     then: troupe replay out\n"
    "\n"
    "The same seed gives the same output, whatever --jobs is.\n";

constexpr const char* compare_examples =
    "Each METHOD is a study file as `troupe simulate` takes it: a scheduler, n_workers and a\n"
    "stop_criterion are enough. Printed for each table: the metric of the configuration to "
    "retrain after\n"
    "full training (looked up in the table), the time until it was chosen, the speed-up over the\n"
    "first method, the highest resource that a trial reached, and how many trials reported at "
    "each\n"
    "rung; mean and standard deviation over the seeds. The folder of --out gets runs.csv (a line\n"
    "for each run), summary.csv, and for each table a picture of the best metric over time (SVG).\n"
    "\n"
    "Example:\n"
    "  troupe compare asha.yaml pasha.yaml --table tables/t1 --table tables/t2 --seeds 0..24\n";

void add_curves(CLI::App& command, CurveOptions& options) {
  auto* tables = command.add_option("--table", options.tables, "The folder of a recorded table")
                     ->type_name("DIR")
                     ->allow_extra_args(false);
  command.add_option("--synthetic", options.synthetic, "Made-up curves instead, as 4096x200")
      ->type_name("NxR")
      ->excludes(tables);
  command.add_option("--metric", options.metric, "Which curve (default: meta.json's)")
      ->type_name("NAME");
  command.add_option("--mode", options.mode, "min or max, for another --metric than meta.json's")
      ->type_name("MODE")
      ->check(CLI::IsMember({"min", "max"}));
  command
      .add_option("--lookup", options.lookup,
                  "rows, nearest or auto (default): nearest if the file has a config_space")
      ->type_name("HOW")
      ->check(CLI::IsMember({"auto", "rows", "nearest"}));
  command.add_flag_callback(
      "--trained-only", [&options] { options.rows = actors::Rows::trained; },
      "Leave out configurations of which nothing was observed");
  command.add_option("--seeds", options.seeds, "As 0..24 or 3,5 (default: the file's seed)")
      ->type_name("SEEDS");
  command.add_option("--workers", options.workers, "Trials at a time, instead of n_workers")
      ->type_name("N")
      ->check(at_least_one, "");
  command
      .add_option("--permutations", options.permutations,
                  "The tables are tasks of a sequence, played in so many orders")
      ->type_name("N")
      ->check(at_least_one, "");
  command.add_option("--jobs", options.jobs, "Threads (default: one for each processor)")
      ->type_name("N")
      ->check(at_least_one, "");
  add_format(command, options.format);
}

}  // namespace

void add_simulate(CLI::App& app, SimulateOptions& options) {
  auto& command = *app.add_subcommand("simulate", "Play a study over recorded learning curves")
                       ->footer(simulate_examples);
  command.add_option("STUDY", options.study, "The study file (YAML or JSON)")
      ->required()
      ->type_name("");
  add_curves(command, options.curves);
  command
      .add_option("--dir", options.folder,
                  "Keep the study's folder (journal, results); of several seeds DIR/seed-N")
      ->type_name("DIR");
}

void add_compare(CLI::App& app, CompareOptions& options) {
  auto& command = *app.add_subcommand("compare", "Compare methods over recorded learning curves")
                       ->footer(compare_examples);
  command.add_option("METHODS", options.studies, "Study files; the first is compared against")
      ->required()
      ->type_name("");
  add_curves(command, options.curves);
  command.add_option("--out", options.folder, "For CSV and pictures (default: comparison)")
      ->type_name("DIR");
}

}  // namespace troupe::cli
