#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/counted.hpp"
#include "actors/head/session.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "actors/study_file/study_file.hpp"

namespace troupe::cli {
namespace {

using actors::counted;

std::size_t count_errors(const std::vector<actors::Problem>& problems) {
  return static_cast<std::size_t>(
      std::ranges::count(problems, actors::Problem::Severity::error, &actors::Problem::severity));
}

/// The scheduler as "rush (stopping, 2 incumbents)".
std::string described(const actors::StudySpec& spec) {
  const auto& scheduler = spec.scheduler;
  const auto traits = schedulers::traits(scheduler.options);
  const std::string text = scheduler.actor.empty() ? std::string(scheduler.name)
                                                   : "your own scheduler " + scheduler.actor;
  std::string how;
  if (scheduler.actor.empty() && traits.judges == schedulers::SchedulerTraits::Judges::each_report)
    how = traits.pauses ? "promotion" : "stopping";
  if (!spec.incumbents.empty())
    how += (how.empty() ? "" : ", ") + counted(spec.incumbents.size(), "incumbent");
  return how.empty() ? text : text + " (" + how + ")";
}

/// One-line summary of a study file.
std::string outline(const actors::StudySpec& spec) {
  const auto mode = enum_text(spec.mode);
  std::size_t searched = 0;
  for (const auto& parameter : spec.config_space.parameters())
    searched += std::holds_alternative<schedulers::Constant>(parameter.domain) ? 0 : 1;
  return "study '" + spec.name + "': " + counted(searched, "parameter") + " to search, " +
         std::string(mode) + " " + spec.metric + ", " + described(spec) +
         (spec.has_max_resource()
              ? " up to " + spec.resource_attr + " " + std::to_string(spec.max_t)
              : ", each trial to the end of its program") +
         ", " + counted(spec.n_workers, "worker");
}

/// Prints every mistake of a sequence file.
int validate_sequence(const std::string& file) {
  const auto read = actors::read_sequence_file(file);
  print_problems(read.problems, Shown::all);
  const std::size_t errors = count_errors(read.problems);
  const std::size_t warnings = read.problems.size() - errors;
  if (!read.spec) {
    std::fprintf(stderr, "%s: %s, %s\n", file.c_str(), counted(errors, "error").c_str(),
                 counted(warnings, "warning").c_str());
    return exit_usage;
  }
  if (const auto fits = actors::check_memory(read.spec->tasks.front().spec); !fits) {
    std::fprintf(stderr, "%s: error: %s\n", file.c_str(), fits.error().what.c_str());
    return exit_usage;
  }
  std::printf("%s: good (%s)\nsequence '%s': %s\n", file.c_str(),
              counted(warnings, "warning").c_str(), read.spec->name.c_str(),
              counted(read.spec->tasks.size(), "task").c_str());
  for (const auto& task : read.spec->tasks)
    std::printf("  %s: %s up to %s %lld, seed %llu\n", task.name.c_str(), task.spec.metric.c_str(),
                task.spec.resource_attr.c_str(), static_cast<long long>(task.spec.max_t),
                static_cast<unsigned long long>(task.spec.seed));
  return exit_ok;
}

}  // namespace

int validate(const ValidateOptions& options) {
  if (options.print_template) {
    const auto text = actors::study_template();
    std::fwrite(text.data(), 1, text.size(), stdout);
    return exit_ok;
  }
  if (options.study.empty()) {
    std::fputs("troupe validate: name a study file, or ask for one with --template\n", stderr);
    return exit_usage;
  }
  if (actors::is_sequence_file(options.study)) return validate_sequence(options.study);
  const auto file = actors::read_study_file(options.study);
  print_problems(file.problems, Shown::all);
  const std::size_t errors = count_errors(file.problems);
  const std::size_t warnings = file.problems.size() - errors;
  if (!file.spec) {
    std::fprintf(stderr, "%s: %s, %s\n", options.study.c_str(), counted(errors, "error").c_str(),
                 counted(warnings, "warning").c_str());
    return exit_usage;
  }
  if (const auto fits = actors::check_memory(*file.spec); !fits) {
    std::fprintf(stderr, "%s: error: %s\n", options.study.c_str(), fits.error().what.c_str());
    return exit_usage;
  }
  std::printf("%s: good (%s)\n%s\n", options.study.c_str(), counted(warnings, "warning").c_str(),
              outline(*file.spec).c_str());
  return exit_ok;
}

}  // namespace troupe::cli
