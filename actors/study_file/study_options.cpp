#include "actors/study_file/study_options.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <variant>

#include "actors/study_file/study_spec.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

using schedulers::option;
using schedulers::Option;
using schedulers::RealRange;
using schedulers::resource_max;
using schedulers::Synonym;

constexpr std::int64_t count_max = 1'000'000'000;
constexpr RealRange above_0{.least = 0, .above_least = true, .expected = "above 0.0"};
constexpr RealRange not_below_0{.least = 0};
constexpr RealRange timeout_range{
    .least = 0, .most = 1e9, .above_least = true, .expected = "above 0, up to 1e9"};

constexpr std::array study_table{
    option<&StudySpec::name>({.key = "study",
                              .alias = "experiment",
                              .required = "a name for it, such as `study: first-try`",
                              .example = "my-study",
                              .in_template = true,
                              .doc = "its name; letters, digits, - _ ."}),
    Option{.key = "entry"},
    Option{.key = "config_space"},
    Option{.key = "forbid"},
    option<&StudySpec::metric>({.key = "metric",
                                .required = "the key in the program's reports that is to be "
                                            "tuned, such as `metric: val_loss`",
                                .example = "val_loss",
                                .in_template = true}),
    option<&StudySpec::mode>({.key = "mode",
                              .required = "min if a smaller metric is better (a loss), max if a "
                                          "larger one is (an accuracy)",
                              .synonyms = {Synonym{"minimize", "min"}, Synonym{"minimise", "min"},
                                           Synonym{"maximize", "max"}, Synonym{"maximise", "max"}},
                              .example = "min",
                              .in_template = true,
                              .doc = "or max"}),
    option<&StudySpec::resource_attr>(
        {.key = "resource_attr",
         .alias = "time_attr",
         .example = "epoch",
         .in_template = true,
         .doc =
             "the key that counts 1, 2, 3, ... With fifo it may be left out, and so may the next"}),
    option<&StudySpec::max_resource_attr>(
        {.key = "max_resource_attr",
         .example = "epochs",
         .in_template = true,
         .doc = "the constant above that holds the most a trial may use.\n"
                "Or give that number itself: max_t: 243. Where trials are paused,\n"
                "the program gets the next rung instead: a further constant, such\n"
                "as total_epochs: 243, is for learning-rate schedules"}),
    option<&StudySpec::max_t>(
        {.key = "max_t", .alias = "max_resource", .least = 1, .most = resource_max}),
    Option{.key = "scheduler"},
    Option{.key = "searcher"},
    Option{.key = "incumbents"},
    Option{.key = "points_to_evaluate"},
    Option{.key = "memory"},
    option<&StudySpec::n_workers>({.key = "n_workers",
                                   .alias = "max_concurrent_trials",
                                   .least = 1,
                                   .most = 100'000,
                                   .example = "4",
                                   .in_template = true,
                                   .doc = "trials at a time. Default {default}"}),
    Option{.key = "resources"},
    Option{.key = "checkpoints"},
    Option{.key = "stop_criterion"},
    option<&StudySpec::when_exhausted>(
        {.key = "when_exhausted",
         .example = "finish",
         .in_template = true,
         .doc = "no new trials are left: finish what runs (default), promote (default\n"
                "where rungs are judged once they are full), stop"}),
    option<&StudySpec::on_early_exit>(
        {.key = "on_early_exit",
         .example = "hold",
         .in_template = true,
         .doc = "a program ended early, without max_resource_attr or without a report\n"
                "on its way: its last value holds (default), or drop"}),
    option<&StudySpec::seed>(
        {.key = "seed",
         .least = 0,
         .example = "0",
         .in_template = true,
         .doc = "default {default}. The same seed proposes the same configurations"}),
    option<&StudySpec::max_failures>(
        {.key = "max_failures",
         .least = 0,
         .most = count_max,
         .example = "1",
         .in_template = true,
         .doc = "the study fails when more trials than this failed. Default {default}"}),
    option<&StudySpec::max_retries>(
        {.key = "max_retries",
         .least = 0,
         .most = count_max,
         .example = "0",
         .in_template = true,
         .doc = "of a trial that failed, from its last checkpoint. Default {default}"}),
    option<&StudySpec::trial_timeout_s>(
        {.key = "trial_timeout",
         .range = timeout_range,
         .example = "86400",
         .doc = "seconds; a program that runs longer at a time has failed"}),
    option<&StudySpec::report_timeout_s>(
        {.key = "report_timeout",
         .range = timeout_range,
         .example = "3600",
         .doc = "seconds; a program without a report for so long has failed"}),
    Option{.key = "report"},
    option<&StudySpec::lease_s>(
        {.key = "lease",
         .range = above_0,
         .example = "5",
         .in_template = true,
         .doc = "seconds without the head after which a node ends its trials"}),
    option<&StudySpec::grace_kill_s>({.key = "grace_kill_s",
                                      .range = not_below_0,
                                      .example = "10",
                                      .in_template = true,
                                      .doc = "seconds from SIGTERM to SIGKILL"}),
    option<&StudySpec::listen>({.key = "listen",
                                .example = "tcp://127.0.0.1:*",
                                .in_template = true,
                                .doc = "where nodes join; elsewhere with keys: see troupe keys"}),
    option<&StudySpec::group_readable>(
        {.key = "group_readable",
         .example = "true",
         .doc = "your group may read the study's folder. Default {default}: only you"}),
};

