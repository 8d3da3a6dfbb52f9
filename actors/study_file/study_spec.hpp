#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/core/field.hpp"
#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/scheduler_options.hpp"
#include "schedulers/searchers/make_searcher.hpp"
#include "schedulers/space/config.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

// The content of a study file, typed, with defaults filled in and checked. Entry, ReportFormat and
// TrialResources are messages: a node gets them to start trials.

struct EnvVariable {
  static constexpr std::string_view wire_name = "EnvVariable";
  std::string name;
  std::string value;  ///< May contain `${name}` templates.
  static auto fields(auto& m) { return std::tuple{field("name", m.name), field("value", m.value)}; }
  friend bool operator==(const EnvVariable&, const EnvVariable&) = default;
};

/// The command line and environment of the trials' program.
struct Entry {
  static constexpr std::string_view wire_name = "Entry";
  /// How the program gets its parameters. A parameter that a `${name}` template of the command or
  /// of `env` names is not passed a second time.
  enum class Args {
    flags,      ///< `--name value`, two arguments.
    equals,     ///< `--name=value`, one argument.
    json_file,  ///< `--config FILE`; the file holds one JSON object.
    env,        ///< Environment variables `HP_name`.
    none,       ///< By `${name}` templates only.
  };
  /// Whether `--st_checkpoint_dir FOLDER` is passed along with flags, equals or json_file.
  enum class CheckpointFlag {
    automatic,  ///< Yes, if the report format is syne_tune: Syne Tune's scripts expect it.
    always,
    never,
  };
  /// How truth values are passed. In JSON they are true and false always.
  enum class Booleans {
    automatic,  ///< python, if the report format is syne_tune; else lower.
    lower,      ///< true, false
    python,     ///< True, False
    flag,       ///< `--name`, or no argument.
    zero_one,   ///< 1, 0
  };
  /// How lists are passed. In JSON they are arrays always.
  enum class Lists {
    json,    ///< One argument: [64, 32]
    repeat,  ///< `--name 64 --name 32`
    join,    ///< One argument: 64,32
    nargs,   ///< `--name 64 32`
  };
  /// The working directory of the programs.
  enum class Cwd {
    study,  ///< The study file's folder, which all trials share.
    trial,  ///< A folder of the trial, with links to the entries of the study file's folder.
  };
  std::vector<std::string> command;  ///< argv; no shell reads it. `${name}` is a parameter's value.
  Args args = Args::flags;
  CheckpointFlag st_checkpoint_dir = CheckpointFlag::automatic;
  std::vector<EnvVariable> env;  ///< Added to the environment, in order.
  std::string folder;            ///< Absolute path of the study file's folder.
  Booleans booleans = Booleans::automatic;
  Lists lists = Lists::json;
  Cwd cwd = Cwd::study;
  /// Names of variables that the programs get from the environment of the head. Their values are in
  /// no file and no journal.
  std::vector<std::string> env_from;
  static auto fields(auto& m) {
    return std::tuple{field("command", m.command),
                      field("args", m.args),
                      field("st_checkpoint_dir", m.st_checkpoint_dir),
                      field("env", m.env),
                      field("folder", m.folder),
                      field("booleans", m.booleans),
                      field("lists", m.lists),
                      field("cwd", m.cwd),
                      field("env_from", m.env_from)};
  }
  friend bool operator==(const Entry&, const Entry&) = default;
};
constexpr std::array<std::string_view, 5> enum_names(Entry::Args) {
  return {"flags", "equals", "json-file", "env", "none"};
}
constexpr std::array<std::string_view, 3> enum_names(Entry::CheckpointFlag) {
  return {"auto", "always", "never"};
}
constexpr std::array<std::string_view, 5> enum_names(Entry::Booleans) {
  return {"auto", "lower", "python", "flag", "0-1"};
}
constexpr std::array<std::string_view, 4> enum_names(Entry::Lists) {
  return {"json", "repeat", "join", "nargs"};
}
constexpr std::array<std::string_view, 2> enum_names(Entry::Cwd) {
  return {"study", "trial"};
}

