#include "actors/study_file/study_difference.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/json.hpp"
#include "actors/study_file/study_file.hpp"
#include "actors/study_file/study_options.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_difference)

/// Sets each key of a study file to another value than its default.
const std::string full = R"(study: full
entry:
  command: [sh, "${lr}"]
  args: equals
  st_checkpoint_dir: never
  booleans: python
  lists: repeat
  cwd: trial
  env_from: [HOME, SOME_TOKEN]
  env: {A: "1", B: "${epochs}"}
config_space:
  lr: {loguniform: [1e-5, 0.1]}
  momentum: {reverseloguniform: [0, 0.99]}
  dropout: {uniform: [0, 0.5]}
  layers: {randint: [1, 4]}
  units: {lograndint: [16, 1024]}
  act: {choice: [relu, "nan", 3, true]}
  batch: {ordinal: [16, 32]}
  decay: {logfinrange: [1e-6, 1e-2, 5]}
  smoothing: {finrange: {lower: 0, upper: 10, size: 3, cast_int: true}}
  nesterov: {choice: [false, true], when: {momentum: "> 0.5", act: [relu]}}
  epochs: 243
forbid:
  - {layers: "> 2", units: ">= 512"}
metric: loss
mode: max
resource_attr: epoch
max_resource_attr: epochs
scheduler:
  name: pasha
  node: tuner
  grace_period: 2
  reduction_factor: 4
  ranking: {criterion: soft, epsilon: sigma, scaling: 2}
  hurdle: none
searcher: {name: mobster, node: tuner, surrogate: matern52, resource: bohb, input_warping: true,
           box_cox: true, num_init_random: 3, num_init_candidates: 100,
           max_size_data_for_model: 300, patience: 2}
incumbents:
  - {lr: 1e-3, momentum: 0.9, dropout: 0.1, layers: 2, units: 64, act: relu, batch: 16,
     decay: 1e-6, smoothing: 5, nesterov: true}
points_to_evaluate: [{layers: 1}]
memory: {file: m.db, rename: {rate: lr}, defaults: {dropout: 0.0}, drop: [old]}
n_workers: 3
resources: {cpus: 2, gpus: 1, memory: 4G}
checkpoints: {keep: 3, max_bytes: 20G, trust: same-node}
stop_criterion:
  max_wallclock_time: 60
  max_num_trials_started: 9
  max_num_trials_completed: 8
  max_num_trials_finished: 7
  max_num_evaluations: 1000
  max_cost: 5.5
  max_metric_value: 0.9
  min_metric_value: -1
when_exhausted: promote
on_early_exit: drop
seed: 5
max_failures: 4
max_retries: 2
report: {format: regex, pattern: '(?<epoch>\d+) (?<loss>\S+)', stream: stderr, resource_offset: 1,
         after_resume: restarts, cost_attr: cost, resource: reported, resource_scale: 2,
         repeats: last, unbuffer: true, max_log_bytes: 1M}
lease: 7
grace_kill_s: 3
trial_timeout: 600
report_timeout: 60
listen: "tcp://127.0.0.1:7070"
group_readable: true
)";

StudySpec read(const std::string& text) {
  StudyFile file = read_study_text(text, "/studies/a/study.yaml");
  std::string problems;
  for (const Problem& problem : file.problems) problems += to_text(problem);
  BOOST_TEST_REQUIRE(file.spec.has_value(), problems);
  return std::move(*file.spec);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  BOOST_TEST_REQUIRE(at != text.npos, from);
  return text.replace(at, from.size(), to);
}

BOOST_AUTO_TEST_CASE(a_study_comes_back_from_the_journal_with_everything_in_its_file) {
  StudySpec spec = read(full);
  StudySpec back = from_json<StudySpec>(to_json(spec)).value();
  spec.text.clear();
  BOOST_TEST((back == spec));
  BOOST_TEST((back.config_space.cardinality() == spec.config_space.cardinality()));
}

BOOST_AUTO_TEST_CASE(the_study_above_has_every_key_of_a_study_file) {
  // Whoever adds a key adds it to `full`, and its member to the fields of its struct.
  for (const char* section :
       {"", "entry", "resources", "checkpoints", "stop_criterion", "report", "memory", "searcher"})
    for (const auto& option : options_of(section)) {
      // Keys that exclude others of the file.
      if (option.key == "max_t" || option.key == "actor" || option.key == "num_samples" ||
          option.key == "patterns")
        continue;
      BOOST_TEST(full.find(std::string(option.key) + ":") != std::string::npos,
                 "the key " << section << "." << option.key << " is missing");
    }
}

BOOST_AUTO_TEST_CASE(comments_layout_and_defaults_make_no_difference) {
  const std::string text = R"(# A comment.
study: s
entry: {command: [sh]}
config_space: {lr: {loguniform: [1e-5, 0.1]}, epochs: 243}
metric: loss
mode: min
resource_attr: epoch
max_resource_attr: epochs
scheduler: asha
stop_criterion: {max_num_trials_started: 9}
)";
  const std::string same =
      R"({"study": "s", "mode": "minimize", "metric": "loss", "time_attr": "epoch",