constexpr std::array entry_table{
    Option{.key = "command"},
    option<&Entry::args>({.key = "args"}),
    option<&Entry::st_checkpoint_dir>({.key = "st_checkpoint_dir"}),
    option<&Entry::booleans>({.key = "booleans",
                              .example = "lower",
                              .doc = "lower (true), python (True; the default with report.format\n"
                                     "syne-tune), flag (--name or nothing) or 0-1"}),
    option<&Entry::lists>({.key = "lists",
                           .example = "json",
                           .doc = "a list in a choice: json ([64, 32]; default), join (64,32),\n"
                                  "repeat (--name 64 --name 32) or nargs (--name 64 32)"}),
    option<&Entry::cwd>({.key = "cwd",
                         .example = "study",
                         .doc = "where programs run: this file's folder, shared (default), or\n"
                                "trial: a folder of each trial, trials/NNNN/work"}),
    Option{.key = "env"},
    Option{.key = "env_from"},
};

constexpr std::array scheduler_table{
    option<&SchedulerSpec::node>({.key = "node",
                                  .example = "tuner",
                                  .doc = "the name of the node that hosts it. Default: the head"}),
    option<&SchedulerSpec::actor>(
        {.key = "actor", .example = "mine", .doc = "the name of your own scheduler actor there"}),
};

constexpr std::array searcher_table{
    option<&SearcherSpec::patience_s>(
        {.key = "patience",
         .range = not_below_0,
         .example = "5",
         .doc = "seconds that a free slot waits for a searcher that computes, before it takes a "
                "random configuration. Default {default}"}),
    option<&SearcherSpec::node>({.key = "node"}),
    option<&SearcherSpec::actor>({.key = "actor"}),
};

constexpr std::array resources_table{
    option<&TrialResources::cpus>({.key = "cpus", .range = not_below_0}),
    option<&TrialResources::gpus>({.key = "gpus", .least = 0, .most = 1024}),
    Option{.key = "memory"},
};

constexpr std::array checkpoints_table{
    Option{.key = "keep"},
    Option{.key = "max_bytes"},
    option<&CheckpointSpec::trust>(
        {.key = "trust",
         .example = "same-node",
         .doc = "whose checkpoints a program loads: all, or same-node: a trial that goes on at\n"
                "another node starts over there"}),
};

