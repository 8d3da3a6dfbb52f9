#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/tables/rows.hpp"

// What the command line says, as plain data, and a plain function per command. Only main.cpp knows
// how a command line is parsed.

namespace troupe::cli {

/// What `troupe` exits with.
enum ExitCode : int {
  exit_ok = 0,            ///< Done; of `run`: the study finished.
  exit_failure = 1,       ///< Anything that has no code of its own.
  exit_usage = 2,         ///< The command line or the study file makes no sense.
  exit_study_failed = 3,  ///< More trials failed than the study allows.
  exit_interrupted = 130  ///< The study was interrupted; the same command resumes it.
};

enum class TableFormat { table, json, csv };
enum class Verbosity { normal, quiet, json };

struct RunOptions {
  std::string study;                     ///< Path of the study file.
  std::string folder;                    ///< --dir; empty: by the study's name.
  std::optional<std::uint32_t> workers;  ///< Instead of n_workers.
  std::optional<std::uint64_t> seed;     ///< Instead of the file's seed.
  std::string memory;                    ///< --memory; empty: what the file says.
  std::string listen;                    ///< --listen; empty: what the file says.
  std::string keys;                      ///< --keys; empty: the usual folder, where it is needed.
  bool fresh = false;  ///< Move an earlier study of the folder away, and start anew.
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

/// Of `trials`, `best` and `events`.
struct ListOptions {
  std::string folder;
  TableFormat format = TableFormat::table;
};

struct LogsOptions {
  std::string folder;
  std::uint32_t trial = 0;
  std::optional<std::uint32_t> attempt;  ///< None: the last one.
  bool errors = false;                   ///< stderr instead of stdout.
};

struct ReplayOptions {
  std::string folder;
};

struct MemoryOptions {
  enum class What { list, show, forget, export_all };
  What what = What::list;
  std::string file;
  std::string task;  ///< forget: name or number.
  TableFormat format = TableFormat::table;
};

struct KeysOptions {
  enum class What { init, add, list, revoke };
  What what = What::list;
  std::string folder;         ///< --keys; empty: the usual one.
  std::string name;           ///< add, revoke.
  std::string role = "node";  ///< add: node or control.
  std::string key;            ///< add: a public key; empty: the node makes one.
  std::string at;             ///< add: where the head is reached, HOST:PORT.
  TableFormat format = TableFormat::table;
};

struct NodesOptions {
  std::string folder;
  bool refused = false;  ///< Only who was turned away.
  TableFormat format = TableFormat::table;
};

struct NodeOptions {
  std::string join;                  ///< Address of the head.
  std::string name;                  ///< Empty: the host's name.
  std::optional<double> cpus;        ///< None: as many as the process may use.
  std::optional<std::int64_t> gpus;  ///< None: 0.
  std::string memory;                ///< As in a study file, "4G"; empty: what the machine has.
  std::string keys;                  ///< --keys; empty: the usual folder, where it is needed.
  double lease_s = 5;                ///< Without word from the head for so long, it leaves.
  std::string folder;                ///< --dir; empty: in the study's folder, if it is there.
  std::vector<int> keep_open;        ///< Descriptors that it and its reaper keep open: the head's.
};

/// Of `simulate` and `compare`: where curves come from, and how often they are played.
struct CurveOptions {
  std::vector<std::string> tables;  ///< --table: folders.
  std::string synthetic;            ///< --synthetic: "4096x200"; instead of tables.
  std::string metric;               ///< --metric: which curve; empty: as meta.json says.
  std::string mode;                 ///< --mode: min or max, for a metric that is not meta.json's.
  std::string lookup = "auto";      ///< --lookup: auto, rows or nearest.
  actors::Rows rows =
      actors::Rows::all;  ///< --trained-only: those of which something was observed.
  std::string seeds;      ///< --seeds: "0..24"; empty: the file's seed.
  std::optional<std::uint32_t> workers;
  std::optional<std::uint32_t> jobs;  ///< Threads; none: one for each processor.
  /// The tables are the tasks of a sequence, in their order and as many others less one.
  std::optional<std::uint32_t> permutations;
  TableFormat format = TableFormat::table;
};

struct SimulateOptions {
  std::string study;
  std::string folder;  ///< --dir: keep the study's folder of each seed there.
  CurveOptions curves;
};

struct CompareOptions {
  std::vector<std::string> studies;
  std::string folder = "comparison";  ///< --out
  CurveOptions curves;
};

/// The exit code is returned. Problems go to stderr, what was asked for to stdout.
int run_study(const RunOptions& options);
int validate(const ValidateOptions& options);
int preview(const PreviewOptions& options);
int list_trials(const ListOptions& options);
int show_best(const ListOptions& options);
int list_events(const ListOptions& options);
int show_logs(const LogsOptions& options);
int replay_journal(const ReplayOptions& options);
int use_keys(const KeysOptions& options);
int list_nodes(const NodesOptions& options);
int use_memory(const MemoryOptions& options);
int run_node(const NodeOptions& options);
int simulate_study(const SimulateOptions& options);
int compare_studies(const CompareOptions& options);

/// `troupe reaper --fd N`: owns the process tree of trials; `fd` is its socket to the node.
int warden_main(int fd);

}  // namespace troupe::cli
