#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study_file/memory_spec.hpp"
#include "actors/study_file/scheduler_spec.hpp"
#include "runtime/core/field.hpp"
#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/searchers/make_searcher.hpp"
#include "schedulers/space/config.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

// Everything that a study file says, typed, with defaults filled in and cross-checked. What travels
// to a node to start a trial there (Entry, ReportFormat, TrialResources) is a message.

struct EnvVariable {
  static constexpr std::string_view wire_name = "env_variable";
  std::string name;
  std::string value;  ///< May hold templates.
  static auto fields(auto& m) { return std::tuple{field("name", m.name), field("value", m.value)}; }
  friend bool operator==(const EnvVariable&, const EnvVariable&) = default;
};

/// How a trial's program is started.
struct Entry {
  static constexpr std::string_view wire_name = "entry";
  /// How parameters reach the program, besides templates. Those that a template of the command or
  /// of `env` names are not passed a second time.
  enum class Args {
    flags,      ///< `--name value`, two arguments.
    equals,     ///< `--name=value`, one argument.
    json_file,  ///< `--config FILE`; the file holds one JSON object.
    env,        ///< Environment variables `HP_name`.
    none,       ///< By templates only.
  };
  /// Whether `--st_checkpoint_dir FOLDER` is passed along with flags, equals or json_file.
  enum class CheckpointFlag {
    automatic,  ///< Yes, if the program reports in Syne Tune's way: its scripts expect it.
    always,
    never,
  };
  std::vector<std::string>
      command;  ///< argv, never a shell line; `${name}` is a parameter's value.
  Args args = Args::flags;
  CheckpointFlag st_checkpoint_dir = CheckpointFlag::automatic;
  std::vector<EnvVariable> env;  ///< Added to the environment, in order.
  std::string folder;            ///< Absolute: the working directory, where the study file lies.
  static auto fields(auto& m) {
    return std::tuple{field("command", m.command), field("args", m.args),
                      field("st_checkpoint_dir", m.st_checkpoint_dir), field("env", m.env),
                      field("folder", m.folder)};
  }
  friend bool operator==(const Entry&, const Entry&) = default;
};
constexpr std::array<std::string_view, 5> enum_names(Entry::Args) {
  return {"flags", "equals", "json-file", "env", "none"};
}
constexpr std::array<std::string_view, 3> enum_names(Entry::CheckpointFlag) {
  return {"auto", "always", "never"};
}