/// The format in which a trial's program reports metrics.
struct ReportFormat {
  static constexpr std::string_view wire_name = "ReportFormat";
  enum class Format {
    syne_tune,   ///< `[tune-metric]: {"epoch": 1, "loss": 0.3}` anywhere in a line.
    name_value,  ///< `epoch=1 loss=0.3` anywhere in a line.
    regex,       ///< A match of `pattern`, which has a named group for each key.
  };
  enum class Stream { stdout_stream, stderr_stream };
  enum class AfterResume {
    continues,  ///< The first report of a resumed program has the resource of its last report
                ///< before the pause plus 1.
    restarts,   ///< A resumed program counts from 1 again; the resource used before is added.
  };
  enum class ResourceSource {
    reported,  ///< The program prints it.
    count,     ///< The number of reports; after a resume, from the resource before on.
  };
  enum class Repeats { first, last };
  Format format = Format::syne_tune;
  Stream stream = Stream::stdout_stream;
  std::string pattern;  ///< Of format regex; see LinePattern. Empty if there are `patterns`.
  /// Of format regex. Each matches lines of its own: the resource may be printed before the metric.
  std::vector<std::string> patterns;
  ResourceSource resource = ResourceSource::reported;
  double resource_scale = 1;  ///< Multiplies every printed resource, for fractions of an epoch.
  schedulers::Resource resource_offset =
      0;  ///< Added to every reported resource: 1 for a program that counts from 0.
  AfterResume after_resume = AfterResume::continues;
  /// Which value results and the searcher use if a resource is reported more than once.
  Repeats repeats = Repeats::first;
  bool unbuffer = false;                                  ///< Runs the program under stdbuf.
  std::uint64_t max_log_bytes = std::uint64_t{16} << 20;  ///< Of a log of an attempt. 0: no limit.
  std::string metric;                                     ///< Copy of StudySpec::metric.
  std::string resource_attr;                              ///< Copy of StudySpec::resource_attr.
  std::string cost_attr = "st_worker_cost";  ///< The key that stop_criterion.max_cost adds up.
  static auto fields(auto& m) {
    return std::tuple{field("format", m.format),
                      field("stream", m.stream),
                      field("pattern", m.pattern),
                      field("patterns", m.patterns),
                      field("resource", m.resource),
                      field("resource_scale", m.resource_scale),
                      field("resource_offset", m.resource_offset),
                      field("after_resume", m.after_resume),
                      field("repeats", m.repeats),
                      field("unbuffer", m.unbuffer),
                      field("max_log_bytes", m.max_log_bytes),
                      field("metric", m.metric),
                      field("resource_attr", m.resource_attr),
                      field("cost_attr", m.cost_attr)};
  }
  friend bool operator==(const ReportFormat&, const ReportFormat&) = default;
};
constexpr std::array<std::string_view, 3> enum_names(ReportFormat::Format) {
  return {"syne-tune", "name-value", "regex"};
}
constexpr std::array<std::string_view, 2> enum_names(ReportFormat::Stream) {
  return {"stdout", "stderr"};
}
constexpr std::array<std::string_view, 2> enum_names(ReportFormat::AfterResume) {
  return {"continues", "restarts"};
}
constexpr std::array<std::string_view, 2> enum_names(ReportFormat::ResourceSource) {
  return {"reported", "count"};
}
constexpr std::array<std::string_view, 2> enum_names(ReportFormat::Repeats) {
  return {"first", "last"};
}

/// Resources of its node that one trial occupies.
struct TrialResources {
  static constexpr std::string_view wire_name = "TrialResources";
  /// Counted for admission; rounded up it is OMP_NUM_THREADS. 0: only n_workers limits the trials.
  double cpus = 0;
  std::int64_t gpus = 0;           ///< Counted for admission; sets CUDA_VISIBLE_DEVICES.
  std::uint64_t memory_bytes = 0;  ///< Enforced limit. 0: none.
  static auto fields(auto& m) {
    return std::tuple{field("cpus", m.cpus), field("gpus", m.gpus),
                      field("memory", m.memory_bytes)};
  }
  friend bool operator==(const TrialResources&, const TrialResources&) = default;
};

/// The choice of the scheduler and its options.
struct SchedulerSpec {
  static constexpr std::string_view wire_name = "SchedulerSpec";
  std::string name = "asha";  ///< Name of a schedulers::SchedulerMethod.
  /// From the section `scheduler` alone; scheduler_options() adds the study's mode, R and others.
  schedulers::SchedulerOptions options{};
  std::string node{};  ///< Name of the node process that hosts the scheduler. Empty: the head.
  std::string
      actor{};  ///< Name of a user's own scheduler actor on that node. Empty: a built-in one.
  static auto fields(auto& m) {
    return std::tuple{field("name", m.name), field("options", m.options), field("node", m.node),
                      field("actor", m.actor)};
  }
  friend bool operator==(const SchedulerSpec&, const SchedulerSpec&) = default;
};

/// The choice of the searcher and its options.
struct SearcherSpec {
  static constexpr std::string_view wire_name = "SearcherSpec";
  std::string name = "random";  ///< Name of a schedulers::SearcherMethod.
  schedulers::SearcherOptions options{};
  std::string node{};  ///< Name of the node process that hosts the searcher. Empty: the head.
  std::string
      actor{};  ///< Name of a user's own searcher actor on that node. Empty: a built-in one.
  /// Seconds that a free slot waits for a suggestion before it takes a random configuration.
  double patience_s = 5;
  static auto fields(auto& m) {
    return std::tuple{field("name", m.name), field("options", m.options), field("node", m.node),
                      field("actor", m.actor), field("patience", m.patience_s)};
  }
  friend bool operator==(const SearcherSpec&, const SearcherSpec&) = default;
};

