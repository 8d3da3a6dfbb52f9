// `troupe memory`: lists, shows, edits and exports a memory of finished tasks.

#include "actors/memory/memory.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/json.hpp"
#include "actors/results/files.hpp"
#include "actors/study_file/problem.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::cli {

using namespace actors;

namespace {

int list(Memory& memory, TableFormat format) {
  const auto tasks = memory.tasks();
  if (!tasks) return print_error(tasks.error());
  Table table{{"task", "name", "finished_utc", "metric", "mode", "retrain", "resource",
               "best_model", "model_resource", "joined", "folder"},
              {}};
  for (const auto& [number, task, joined] : *tasks) {
    Cell value;
    Cell resource;
    Cell model_value;
    Cell model_resource;
    if (task.best) {
      value = task.value;
      resource = task.resource;
    }
    if (task.model_value) {
      model_value = *task.model_value;
      model_resource = task.model_resource;
    }
    table.rows.push_back({static_cast<std::int64_t>(number), task.name,
                          datetime_of(task.finished_us), task.metric,
                          std::string(enum_text(task.mode)), value, resource, model_value,
                          model_resource, std::string(joined ? "yes" : "no"), task.folder});
  }
  return print(to_text(table, format));
}

/// Prints A*: a line for each configuration, in the order of joining.
int show(Memory& memory, TableFormat format) {
  const auto parameters = memory.parameters();
  const auto incumbents = memory.incumbents();
  const auto tasks = memory.tasks();
  if (!parameters) return print_error(parameters.error());
  if (!incumbents) return print_error(incumbents.error());
  if (!tasks) return print_error(tasks.error());
  Table table{{"incumbent", "task", "name", "metric", "retrain", "best_model"}, {}};
  for (const auto& parameter : *parameters) table.columns.push_back(parameter.name);
  std::int64_t place = 0;
  for (const auto& incumbent : *incumbents) {
    std::vector<Cell> row{place++,          static_cast<std::int64_t>(incumbent.task),
                          std::monostate{}, std::monostate{},
                          std::monostate{}, std::monostate{}};
    const auto task = std::ranges::find(*tasks, incumbent.task, &RememberedTask::number);
    if (task != tasks->end()) {
      row[2] = task->task.name;
      row[3] = task->task.metric;
      row[4] = task->task.value;
      if (task->task.model_value) row[5] = *task->task.model_value;
    }
    for (const auto& parameter : *parameters) {
      const auto* value = schedulers::find(incumbent.config, parameter.name);
      if (value == nullptr && parameter.fallback) value = &*parameter.fallback;
      row.push_back(cell_of(value));
    }
    table.rows.push_back(std::move(row));
  }
  return print(to_text(table, format));
}

int forget(Memory& memory, const std::string& which) {
  const auto tasks = memory.tasks();
  if (!tasks) return print_error(tasks.error());
  std::vector<const RememberedTask*> meant;
  std::vector<std::string_view> names;
  for (const auto& task : *tasks) {
    names.push_back(task.task.name);
    if (task.task.name == which || std::to_string(task.number) == which) meant.push_back(&task);
  }
  if (meant.empty())
    return print_error({ErrorKind::bad_input, memory.path() + " has no task '" + which + "'" +
                                                  suggestion(which, names, "tasks")});
  if (meant.size() > 1)
    return print_error({ErrorKind::bad_input, std::to_string(meant.size()) + " tasks of " +
                                                  memory.path() + " are called '" + which +
                                                  "'; give the number (`troupe memory list " +
                                                  memory.path() + "`)"});
  if (const auto done = memory.forget(meant.front()->number); !done)
    return print_error(done.error());
  return print("forgot task " + std::to_string(meant.front()->number) + ", '" +
               meant.front()->task.name + "'\n");
}

/// Prints the whole memory as JSON.
int export_all(Memory& memory) {
  const auto parameters = memory.parameters();
  const auto incumbents = memory.incumbents();
  const auto tasks = memory.tasks();
  if (!parameters) return print_error(parameters.error());
  if (!incumbents) return print_error(incumbents.error());
  if (!tasks) return print_error(tasks.error());
  std::string text = "{\n  \"space\": [";
  const char* comma = "\n";
  for (const auto& parameter : *parameters) {
    text += std::string(comma) + "    {\"name\": " + json_string(parameter.name) +
            ", \"domain\": " + json_string(parameter.domain) + "}";
    comma = ",\n";
  }
  text += "\n  ],\n  \"tasks\": [";
  comma = "\n";
  for (const auto& [number, task, joined] : *tasks) {
    text += std::string(comma) + "    {\"task\": " + std::to_string(number) +
            ", \"name\": " + json_string(task.name) + ", \"study\": " + json_string(task.study) +
            ", \"folder\": " + json_string(task.folder) +
            ", \"finished_utc\": " + json_string(datetime_of(task.finished_us)) +
            ", \"metric\": " + json_string(task.metric) + ", \"mode\": \"" +
            std::string(enum_text(task.mode)) + "\", \"joined\": " + (joined ? "true" : "false");
    if (task.best)
      text += ", \"value\": " + json_number(task.value) +
              ", \"resource\": " + std::to_string(task.resource) +
              ", \"retrain\": " + config_json(*task.best);
    if (task.model_value)
      text += ", \"model_value\": " + json_number(*task.model_value) +
              ", \"model_resource\": " + std::to_string(task.model_resource);
    text += "}";
    comma = ",\n";
  }
  text += "\n  ],\n  \"incumbents\": [";
  comma = "\n";
  for (const auto& incumbent : *incumbents) {
    text += std::string(comma) + "    {\"task\": " + std::to_string(incumbent.task) +
            ", \"config\": " + config_json(incumbent.config) + "}";
    comma = ",\n";
  }
  return print(text + "\n  ]\n}\n");
}

}  // namespace

int use_memory(const MemoryOptions& options) {
  auto memory = Memory::open(options.file);
  if (!memory) return print_error(memory.error());
  switch (options.what) {
    case MemoryOptions::What::list:
      return list(*memory, options.format);
    case MemoryOptions::What::show:
      return show(*memory, options.format);
    case MemoryOptions::What::forget:
      return forget(*memory, options.task);
    case MemoryOptions::What::export_all:
      return export_all(*memory);
  }
  return exit_usage;
}

}  // namespace troupe::cli