constexpr std::array stop_criterion_table{
    option<&StopCriterion::max_wallclock_time>({.key = "max_wallclock_time",
                                                .range = above_0,
                                                .example = "3600",
                                                .in_template = true,
                                                .doc = "seconds"}),
    option<&StopCriterion::max_num_trials_started>(
        {.key = "max_num_trials_started", .least = 1, .example = "256", .in_template = true}),
    option<&StopCriterion::max_num_trials_completed>(
        {.key = "max_num_trials_completed",
         .least = 1,
         .example = "10",
         .doc = "trials that ended by themselves or reached the maximum"}),
    option<&StopCriterion::max_num_trials_finished>({.key = "max_num_trials_finished",
                                                     .least = 1,
                                                     .example = "200",
                                                     .doc = "completed, stopped or failed"}),
    option<&StopCriterion::max_num_evaluations>(
        {.key = "max_num_evaluations", .least = 1, .example = "5000", .doc = "reports"}),
    option<&StopCriterion::max_cost>({.key = "max_cost",
                                      .range = above_0,
                                      .example = "100",
                                      .doc = "sum of report.cost_attr over trials"}),
    option<&StopCriterion::max_metric_value>(
        {.key = "max_metric_value", .example = "0.99", .doc = "a report at or above this"}),
    option<&StopCriterion::min_metric_value>(
        {.key = "min_metric_value", .example = "0.01", .doc = "a report at or below this"}),
};

constexpr std::array report_table{
    option<&ReportFormat::format>({.key = "format", .example = "syne-tune", .in_template = true}),
    option<&ReportFormat::stream>({.key = "stream",
                                   .example = "stdout",
                                   .in_template = true,
                                   .doc = "or stderr. Default {default}"}),
    Option{.key = "pattern"},
    Option{.key = "patterns"},
    option<&ReportFormat::resource>({.key = "resource",
                                     .example = "reported",
                                     .in_template = true,
                                     .doc = "or count: the program prints no resource, and its "
                                            "reports are counted"}),
    option<&ReportFormat::resource_scale>(
        {.key = "resource_scale",
         .range = above_0,
         .example = "1.0",
         .in_template = true,
         .doc = "multiplies the printed resource: 10 for tenths of an epoch"}),
    option<&ReportFormat::resource_offset>(
        {.key = "resource_offset",
         .least = -count_max,
         .most = count_max,
         .example = "0",
         .in_template = true,
         .doc = "added to the resource: 1 for a program that counts from 0"}),
    option<&ReportFormat::after_resume>(
        {.key = "after_resume",
         .example = "continues",
         .in_template = true,
         .doc = "or restarts: it counts from its beginning again when resumed"}),
    option<&ReportFormat::repeats>(
        {.key = "repeats",
         .example = "first",
         .in_template = true,
         .doc = "or last: the value that results use if a resource is reported twice"}),
    option<&ReportFormat::unbuffer>({.key = "unbuffer",
                                     .example = "false",
                                     .in_template = true,
                                     .doc = "true: runs the program under stdbuf -oL, so that each "
                                            "line is seen at once"}),
    Option{.key = "max_log_bytes",
           .example = "16M",
           .in_template = true,
           .doc = "of a log; then its middle is left out, except reports. 0: no limit"},
    option<&ReportFormat::cost_attr>({.key = "cost_attr",
                                      .example = "st_worker_cost",
                                      .in_template = true,
                                      .doc = "the key that max_cost adds up"}),
};

constexpr std::array memory_table{
    Option{.key = "file"},
    Option{.key = "rename"},
    Option{.key = "defaults"},
    Option{.key = "drop"},
};

/// The option that names a scheduler or searcher.
constexpr Option name_option{.key = "name"};

template <std::size_t size>
void append(std::vector<Option>& options, const std::array<Option, size>& table) {
  options.insert(options.end(), table.begin(), table.end());
}

std::vector<Option> scheduler_options_of_all() {
  std::vector<Option> options{name_option};
  for (const Option& one : schedulers::scheduler_option_list()) options.push_back(one);
  append(options, scheduler_table);
  return options;
}