/// A parameter that has different names in the memory and in the study file.
struct MemoryRename {
  static constexpr std::string_view wire_name = "MemoryRename";
  std::string there;  ///< Name in the memory.
  std::string here;   ///< Name in the study file.
  static auto fields(auto& m) { return std::tuple{field("there", m.there), field("here", m.here)}; }
  friend bool operator==(const MemoryRename&, const MemoryRename&) = default;
};

/// The memory of a study, and how configurations from it are mapped to the study's space.
struct MemorySpec {
  static constexpr std::string_view wire_name = "MemorySpec";
  std::string file;  ///< Absolute path. Empty: the study file names no memory file.
  std::vector<MemoryRename> renames;
  schedulers::Config defaults;    ///< Values for parameters that earlier tasks did not have.
  std::vector<std::string> drop;  ///< Parameters of the memory that the study does not search.
  static auto fields(auto& m) {
    return std::tuple{field("file", m.file), field("rename", m.renames),
                      field("defaults", m.defaults), field("drop", m.drop)};
  }
  friend bool operator==(const MemorySpec&, const MemorySpec&) = default;
};

/// The study ends when the first of these is reached. Counts are exact totals over all runs of the
/// study.
struct StopCriterion {
  static constexpr std::string_view wire_name = "StopCriterion";
  std::optional<double>
      max_wallclock_time{};  ///< Seconds of running time; pauses between runs do not count.
  std::optional<std::uint64_t> max_num_trials_started{};
  std::optional<std::uint64_t> max_num_trials_completed{};
  std::optional<std::uint64_t>
      max_num_trials_finished{};  ///< Trials that completed, were stopped or failed.
  std::optional<std::uint64_t> max_num_evaluations{};  ///< Reports that were not ignored.
  std::optional<double> max_cost{};          ///< Sum over trials of the last reported cost.
  std::optional<double> max_metric_value{};  ///< A report at or above this ends the study.
  std::optional<double> min_metric_value{};  ///< A report at or below this ends the study.
  static auto fields(auto& m) {
    return std::tuple{field("max_wallclock_time", m.max_wallclock_time),
                      field("max_num_trials_started", m.max_num_trials_started),
                      field("max_num_trials_completed", m.max_num_trials_completed),
                      field("max_num_trials_finished", m.max_num_trials_finished),
                      field("max_num_evaluations", m.max_num_evaluations),
                      field("max_cost", m.max_cost),
                      field("max_metric_value", m.max_metric_value),
                      field("min_metric_value", m.min_metric_value)};
  }
  friend bool operator==(const StopCriterion&, const StopCriterion&) = default;
};

/// Which checkpoints of ended trials are kept.
struct CheckpointSpec {
  static constexpr std::string_view wire_name = "CheckpointSpec";
  std::optional<std::uint32_t> best_kept =
      1;                        ///< Number of best trials that keep theirs; none: all.
  std::uint64_t bytes_max = 0;  ///< Bound on all checkpoints of the study. 0: none.
  /// Whose checkpoints a program loads.
  enum class Trust {
    all,        ///< Those of every node.
    same_node,  ///< Those of its own node. A trial that moves to another node starts over.
  };
  Trust trust = Trust::all;
  static auto fields(auto& m) {
    return std::tuple{field("keep", m.best_kept), field("max_bytes", m.bytes_max),
                      field("trust", m.trust)};
  }
  friend bool operator==(const CheckpointSpec&, const CheckpointSpec&) = default;
};

constexpr std::array<std::string_view, 2> enum_names(CheckpointSpec::Trust) {
  return {"all", "same-node"};
}

struct StudySpec {
  static constexpr std::string_view wire_name = "StudySpec";
  using Mode = schedulers::Mode;
  using OnEarlyExit = schedulers::EarlyExit;
  /// Treatment of running and paused trials once no new trial may start.
  enum class WhenExhausted {
    finish,   ///< Running trials reach their milestones; none is resumed.
    promote,  ///< Paused trials are resumed until the scheduler promotes none.
    stop,     ///< Running trials are stopped.
  };

