#include "actors/cli/sequence_lists.hpp"

#include <cstdint>
#include <cstdio>
#include <utility>
#include <vector>

#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/head/session.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "actors/sequence/sequence_folder.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::cli {

using namespace actors;

namespace {

std::string state_of(const TaskInFolder& task) {
  if (!task.end) return "pending";
  const auto& finished = task.end->state.finished();
  if (!finished) return "running";
  const auto outcome = finished->outcome;
  return std::string(enum_names(outcome).at(static_cast<std::size_t>(outcome)));
}

std::string text_of(const Config& config) {
  std::string text;
  for (const auto& setting : config)
    text += (text.empty() ? "" : " ") + setting.name + "=" + schedulers::text_of(setting.value);
  return text;
}

std::string counted(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

}  // namespace

int list_tasks(const std::string& folder, TableFormat format) {
  const auto tasks = tasks_in(folder);
  if (!tasks) return complain(tasks.error());
  Table table{{"task", "name", "state", "best", "resource", "trial", "incumbents", "below_hurdle",
               "trials", "folder", "config"},
              {}};
  std::int64_t number = 0;
  for (const auto& task : *tasks) {
    std::vector<Cell> row(table.columns.size());
    row[0] = ++number;
    row[1] = task.name;
    row[2] = state_of(task);
    row[9] = task.folder;
    if (task.end) {
      row[6] = static_cast<std::int64_t>(task.end->state.incumbents_started());
      row[7] = static_cast<std::int64_t>(task.end->below_hurdle(task.mode));
      row[8] = static_cast<std::int64_t>(task.end->state.trials().size());
    }
    if (const auto best = task.end ? task.end->state.best() : std::nullopt) {
      row[3] = best->metric;
      row[4] = best->resource;
      row[5] = std::int64_t{best->trial};
      row[10] = text_of(best->config);
    }
    table.rows.push_back(std::move(row));
  }
  return print(to_text(table, format));
}

int replay_sequence(const std::string& folder) {
  const auto tasks = tasks_in(folder);
  if (!tasks) return complain(tasks.error());
  int code = exit_ok;
  for (const auto& task : *tasks) {
    if (!task.end) continue;
    std::printf("task '%s': ", task.name.c_str());
    std::fflush(stdout);
    if (const int one = replay_journal({task.folder}); one != exit_ok) code = one;
  }
  const auto problems = check_incumbents(folder, *tasks);
  if (!problems) return complain(problems.error());
  for (const auto& problem : *problems) std::printf("%s\n", problem.c_str());
  if (!problems->empty()) return exit_failure;
  std::printf("each task began with A* as the tasks before it left it\n");
  return code;
}

int validate_sequence(const std::string& file) {
  const auto read = read_sequence_file(file);
  std::size_t errors = 0;
  for (const auto& problem : read.problems) {
    std::fputs(to_text(problem).c_str(), stderr);
    errors += problem.severity == Problem::Severity::error ? 1 : 0;
  }
  const std::size_t warnings = read.problems.size() - errors;
  if (!read.spec) {
    std::fprintf(stderr, "%s: %s, %s\n", file.c_str(), counted(errors, "error").c_str(),
                 counted(warnings, "warning").c_str());
    return exit_usage;
  }
  if (const auto fits = check_memory(read.spec->tasks.front().spec); !fits) {
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

}  // namespace troupe::cli
