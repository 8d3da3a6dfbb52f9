#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study_file/study_file.hpp"
#include "actors/study_file/study_options.hpp"
#include "runtime/core/check.hpp"
#include "schedulers/scheduler_options.hpp"
#include "schedulers/searchers/make_searcher.hpp"

namespace troupe::actors {
namespace {

/// The template. A line "@section.key" stands for the lines of a described key, "@key" for those of
/// a key at the top; "*" stands for all keys of the section that are named nowhere else. A line
/// "@scheduler methods" stands for the list of schedulers, "@searcher methods" for searchers.
constexpr std::string_view template_frame =
    R"(# A study file for troupe. YAML or JSON; every key that may be left out says so.

@study

# The program to tune. Paths are relative to this file; the program runs in this file's folder.
entry:
  # A list of arguments; no shell reads it. ${name} stands for a parameter's value ($${ for ${);
  # ${trial_dir}, ${checkpoint_dir}, ${trial_id} and ${study} for those of the trial.
  command: [./train, --data, data.csv]
  # How the parameters that no ${name} mentions are passed. Default: flags.
  #   flags       --lr 0.1             equals  --lr=0.1
  #   json-file   --config FILE        env     the environment variable HP_lr=0.1
  #   none        not at all
  args: flags
  # Whether --st_checkpoint_dir FOLDER is passed too: auto (default: if the program reports as Syne
  # Tune's scripts do), always or never. TROUPE_CHECKPOINT_DIR has the same folder always.
  st_checkpoint_dir: auto
@entry.*
  # Added to the program's environment. May be left out.
  env: {OMP_PROC_BIND: "true"}
  # Variables of the environment of `troupe run`, such as passwords. Their values are passed to the
  # programs of all nodes, and written to no file, journal or log.
  # env_from: [WANDB_API_KEY]

# What may be searched. Integer bounds are inclusive. A plain value is a constant.
config_space:
  lr: {loguniform: [1e-5, 1e-1]}                 # uniform on a log scale
  momentum: {reverseloguniform: [0, 0.99]}       # 1 - momentum is uniform on a log scale
  dropout: {uniform: [0, 0.5]}
  layers: {randint: [1, 4]}                      # 1, 2, 3 or 4
  units: {lograndint: [16, 1024]}                # an integer on a log scale
  act: {choice: [relu, tanh]}                    # values without an order
  batch: {ordinal: [16, 32, 64, 128]}            # values with an order
  decay: {logfinrange: [1e-6, 1e-2, 5]}          # five values, evenly spaced on a log scale
  smoothing: {finrange: [0, 0.2, 3]}             # 0, 0.1 and 0.2
  width: {randint: [64, 512], step: 64}          # 64, 128, ..., 512; for uniform and finrange too
  epochs: 243
  # Only where others have certain values; elsewhere it is absent, and not passed to the program:
  # nesterov: {choice: [false, true], when: {momentum: "> 0.5", act: [relu, tanh]}}

# Configurations that are never tried: a list of conditions, each of them as in `when`. May be left
# out. A value, a list of values, or a comparison in quotes (<, <=, >, >=, !=) for each parameter.
forbid:
  - {layers: "> 2", units: ">= 512"}

# What the program reports. It prints a line after each epoch; see `report` below.
@metric
@mode
@resource_attr
@max_resource_attr

# What decides how far trials go.
@scheduler methods
scheduler:
  name: pasha
@scheduler.type
@scheduler.grace_period
@scheduler.reduction_factor
@scheduler.rung_increment
@scheduler.*

# What proposes configurations. Default: random.
@searcher methods
searcher:
  name: random
@searcher.*

# The best configurations of earlier tasks, if there were any, with every parameter that is searched.
# They run before all others, and are the hurdle of rush.
# incumbents:
#   - {lr: 2e-3, momentum: 0.9, ...}

# The same out of a memory, which each finished study adds its best to; or `--memory team.db`.
# memory: team.db
# memory: {file: team.db, rename: {learning_rate: lr}, defaults: {momentum: 0.0}, drop: [old]}

# Configurations to try first; the middle of its domain is taken for what is missing. Default: one
# configuration in the middle of everything (grid: none). [] for none.
points_to_evaluate:
  - {lr: 1e-3, act: tanh}

@n_workers

# What one trial takes of its node. Default: processors are not counted, n_workers alone limits the
# trials (cpus: 0); no GPU; any amount of memory. memory is enforced; cpus and gpus are counted, and
# CUDA_VISIBLE_DEVICES is set.
resources: {cpus: 1, gpus: 0, memory: 4G}

# Checkpoints of trials that cannot go on any more are deleted, but for the best trial's (keep: best),
# those of so many of the best (keep: 3), or all. Beyond max_bytes (default: no bound) those of the
# paused trials least likely to go on are deleted too: if one goes on after all, it starts over.
checkpoints: {keep: best, max_bytes: 20G}

# The study ends at the first of these. Counts are totals, and exact. Where the study would not end
# by itself at least one is needed.
stop_criterion:
@stop_criterion.max_wallclock_time
@stop_criterion.max_num_trials_started
@stop_criterion.max_num_trials_completed
@stop_criterion.max_num_trials_finished
@stop_criterion.max_num_evaluations
@stop_criterion.max_cost
@stop_criterion.min_metric_value
@stop_criterion.*

@when_exhausted
@on_early_exit
@seed
@max_failures
@max_retries

# How the program talks. Default: syne-tune.
#   syne-tune    [tune-metric]: {"epoch": 1, "val_loss": 0.3}
#   name-value   epoch=1 val_loss=0.3
#   regex        a pattern with a named group for each key:
#                pattern: '^\[(?<epoch>\d+)\].*loss:(?<val_loss>\S+)'
#                patterns: ['^Epoch (?<epoch>\d+)', 'val_loss (?<val_loss>\S+)']   on several lines;
#                values stay until the resource changes, and the line with the metric reports
# Trials get PYTHONUNBUFFERED=1 unless `entry.env` sets it.
report:
@report.*

@*
)";

constexpr std::size_t comment_column = 33;  ///< Column, from 0, of the comment behind a key.
constexpr std::size_t width_max = 100;      ///< Columns of a line.

/// Pads a line of the template to the column of its comment.
std::string padded(std::string line) {
  line.resize(std::max(line.size() + 1, comment_column), ' ');
  return line;
}

/// Breaks a text at line ends, and at spaces where it is too wide for the comment's column.
std::vector<std::string> comment_lines(std::string_view text) {
  constexpr std::size_t wide = width_max - comment_column - 2;
  std::vector<std::string> lines;
  while (!text.empty()) {
    std::size_t end = std::min(text.find('\n'), text.size());
    if (end > wide && lines.empty() && text.find('\n') == text.npos) end = text.rfind(' ', wide);
    check(end != text.npos, "documentation has a space in each line");
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The lines of one key: "  key: example    # documentation".
std::string lines_of(std::string_view section, const schedulers::Option& option) {
  if (option.example.empty()) return "";
  const std::string indentation = section.empty() ? "" : "  ";
  if (option.section != nullptr) {  // Its example is whole lines.
    std::string block = indentation + "# ";
    for (const char c : option.example)
      block += c == '\n' ? "\n" + indentation + "# " : std::string(1, c);
    return block + "\n";
  }
  const std::string key = indentation + (option.in_template ? "" : "# ") + std::string(option.key) +
                          ": " + std::string(option.example);
  const auto comments = comment_lines(documentation(option));
  if (comments.empty()) return key + "\n";
  std::string lines = padded(key) + "# " + comments.front() + "\n";
  for (std::size_t i = 1; i < comments.size(); ++i) lines += padded("") + "# " + comments[i] + "\n";
  return lines;
}

/// A list of methods, with a line for each or for neighbours with short documentation.
template <typename Methods>
std::string method_lines(const Methods& methods) {
  constexpr std::size_t name_width = 23;
  std::string lines;
  for (std::size_t i = 0; i < methods.size(); ++i) {
    std::string names(methods[i].name);
    std::string docs(methods[i].doc);
    for (; methods[i].short_doc && i + 1 < methods.size() && methods[i + 1].short_doc; ++i) {
      names += ", " + std::string(methods[i + 1].name);
      docs += "; " + std::string(methods[i + 1].doc);
    }
    names += names.find(',') == names.npos ? "  " : "   ";
    names.resize(std::max(names.size(), name_width), ' ');
    lines += "#   " + names + docs + "\n";
  }
  return lines;
}

/// The lines for a placeholder, as in "report.stream" or "report.*".
std::string expanded(std::string_view placeholder) {
  if (placeholder == "scheduler methods") return method_lines(schedulers::scheduler_methods());
  if (placeholder == "searcher methods") return method_lines(schedulers::searcher_methods());
  const std::size_t dot = placeholder.find('.');
  const std::string_view section = dot == placeholder.npos ? "" : placeholder.substr(0, dot);
  const std::string_view key = dot == placeholder.npos ? placeholder : placeholder.substr(dot + 1);
  if (key != "*") return lines_of(section, schedulers::option_named(options_of(section), key));
  std::string lines;
  for (const schedulers::Option& option : options_of(section)) {
    const std::string own = "@" + std::string(placeholder.substr(0, placeholder.size() - 1)) +
                            std::string(option.key) + "\n";
    if (template_frame.find(own) == template_frame.npos) lines += lines_of(section, option);
  }
  return lines;
}

}  // namespace

std::string study_template() {
  std::string text;
  for (std::string_view rest = template_frame; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    check(end != rest.npos, "each line of the template ends");
    const std::string_view line = rest.substr(0, end);
    text += line.starts_with('@') ? expanded(line.substr(1)) : std::string(line) + "\n";
    rest.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace troupe::actors