  std::string name;
  std::string text;  ///< Content of the file. Not part of the message.
  Entry entry;
  schedulers::Space config_space;
  std::string metric;
  Mode mode = Mode::min;
  std::string resource_attr;
  std::optional<std::string>
      max_resource_attr;           ///< The constant of the space that passes the milestone.
  schedulers::Resource max_t = 0;  ///< R: the value of `max_t` or of that constant.
  SchedulerSpec scheduler;
  SearcherSpec searcher;
  /// The best configurations of earlier tasks. They run first, as trials 0, 1, ..., and set the
  /// hurdle of a scheduler that has one. Complete configurations without repetitions.
  std::vector<schedulers::Config> incumbents;
  std::vector<schedulers::Config>
      points_to_evaluate;            ///< Run after the incumbents. Complete; no repetitions.
  std::optional<MemorySpec> memory;  ///< None: the file has no key `memory`.
  std::uint32_t n_workers = 1;
  TrialResources resources;
  CheckpointSpec checkpoints;
  StopCriterion stop_criterion;
  WhenExhausted when_exhausted = WhenExhausted::finish;
  OnEarlyExit on_early_exit = OnEarlyExit::hold;
  std::uint64_t seed = 0;
  std::uint32_t max_failures = 1;  ///< The study fails when more trials than this have failed.
  std::uint32_t max_retries = 0;   ///< Restarts of one trial before it counts as failed.
  ReportFormat report;
  double lease_s = 5;        ///< Seconds without the head after which a node ends its trials.
  double grace_kill_s = 10;  ///< Seconds from SIGTERM to SIGKILL.
  /// Seconds that one attempt of a trial may run. None: no bound.
  std::optional<double> trial_timeout_s{};
  /// Seconds that a program may run without a report, also before its first. None: no bound.
  std::optional<double> report_timeout_s{};
  std::string listen = "tcp://127.0.0.1:*";
  bool group_readable = false;  ///< The study's folder is open to the group of its owner.

  static auto fields(auto& m) {
    return std::tuple{field("study", m.name),
                      field("entry", m.entry),
                      field("config_space", m.config_space),
                      field("metric", m.metric),
                      field("mode", m.mode),
                      field("resource_attr", m.resource_attr),
                      field("max_resource_attr", m.max_resource_attr),
                      field("max_t", m.max_t),
                      field("scheduler", m.scheduler),
                      field("searcher", m.searcher),
                      field("incumbents", m.incumbents),
                      field("points_to_evaluate", m.points_to_evaluate),
                      field("memory", m.memory),
                      field("n_workers", m.n_workers),
                      field("resources", m.resources),
                      field("checkpoints", m.checkpoints),
                      field("stop_criterion", m.stop_criterion),
                      field("when_exhausted", m.when_exhausted),
                      field("on_early_exit", m.on_early_exit),
                      field("seed", m.seed),
                      field("max_failures", m.max_failures),
                      field("max_retries", m.max_retries),
                      field("report", m.report),
                      field("lease", m.lease_s),
                      field("grace_kill_s", m.grace_kill_s),
                      field("trial_timeout", m.trial_timeout_s),
                      field("report_timeout", m.report_timeout_s),
                      field("listen", m.listen),
                      field("group_readable", m.group_readable)};
  }
  friend bool operator==(const StudySpec&, const StudySpec&) = default;

  /// Whether trials have a maximum resource; without one each runs until its program ends.
  [[nodiscard]] bool has_max_resource() const { return max_t < schedulers::resource_max; }
};
constexpr std::array<std::string_view, 3> enum_names(StudySpec::WhenExhausted) {
  return {"finish", "promote", "stop"};
}

// Conversions to the inputs of the schedulers and searchers. `seed`: the seed of the study, which
// may differ from the seed in the file.

[[nodiscard]] schedulers::StudyTerms study_terms(const StudySpec& spec, std::uint64_t seed);
[[nodiscard]] schedulers::SchedulerOptions scheduler_options(const StudySpec& spec,
                                                             std::uint64_t seed);
[[nodiscard]] schedulers::SearchTerms search_terms(const StudySpec& spec, std::uint64_t seed);

/// The same with the seed in the file.
[[nodiscard]] schedulers::SchedulerOptions scheduler_options(const StudySpec& spec);

/// A new searcher for the study.
[[nodiscard]] std::unique_ptr<schedulers::Searcher> searcher_of(const StudySpec& spec,
                                                                std::uint64_t seed);

/// How truth values are passed: `entry.booleans`, with its default resolved.
[[nodiscard]] Entry::Booleans booleans_of(const StudySpec& spec);

/// Resources of the first bracket's rungs, lowest first; the last one is where trials end.
[[nodiscard]] std::vector<schedulers::Resource> rungs_of(const StudySpec& spec);

/// The same if the scheduler compares trials there; else, or if its options have problems, none.
[[nodiscard]] std::vector<schedulers::Resource> compared_rungs(const StudySpec& spec);

}  // namespace troupe::actors