std::vector<Option> searcher_options_of_all() {
  std::vector<Option> options{name_option};
  for (const auto& method : schedulers::searcher_methods())
    for (const Option& one : schedulers::described(method.options))
      if (std::ranges::find(options, one.key, &Option::key) == options.end())
        options.push_back(one);
  append(options, searcher_table);
  return options;
}

/// A section of the study file, with all its keys.
struct DescribedSection {
  SectionKeys keys;
  std::vector<Option> options;
};

template <typename Options>
DescribedSection described(std::string_view name, std::string_view bare_key,
                           const Options& options) {
  DescribedSection section{.keys = {name, bare_key, {}},
                           .options = {options.begin(), options.end()}};
  for (const Option& one : options) section.keys.keys.push_back({one.key, one.alias});
  return section;
}

/// The file itself first, then its sections.
const std::vector<DescribedSection>& all_sections() {
  static const auto sections = [] {
    std::vector<DescribedSection> all;
    all.push_back(described("", "", study_table));
    all.push_back(described("entry", "", entry_table));
    all.push_back(described("scheduler", "name", scheduler_options_of_all()));
    for (const Option& one : schedulers::scheduler_option_list())
      if (one.section != nullptr)
        all.push_back(described(one.section->name, one.section->bare_key, one.section->options));
    all.push_back(described("searcher", "name", searcher_options_of_all()));
    all.push_back(described("resources", "", resources_table));
    all.push_back(described("checkpoints", "keep", checkpoints_table));
    all.push_back(described("stop_criterion", "", stop_criterion_table));
    all.push_back(described("report", "format", report_table));
    all.push_back(described("memory", "file", memory_table));
    return all;
  }();
  return sections;
}

const DescribedSection& section_named(std::string_view name) {
  for (const DescribedSection& section : all_sections())
    if (section.keys.section == name) return section;
  check(false, "a section that is asked for by its name is described");
  std::abort();
}

/// A struct with defaults, if the option is stored in a `Struct`.
template <typename Struct>
const void* defaults_in(const Option& described) {
  static const Struct defaults{};
  return described.owner == &schedulers::option_owner<Struct> ? &defaults : nullptr;
}

/// The struct with defaults that has the option; null if the option has no member.
const void* defaults_of(const Option& described) {
  for (const auto defaults :
       {&defaults_in<StudySpec>, &defaults_in<Entry>, &defaults_in<SchedulerSpec>,
        &defaults_in<SearcherSpec>, &defaults_in<TrialResources>, &defaults_in<StopCriterion>,
        &defaults_in<ReportFormat>, &defaults_in<schedulers::RankingOptions>})
    if (const void* found = defaults(described)) return found;
  const auto in_methods = [&](const auto& methods) -> const void* {
    for (const auto& method : methods) {
      const void* found =
          std::visit([&]<typename Struct>(const Struct&) { return defaults_in<Struct>(described); },
                     method.options);
      if (found != nullptr) return found;
    }
    return nullptr;
  };
  if (const void* found = in_methods(schedulers::scheduler_methods())) return found;
  return in_methods(schedulers::searcher_methods());
}

}  // namespace

const SectionKeys& keys_of(std::string_view section) {
  return section_named(section).keys;
}

std::string_view home_of(std::string_view key) {
  const auto knows = [key](const Key& known) { return known.name == key || known.alias == key; };
  for (const DescribedSection& section : all_sections())
    if (std::ranges::any_of(section.keys.keys, knows))
      return section.keys.section.empty() ? "the top level" : section.keys.section;
  return {};
}

std::span<const Option> options_of(std::string_view section) {
  return section_named(section).options;
}

std::span<const Option> scheduler_spec_options() {
  return scheduler_table;
}

std::span<const Option> searcher_spec_options() {
  return searcher_table;
}

std::string documentation(const Option& option) {
  return doc_of(option, defaults_of(option));
}

}  // namespace troupe::actors
