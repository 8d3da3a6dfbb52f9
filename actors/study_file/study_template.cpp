#include "actors/study_file/study_file.hpp"

namespace troupe::actors {

std::string_view study_template() {
  return R"(# A study file for troupe. YAML or JSON; every key that may be left out says so.

study: my-study                  # its name; letters, digits, - _ .

# The program to tune. Paths are relative to this file; the program runs in this file's folder.
entry:
  # A list of arguments; no shell reads it. ${name} stands for a parameter's value ($${ for ${).
  command: [./train, --data, data.csv]
  # How the parameters that no ${name} mentions are passed. Default: flags.
  #   flags       --lr 0.1             equals  --lr=0.1
  #   json-file   --config FILE        env     the environment variable HP_lr=0.1
  #   none        not at all
  args: flags
  # Whether --st_checkpoint_dir FOLDER is passed too: auto (default: if the program reports as Syne
  # Tune's scripts do), always or never. TROUPE_CHECKPOINT_DIR has the same folder always.
  st_checkpoint_dir: auto
  # Added to the program's environment. May be left out.
  env: {OMP_PROC_BIND: "true"}

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
  epochs: 243
  # Only where others have certain values; elsewhere it is absent, and not passed to the program:
  # nesterov: {choice: [false, true], when: {momentum: "> 0.5", act: [relu, tanh]}}

# Configurations that are never tried: a list of conditions, each of them as in `when`. May be left
# out. A value, a list of values, or a comparison in quotes (<, <=, >, >=, !=) for each parameter.
forbid:
  - {layers: "> 2", units: ">= 512"}

# What the program reports. It prints a line after each epoch; see `report` below.
metric: val_loss
mode: min                        # or max
resource_attr: epoch             # the key that counts 1, 2, 3, ...
max_resource_attr: epochs        # the constant above that holds the most a trial may use.
                                 # Or give that number itself: max_t: 243

# What decides how far trials go.
#   asha                   asynchronous successive halving: at each rung the best go on
#   pasha                  the same under a ceiling that rises while the top two rungs disagree
#   hyperband              asha in several brackets, of which some begin at a higher rung
#   rush                   asha where a trial must also be as good as the `incumbents` are there
#   successive_halving     synchronous: a rung is judged once it is full
#   synchronous_hyperband  the same in several brackets, one after another
#   synchronous_rush       rounds of a fixed budget, in which arms behind the incumbents are dropped
#   k_epoch, random_search, random_choice   every trial to k; every trial to the maximum; one trial
scheduler:
  name: pasha
  type: promotion                # or stopping: a trial that is good enough runs on without a pause.
                                 # Default: stopping; promotion where the ceiling rises
  grace_period: 1                # the lowest rung. Default 1
  reduction_factor: 3            # each rung is so many times the one below. Default 3
  # rung_increment: 10           # instead of reduction_factor: rungs so far apart
  # rung_levels: [1, 5, 20]      # instead of the three above: exactly these rungs
  # brackets: 3                  # of the hyperbands. Default: as many as there are
  # own_rungs: true              # hyperband: each bracket has rungs of its own. Default false
  # ceiling: progressive         # rush: as pasha has it. Default fixed
  # hurdle: none                 # asha, pasha: `incumbents` only run first. Default: they are the
                                 # hurdle, as rush has it
  # When pasha's ceiling rises: `criterion` is soft (default), direct, rbo, rrr or arrr.
  # ranking: {criterion: soft, epsilon: auto, percentile: 90}   # epsilon: a number; or
  # ranking: {criterion: soft, epsilon: sigma, scaling: 2}      # sigma, mean or median, so many times
  # ranking: {criterion: rbo, p: 1, t: 0.5, form: paper}        # form: paper (default) or reference
  # budget: 4000                 # synchronous_rush: of the resource, for all arms together
  # arms: 27                     # synchronous_rush: trials that compete, incumbents among them
  # budget_rule: kept            # or as_printed: the poster's formula, which spends more
  # k: 3                         # k_epoch: the resource that every trial runs to
  # node: tuner                  # the name of the node that hosts it. Default: the head
  # actor: mine                  # the name of your own scheduler actor there

# What proposes configurations: random, grid or sobol (quasi-random: more even). Default: random.
# grid takes every combination, the last parameter varying fastest, with num_samples values
# (default 5) of a continuous or integer parameter that has more.
searcher: {name: random}

# The best configurations of earlier tasks, if there were any, with every parameter that is searched.
# They run before all others, and are the hurdle of rush.
# incumbents:
#   - {lr: 2e-3, momentum: 0.9, ...}

# The same out of a memory, which each finished study adds its best to; or `--memory team.db`.
# memory: team.db
# memory: {file: team.db, rename: {learning_rate: lr}, defaults: {momentum: 0.0}}

# Configurations to try first; the middle of its domain is taken for what is missing. Default: one
# configuration in the middle of everything (grid: none). [] for none.
points_to_evaluate:
  - {lr: 1e-3, act: tanh}

n_workers: 4                     # trials at a time. Default 1

# What one trial takes of its node. Default: one processor, no GPU, any amount of memory.
# memory is enforced; cpus and gpus are counted, and CUDA_VISIBLE_DEVICES is set.
resources: {cpus: 1, gpus: 0, memory: 4G}

# Checkpoints of trials that cannot go on any more are deleted, but for the best trial's (keep: best),
# those of so many of the best (keep: 3), or all. Beyond max_bytes (default: no bound) those of the
# paused trials least likely to go on are deleted too: if one goes on after all, it starts over.
checkpoints: {keep: best, max_bytes: 20G}

# The study ends at the first of these. Counts are totals, and exact. Where the study would not end
# by itself at least one is needed.
stop_criterion:
  max_wallclock_time: 3600       # seconds
  max_num_trials_started: 256
  # max_num_trials_completed: 10 # trials that ended by themselves or reached the maximum
  # max_num_trials_finished: 200 # completed, stopped or failed
  # max_num_evaluations: 5000    # reports
  # max_cost: 100                # sum of report.cost_attr over trials
  # min_metric_value: 0.01       # a report at or below this
  # max_metric_value: 0.99       # a report at or above this

when_exhausted: finish           # no new trials are left: finish what runs (default), promote (default
                                 # where rungs are judged once they are full), stop
on_early_exit: hold              # a program ended early: its last value holds (default), or drop
seed: 0                          # default 0. The same seed proposes the same configurations
max_failures: 1                  # the study fails when more trials than this failed. Default 1
max_retries: 0                   # of a trial that failed, from its last checkpoint. Default 0

# How the program talks. Default: syne-tune.
#   syne-tune    [tune-metric]: {"epoch": 1, "val_loss": 0.3}
#   name-value   epoch=1 val_loss=0.3
#   regex        a pattern with a named group for each key:
#                pattern: '^\[(?<epoch>\d+)\].*loss:(?<val_loss>\S+)'
report:
  format: syne-tune
  stream: stdout                 # or stderr. Default stdout
  resource_offset: 0             # added to the resource: 1 for a program that counts from 0
  after_resume: continues        # or restarts: it counts from its beginning again when resumed
  cost_attr: st_worker_cost      # the key that max_cost adds up

lease: 5                         # seconds without the head after which a node ends its trials
grace_kill_s: 10                 # seconds from SIGTERM to SIGKILL
listen: tcp://127.0.0.1:*        # where nodes join; elsewhere with keys: see troupe keys
)";
}

}  // namespace troupe::actors
