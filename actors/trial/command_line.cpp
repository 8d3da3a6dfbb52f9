#include "actors/trial/command_line.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "actors/json.hpp"
#include "actors/study_file/report_units.hpp"
#include "actors/study_file/templates.hpp"
#include "actors/trial/arguments.hpp"
#include "actors/trial/visible_devices.hpp"
#include "runtime/core/rng.hpp"

namespace troupe::actors {

using schedulers::Config;
using schedulers::Value;
using Args = Entry::Args;

namespace {

/// The configuration with the milestone in place of the maximum.
Config with_limit(const StudySpec& study, const AttemptPlan& attempt) {
  Config config = attempt.config;
  for (auto& [name, value] : config)
    if (name == study.max_resource_attr)
      value = program_units(study.report, resource_limit(study, attempt.until));
  return config;
}

/// The parameters that no template names.
Config left_over(const Entry& entry, const Config& config) {
  std::set<std::string> named;
  const auto add = [&](const std::string& text) {
    const auto names = template_names(text);
    named.insert(names.begin(), names.end());
  };
  for (const auto& argument : entry.command) add(argument);
  for (const auto& variable : entry.env) add(variable.value);
  Config rest;
  for (const auto& setting : config)
    if (!named.contains(setting.name)) rest.push_back(setting);
  return rest;
}

class Environment {
 public:
  explicit Environment(std::vector<std::string> entries) : entries_(std::move(entries)) {}

  void set(std::string_view name, std::string_view value) {
    std::string entry = std::string(name) + "=" + std::string(value);
    if (auto* const found = find(name))
      *found = std::move(entry);
    else
      entries_.push_back(std::move(entry));
  }
  [[nodiscard]] std::optional<std::string> get(std::string_view name) {
    const auto* const found = find(name);
    if (found == nullptr) return std::nullopt;
    return found->substr(name.size() + 1);
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(entries_); }

 private:
  std::string* find(std::string_view name) {
    const auto found = std::ranges::find_if(entries_, [&](const std::string& entry) {
      return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
    });
    return found == entries_.end() ? nullptr : &*found;
  }