/// How a trial's program talks.
struct ReportFormat {
  static constexpr std::string_view wire_name = "report_format";
  enum class Format {
    syne_tune,   ///< `[tune-metric]: {"epoch": 1, "loss": 0.3}` anywhere in a line.
    name_value,  ///< `epoch=1 loss=0.3` anywhere in a line.
    regex,       ///< `pattern`, with a named group for each key.
  };
  enum class Stream { stdout_stream, stderr_stream };
  enum class AfterResume {
    continues,  ///< A resumed program counts on: its first report is the resource it left off
                ///< plus 1.
    restarts,   ///< It counts from its beginning again; what it had used is added.
  };
  Format format = Format::syne_tune;
  Stream stream = Stream::stdout_stream;
  std::string pattern;  ///< format regex; see LinePattern.
  schedulers::Resource resource_offset =
      0;  ///< Added to every reported resource: 1 if it counts from 0.
  AfterResume after_resume = AfterResume::continues;
  std::string metric;         ///< The study's, again: a reader of lines needs nothing else.
  std::string resource_attr;  ///< The same.
  std::string cost_attr = "st_worker_cost";  ///< The key that stop_criterion.max_cost adds up.
  static auto fields(auto& m) {
    return std::tuple{field("format", m.format),
                      field("stream", m.stream),
                      field("pattern", m.pattern),
                      field("resource_offset", m.resource_offset),
                      field("after_resume", m.after_resume),
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

/// What one trial occupies on its node.
struct TrialResources {
  static constexpr std::string_view wire_name = "trial_resources";
  /// For admission only; also OMP_NUM_THREADS, rounded up. 0: not counted, n_workers alone decides.
  double cpus = 0;
  std::int64_t gpus = 0;           ///< For admission, and CUDA_VISIBLE_DEVICES.
  std::uint64_t memory_bytes = 0;  ///< Enforced. 0: no limit.
  static auto fields(auto& m) {
    return std::tuple{field("cpus", m.cpus), field("gpus", m.gpus),
                      field("memory_bytes", m.memory_bytes)};
  }
  friend bool operator==(const TrialResources&, const TrialResources&) = default;
};

struct SearcherSpec {
  using Name = schedulers::SearcherName;
  Name name = Name::random;
  std::uint32_t num_samples = 5;  ///< grid: values of a continuous or integer parameter, at most.
  std::string node{};             ///< As the scheduler's.
  std::string actor{};            ///< The same.
  friend bool operator==(const SearcherSpec&, const SearcherSpec&) = default;
};

/// The study ends when the first of these is reached. Counts are totals over all resumptions, and
/// exact: 256 means 256.
struct StopCriterion {
  std::optional<double>
      max_wallclock_time{};  ///< Seconds that the study ran; not those between runs.
  std::optional<std::uint64_t> max_num_trials_started{};
  std::optional<std::uint64_t> max_num_trials_completed{};
  std::optional<std::uint64_t> max_num_trials_finished{};  ///< Completed, stopped or failed.
  std::optional<std::uint64_t> max_num_evaluations{};      ///< Reports that counted.
  std::optional<double> max_cost{};          ///< Sum over trials of the last reported cost.
  std::optional<double> max_metric_value{};  ///< A report at or above this ends the study.
  std::optional<double> min_metric_value{};  ///< A report at or below this ends the study.
  friend bool operator==(const StopCriterion&, const StopCriterion&) = default;
};

/// Which checkpoints are kept of trials that cannot go on any more.
struct CheckpointSpec {
  std::optional<std::uint32_t> best_kept = 1;  ///< Of so many of the best trials; none: all.
  std::uint64_t bytes_max = 0;                 ///< Of all in the study's folder. 0: no bound.
  friend bool operator==(const CheckpointSpec&, const CheckpointSpec&) = default;
};

struct StudySpec {
  using Mode = schedulers::Mode;
  using OnEarlyExit = schedulers::EarlyExit;
  /// What becomes of running and paused trials once no new one may start.
  enum class WhenExhausted {
    finish,   ///< Running ones reach their milestone; nothing else starts.
    promote,  ///< Promotions go on until there is nothing left to promote.
    stop,     ///< Running ones are stopped.
  };

  std::string name;
  std::string text;  ///< The file as given.
  Entry entry;
  schedulers::Space config_space;
  std::string metric;
  Mode mode = Mode::min;
  std::string resource_attr;
  std::optional<std::string>
      max_resource_attr;           ///< The constant whose value is set to the milestone.
  schedulers::Resource max_t = 0;  ///< R, from either key.
  SchedulerSpec scheduler;
  SearcherSpec searcher;
  /// The best configurations of earlier tasks: they run first, as trials 0, 1, ..., and set the
  /// hurdle where the scheduler has one. Complete, each once.
  std::vector<schedulers::Config> incumbents;
  std::vector<schedulers::Config>
      points_to_evaluate;            ///< After the incumbents. Complete, each once.
  std::optional<MemorySpec> memory;  ///< None: the file says nothing of one.
  std::uint32_t n_workers = 1;
  TrialResources resources;
  CheckpointSpec checkpoints;
  StopCriterion stop_criterion;
  WhenExhausted when_exhausted = WhenExhausted::finish;
  OnEarlyExit on_early_exit = OnEarlyExit::hold;
  std::uint64_t seed = 0;
  std::uint32_t max_failures = 1;  ///< The study fails when more trials than this have failed.
  std::uint32_t max_retries = 0;   ///< Of one trial, after which it has failed.
  ReportFormat report;
  double lease_s = 5;        ///< A node without word from the head for so long ends its trials.
  double grace_kill_s = 10;  ///< From SIGTERM to SIGKILL.
  std::string listen = "tcp://127.0.0.1:*";

  friend bool operator==(const StudySpec&, const StudySpec&) = default;
};
constexpr std::array<std::string_view, 3> enum_names(StudySpec::WhenExhausted) {
  return {"finish", "promote", "stop"};
}

}  // namespace troupe::actors
