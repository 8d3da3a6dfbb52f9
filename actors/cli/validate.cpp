#include <cstdio>
#include <string>

#include "actors/cli/commands.hpp"
#include "actors/cli/sequence_lists.hpp"
#include "actors/head/session.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "actors/study_file/study_file.hpp"

namespace troupe::cli {
namespace {

std::string counted(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

/// "rush (stopping, 2 incumbents)".
std::string described(const actors::StudySpec& spec) {
  const auto& scheduler = spec.scheduler;
  std::string text(enum_names(scheduler.name)[static_cast<std::size_t>(scheduler.name)]);
  std::string how;
  if (is_asynchronous(scheduler.name))
    how = enum_names(scheduler.type)[static_cast<std::size_t>(scheduler.type)];
  if (!spec.incumbents.empty())
    how += (how.empty() ? "" : ", ") + counted(spec.incumbents.size(), "incumbent");
  return how.empty() ? text : text + " (" + how + ")";
}

/// One line that lets a person see at a glance that the file was understood.
std::string outline(const actors::StudySpec& spec) {
  const auto mode = enum_names(spec.mode)[static_cast<std::size_t>(spec.mode)];
  std::size_t searched = 0;
  for (const auto& parameter : spec.config_space.parameters())
    searched += std::holds_alternative<schedulers::Constant>(parameter.domain) ? 0 : 1;
  return "study '" + spec.name + "': " + counted(searched, "parameter") + " to search, " +
         std::string(mode) + " " + spec.metric + ", " + described(spec) + " up to " +
         spec.resource_attr + " " + std::to_string(spec.max_t) + ", " +
         counted(spec.n_workers, "worker");
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
  std::size_t errors = 0;
  for (const auto& problem : file.problems) {
    std::fputs(to_text(problem).c_str(), stderr);
    errors += problem.severity == actors::Problem::Severity::error ? 1 : 0;
  }
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