"entry": {"args": "flags", "command": ["sh"]}, "max_resource_attr": "epochs", "seed": 0,
"config_space": {"lr": {"loguniform": {"lower": 0.00001, "upper": 0.10}}, "epochs": 243},
"scheduler": {"name": "asha", "type": "stopping", "eta": 3.0, "grace_period": 1},
"searcher": "random", "n_workers": 1, "max_failures": 1,
"stop_criterion": {"max_num_trials_started": 9}})";
  const StudyDifference found = difference(read(text), read(same));
  BOOST_TEST(to_text(found.identity) == "");
  BOOST_TEST(to_text(found.settings) == "");
}

BOOST_AUTO_TEST_CASE(each_key_that_decisions_depend_on_is_identity) {
  const StudySpec spec = read(full);
  const auto identity = [&](const std::string& from, const std::string& to) {
    const StudyDifference found = difference(spec, read(replaced(full, from, to)));
    return to_text(found.identity);
  };
  BOOST_TEST(identity("loguniform: [1e-5, 0.1]", "loguniform: [1e-5, 0.2]") ==
             "  config_space.lr: loguniform: [1e-05, 0.1] -> loguniform: [1e-05, 0.2]");
  BOOST_TEST(identity("act: [relu]}}", "act: [relu, 3]}}") ==
             "  config_space.nesterov: choice: [false, true] when momentum > 0.5, act is relu -> "
             "choice: [false, true] when momentum > 0.5, act is relu or 3");
  BOOST_TEST(identity("\"> 2\", units", "\"> 3\", units") ==
             "  forbid: layers > 2, units >= 512 -> layers > 3, units >= 512");
  BOOST_TEST(identity("mode: max", "mode: min") == "  mode: max -> min");
  BOOST_TEST(identity("grace_period: 2", "grace_period: 3") == "  scheduler.grace_period: 2 -> 3");
  BOOST_TEST(identity("scaling: 2", "scaling: 3") == "  scheduler.ranking.m: 2 -> 3");
  BOOST_TEST(identity("surrogate: matern52", "surrogate: freeze_thaw") ==
             "  searcher.surrogate: matern52 -> freeze_thaw");
  BOOST_TEST(identity("points_to_evaluate: [{layers: 1}]", "points_to_evaluate: []")
                 .ends_with("... -> none"));
  BOOST_TEST(identity("when_exhausted: promote", "when_exhausted: stop") ==
             "  when_exhausted: promote -> stop");
  BOOST_TEST(identity("on_early_exit: drop", "on_early_exit: hold") ==
             "  on_early_exit: drop -> hold");
  BOOST_TEST(identity("seed: 5", "seed: 6") == "  seed: 5 -> 6");
  BOOST_TEST(identity("resource_offset: 1", "resource_offset: 2") ==
             "  report.resource_offset: 1 -> 2");
  BOOST_TEST(identity("after_resume: restarts", "after_resume: continues") ==
             "  report.after_resume: restarts -> continues");
  BOOST_TEST(identity("resource_scale: 2", "resource_scale: 4") ==
             "  max_t: 486 -> 972\n  report.resource_scale: 2 -> 4");
}

BOOST_AUTO_TEST_CASE(everything_else_may_change) {
  const StudySpec spec = read(full);
  const auto settings = [&](const std::string& from, const std::string& to) {
    const StudyDifference found = difference(spec, read(replaced(full, from, to)));
    BOOST_TEST(to_text(found.identity) == "");
    return to_text(found.settings);
  };
  BOOST_TEST(settings("max_failures: 4", "max_failures: 100") == "  max_failures: 4 -> 100");
  BOOST_TEST(settings("  max_num_trials_started: 9\n", "") ==
             "  stop_criterion.max_num_trials_started: 9 -> none");
  BOOST_TEST(settings("command: [sh, \"${lr}\"]", "command: [sh, \"${lr}\", -v]") ==
             "  entry.command: [\"sh\", \"${lr}\"] -> [\"sh\", \"${lr}\", \"-v\"]");
  BOOST_TEST(settings("gpus: 1", "gpus: 2") == "  resources.gpus: 1 -> 2");
  BOOST_TEST(settings("keep: 3", "keep: all") == "  checkpoints.keep: 3 -> all");
  BOOST_TEST(settings("stream: stderr", "stream: stdout") == "  report.stream: stderr -> stdout");
  BOOST_TEST(settings("name: mobster, node: tuner", "name: mobster") ==
             "  searcher.node: tuner -> none");
  BOOST_TEST(settings("lease: 7", "lease: 8") == "  lease: 7 -> 8");
  BOOST_TEST(settings("n_workers: 3", "n_workers: 4") == "  n_workers: 3 -> 4");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
