#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/tables/table.hpp"

// Options of each command as plain data, and one function per command. Only command_line.cpp and
// main.cpp depend on the parser.

namespace troupe::cli {

/// Exit codes of `troupe`.
enum ExitCode : int {
  exit_ok = 0,            ///< Done; for `run`: the study finished.
  exit_failure = 1,       ///< Any error without a code of its own.
  exit_usage = 2,         ///< The command line or the study file is invalid.
  exit_study_failed = 3,  ///< More trials failed than the study allows.
  exit_interrupted = 130  ///< The study was interrupted; the same command resumes it.
};

enum class TableFormat { table, json, csv };
enum class Verbosity { normal, quiet, json };

struct RunOptions {
  std::string study;                     ///< Path of the study file.
  std::string folder;                    ///< --dir; empty: the name of the study.
  std::optional<std::uint32_t> workers;  ///< --workers; none: n_workers of the file.
  std::optional<std::uint64_t> seed;     ///< --seed; none: the seed of the file.
  std::string memory;                    ///< --memory; empty: the memory of the file.
  std::string listen;                    ///< --listen; empty: the address of the file.
  std::string keys;  ///< --keys; empty: the default key folder, if keys are needed.
  std::optional<std::uint32_t> local_slots;  ///< Trials at a time on this machine; none: as fit.
  bool fresh = false;  ///< Move an earlier study of the folder aside and start a new one.
  Verbosity verbosity = Verbosity::normal;
};

struct ValidateOptions {
  std::string study;
  bool print_template = false;  ///< Print a commented study file instead; `study` is empty.
};

struct PreviewOptions {
  std::string study;
  TableFormat format = TableFormat::table;
};

/// Options of `trials`, `best` and `events`.
struct ListOptions {
  std::string folder;
  TableFormat format = TableFormat::table;
};

struct WhyOptions {
  std::string folder;
  std::uint32_t trial = 0;
  TableFormat format = TableFormat::table;
};

struct LogsOptions {
  std::string folder;
  std::uint32_t trial = 0;
  std::optional<std::uint32_t> attempt;  ///< None: the last attempt.
  bool errors = false;                   ///< stderr instead of stdout.
};

struct ReplayOptions {
  std::string folder;
  bool searcher = false;  ///< Compute the suggestions of a searcher that learns again, too.
};

struct CleanOptions {
  std::string folder;
};

struct MemoryOptions {
  enum class What { list, show, forget, export_all };
  What what = What::list;
  std::string file;
  std::string task;  ///< For `forget`: name or number of a task.
  TableFormat format = TableFormat::table;
};

struct KeysOptions {
  enum class What { init, add, list, revoke };
  What what = What::list;
  std::string folder;         ///< --keys; empty: the default key folder.
  std::string name;           ///< For `add` and `revoke`: name of the node.
  std::string role = "node";  ///< For `add`: node or control.
  std::string key;            ///< For `add`: a public key; empty: the node makes one.
  std::string at;             ///< For `add`: HOST:PORT of the head.
  TableFormat format = TableFormat::table;
};

struct NodesOptions {
  std::string folder;
  bool refused = false;  ///< List only refused connections.
  TableFormat format = TableFormat::table;
};

struct NodeOptions {
  std::string join;                  ///< Address of the head, or the folder of a study.
  std::string invitation;            ///< File with an invitation; "-": standard input.
  std::string name;                  ///< Empty: host name and process id.
  std::optional<double> cpus;        ///< None: all that the process may use.
  std::optional<std::int64_t> gpus;  ///< None: 0.
  std::string memory;                ///< As in a study file, "4G"; empty: all of the machine.
  std::string keys;                  ///< --keys; empty: the default key folder, if keys are needed.
  std::optional<std::uint32_t> slots;  ///< Trials at a time; none: as many as fit.
  double lease_s = 5;          ///< Seconds without a message from the head until the node leaves.
  std::string folder;          ///< --dir; empty: the study's folder if it is shared.
  std::vector<int> keep_open;  ///< Inherited descriptors that the node and its reaper keep open.
};

/// Options that `simulate` and `compare` share: tables of curves, seeds and permutations.
struct CurveOptions {
  std::vector<std::string> tables;  ///< --table: folders of recorded tables.
  std::string synthetic;            ///< --synthetic: "4096x200", instead of --table.
  std::string metric;               ///< --metric; empty: the metric of meta.json.
  std::string mode;             ///< --mode: min or max, for a metric other than that of meta.json.
  std::string lookup = "auto";  ///< --lookup: auto, rows or nearest.
  actors::Rows rows =
      actors::Rows::all;  ///< --trained-only: rows with at least one observed value.
  std::string seeds;      ///< --seeds: "0..24"; empty: the seed of the file.
  std::optional<std::uint32_t> workers;
  std::optional<std::uint32_t> jobs;  ///< Number of threads; none: one for each processor.
  /// Number of task orders: the tables are tasks of a sequence, first in the given order.
  std::optional<std::uint32_t> permutations;
  TableFormat format = TableFormat::table;
};

struct SimulateOptions {
  std::string study;
  std::string folder;  ///< --dir: keeps the study folder of each seed there.
  CurveOptions curves;
};

struct CompareOptions {
  std::vector<std::string> studies;
  std::string folder = "comparison";  ///< --out: for CSV files and charts.
  CurveOptions curves;
};

// Each function returns an exit code. Results go to stdout, errors to stderr.

int run_study(const RunOptions& options);
int validate(const ValidateOptions& options);
int preview(const PreviewOptions& options);
int list_trials(const ListOptions& options);
int show_best(const ListOptions& options);
int list_events(const ListOptions& options);
int show_importance(const ListOptions& options);
int show_why(const WhyOptions& options);
int show_logs(const LogsOptions& options);
int replay_journal(const ReplayOptions& options);
int clean(const CleanOptions& options);
int use_keys(const KeysOptions& options);
int list_nodes(const NodesOptions& options);
int use_memory(const MemoryOptions& options);
int run_node(const NodeOptions& options);
int simulate_study(const SimulateOptions& options);
int compare_studies(const CompareOptions& options);

/// `troupe run` of a sequence file; called by run_study.
int run_sequence(const RunOptions& options);

}  // namespace troupe::cli