  std::vector<std::string> entries_;
};

/// Whether to pass --st_checkpoint_dir, which scripts for Syne Tune expect.
bool wants_checkpoint_flag(const StudySpec& study) {
  switch (study.entry.st_checkpoint_dir) {
    case Entry::CheckpointFlag::always:
      return true;
    case Entry::CheckpointFlag::never:
      return false;
    case Entry::CheckpointFlag::automatic:
      break;
  }
  return study.report.format == ReportFormat::Format::syne_tune;
}

/// The words before the command that make the program flush each line.
std::vector<std::string> line_buffered(const ReportFormat& report) {
  if (!report.unbuffer) return {};
  const bool from_stderr = report.stream == ReportFormat::Stream::stderr_stream;
  return {"stdbuf", from_stderr ? "-eL" : "-oL"};
}

std::vector<std::string> arguments(const StudySpec& study, const AttemptPlan& attempt,
                                   const ArgumentWriter& writer, const Config& rest) {
  std::vector<std::string> argv = writer.command();
  switch (study.entry.args) {
    case Args::flags:
    case Args::equals:
      for (const auto& [name, value] : rest) writer.add_option(argv, name, value);
      break;
    case Args::json_file:
      writer.add_option(argv, "config", attempt.config_file);
      break;
    case Args::env:
    case Args::none:
      return argv;
  }
  if (wants_checkpoint_flag(study))
    writer.add_option(argv, "st_checkpoint_dir", attempt.checkpoint_dir);
  return argv;
}

/// The path from which the program is started. A relative path is relative to the study file's
/// folder, wherever the program runs.
void find_program(const Entry& entry, std::vector<std::string>& argv) {
  std::string& program = argv.front();
  if (entry.cwd == Entry::Cwd::trial && program.find('/') != program.npos &&
      !program.starts_with('/'))
    program = entry.folder + "/" + program;
}

/// Seed of a trial's program, below 2^31: numpy accepts no larger seed.
std::string trial_seed(const AttemptPlan& attempt) {
  constexpr std::uint64_t seeds = std::uint64_t{1} << 31;
  return std::to_string(Rng::stream(attempt.seed, "program", attempt.trial).below(seeds));
}

bool is_null(const Value* value) {
  return value != nullptr && std::holds_alternative<std::monostate>(*value);
}

std::vector<std::string> environment(const StudySpec& study, const AttemptPlan& attempt,
                                     const Config& config, const ArgumentWriter& writer,
                                     const Config& rest, const std::string& config_json) {
  Environment env(attempt.environment);
  for (const std::string& variable : attempt.variables) {
    const std::size_t equals = variable.find('=');
    env.set(variable.substr(0, equals), variable.substr(equals + 1));
  }
  const std::string number = std::to_string(attempt.attempt);
  env.set("TROUPE_STUDY", study.name);
  env.set("TROUPE_TRIAL_ID", std::to_string(attempt.trial));
  env.set("TROUPE_ATTEMPT", number);
  env.set("TROUPE_INCARNATION", number);
  env.set("TROUPE_TRIAL_DIR", attempt.trial_dir);
  env.set("TROUPE_CHECKPOINT_DIR", attempt.checkpoint_dir);
  const auto units = [&](schedulers::Resource resource) {
    return schedulers::text_of(program_units(study.report, resource));
  };
  env.set("TROUPE_RESUME_FROM", units(attempt.from));
  if (study.has_max_resource())
    env.set("TROUPE_MAX_RESOURCE", units(resource_limit(study, attempt.until)));
  env.set("TROUPE_SEED", trial_seed(attempt));
  env.set("TROUPE_CONFIG_JSON", config_json);
  if (!attempt.gpus.empty())
    env.set("CUDA_VISIBLE_DEVICES",
            visible_devices(attempt.gpus,
                            listed_devices(env.get("CUDA_VISIBLE_DEVICES").value_or(""))));
  if (study.resources.cpus > 0 && !env.get("OMP_NUM_THREADS"))
    env.set("OMP_NUM_THREADS", std::to_string(std::max<std::int64_t>(
                                   1, std::llround(std::ceil(study.resources.cpus)))));
  env.set("PYTHONUNBUFFERED", "1");
  if (study.entry.args == Args::env)
    for (const auto& [name, value] : rest)
      if (!is_null(&value)) env.set("HP_" + name, writer.text(value));
  for (const auto& [name, value] : study.entry.env) {
    const auto parameter = sole_template(value);
    if (!parameter || !is_null(schedulers::find(config, *parameter)))
      env.set(name, writer.expanded(value, false));
  }
  return env.take();
}

}  // namespace

schedulers::Resource resource_limit(const StudySpec& study, schedulers::Resource until) {
  return traits(study.scheduler.options).pauses ? until : study.max_t;
}

TrialCommand trial_command(const StudySpec& study, const AttemptPlan& attempt) {
  const Config config = with_limit(study, attempt);
  const Config rest = left_over(study.entry, config);
  TrialCommand command;
  command.config_json = config_json(config);
  const ArgumentWriter::Facts facts{{"trial_dir", attempt.trial_dir},
                                    {"checkpoint_dir", attempt.checkpoint_dir},
                                    {"trial_id", std::to_string(attempt.trial)},
                                    {"study", study.name}};
  const ArgumentWriter writer(study.entry, booleans_of(study), config, facts);
  std::vector<std::string> argv = arguments(study, attempt, writer, rest);
  find_program(study.entry, argv);
  command.program = argv.front();
  command.process.argv = line_buffered(study.report);
  std::ranges::move(argv, std::back_inserter(command.process.argv));
  command.process.env = environment(study, attempt, config, writer, rest, command.config_json);
  command.process.cwd =
      study.entry.cwd == Entry::Cwd::trial ? attempt.work_dir : study.entry.folder;
  if (study.resources.memory_bytes > 0)
    command.process.memory_limit_bytes = study.resources.memory_bytes;
  return command;
}

}  // namespace troupe::actors
