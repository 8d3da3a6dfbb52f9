// `troupe trials`, `best`, `events` and `logs`: what the journal and the folder of a study say.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/head/head_folder.hpp"
#include "actors/json.hpp"
#include "actors/results/csv.hpp"
#include "actors/results/files.hpp"
#include "actors/sequence/sequence_folder.hpp"
#include "actors/terminal/line.hpp"
#include "actors/trial/attempt_folder.hpp"
#include "actors/utf8.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::cli {
namespace {

using actors::BestTrial;
using actors::StudyEvent;
using Trial = actors::StudyState::Trial;

/// A configuration as "lr=0.1 act=relu".
std::string settings_text(const schedulers::Config& config) {
  std::string text;
  for (const auto& setting : config)
    text += (text.empty() ? "" : " ") + setting.name + "=" + schedulers::text_of(setting.value);
  return text;
}

/// Time that the processes of the trial ran, without its pauses; none if one runs.
std::optional<std::chrono::microseconds> span_of(const Trial& trial) {
  if (!trial.ended_us()) return std::nullopt;
  std::int64_t ran_us = 0;
  for (const auto& attempt : trial.attempts)
    ran_us += std::max<std::int64_t>(
        attempt.ended_us.value_or(attempt.started_us) - attempt.started_us, 0);
  return std::chrono::microseconds(ran_us);
}

Cell seconds_cell(const Trial& trial) {
  const auto span = span_of(trial);
  if (!span) return std::monostate{};
  return std::chrono::duration<double>(*span).count();
}

Cell face_cell(const Trial& trial) {
  const auto span = span_of(trial);
  if (!span) return std::monostate{};
  return actors::clock_face(*span);
}

Cell end_cell(const Trial& trial) {
  const auto end = trial.ended_us();
  if (!end) return std::monostate{};
  return actors::datetime_of(*end);
}

/// Id, state, highest resource with its metric, and number of attempts.
std::vector<Cell> first_cells(const OpenedStudy& study, const Trial& trial) {
  const auto& last = trial.highest;
  return {std::int64_t{trial.id}, std::string(enum_text(shown_state(study, trial))),
          last ? Cell(last->resource) : Cell(), last ? real_cell(last->metric) : Cell(),
          static_cast<std::int64_t>(trial.attempts.size())};
}

/// Table for people: few columns, under the names of the study file.
Table short_table(const OpenedStudy& study, const std::vector<std::string>& settings) {
  Table table{{"trial", "state", "resource", study.metric(), "attempts", "time"}, {}};
  table.columns.insert(table.columns.end(), settings.begin(), settings.end());
  for (const Trial& trial : study.state.trials()) {
    std::vector<Cell> row = first_cells(study, trial);
    row.emplace_back(face_cell(trial));
    std::size_t place = 0;
    for (const auto& name : settings)
      row.push_back(cell_of(schedulers::find(trial.config, name, place)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// Table for programs: the same columns for every study, then config_NAME.
Table full_table(const OpenedStudy& study, const std::vector<std::string>& settings) {
  Table table{{"trial", "state", "resource", "metric", "attempts", "warnings", "started_utc",
               "ended_utc", "seconds"},
              {}};
  for (const auto& name : settings) table.columns.push_back("config_" + name);
  for (const Trial& trial : study.state.trials()) {
    std::vector<Cell> row = first_cells(study, trial);
    row.emplace_back(static_cast<std::int64_t>(trial.warnings));
    row.emplace_back(actors::datetime_of(trial.started_us()));
    row.emplace_back(end_cell(trial));
    row.emplace_back(seconds_cell(trial));
    std::size_t place = 0;
    for (const auto& name : settings)
      row.push_back(cell_of(schedulers::find(trial.config, name, place)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string task_state(const actors::TaskInFolder& task) {
  if (!task.end) return "pending";
  const auto& finished = task.end->state.finished();
  if (!finished) return actors::HeadFolder::has_head(task.folder) ? "running" : "interrupted";
  const auto outcome = finished->outcome;
  return std::string(enum_text(outcome));
}

/// Puts metric, resource and trial of `best` into the cells from `first` on.
void add_best(std::vector<Cell>& row, std::size_t first, const std::optional<BestTrial>& best) {
  if (!best) return;
  row[first] = best->metric;
  row[first + 1] = best->resource;
  row[first + 2] = std::int64_t{best->trial};
}

/// Lists the tasks of a sequence: state, best model, configuration to retrain, and the effect of
/// the memory.
int list_tasks(const std::string& folder, TableFormat format) {
  const auto tasks = actors::tasks_in(folder);
  if (!tasks) return print_error(tasks.error());
  Table table{
      {"task", "name", "state", "best_model", "resource", "trial", "retrain", "retrain_resource",
       "retrain_trial", "incumbents", "below_hurdle", "trials", "folder", "retrain_config"},
      {}};
  std::int64_t number = 0;
  for (const auto& task : *tasks) {
    std::vector<Cell> row(table.columns.size());
    row[0] = ++number;
    row[1] = task.name;
    row[2] = task_state(task);
    row[12] = task.folder;
    if (task.end) {
      const actors::StudyState& state = task.end->state;
      add_best(row, 3, state.best_model());
      add_best(row, 6, state.retrain());
      row[9] = static_cast<std::int64_t>(state.incumbents_started());
      row[10] = static_cast<std::int64_t>(task.end->below_hurdle(task.mode));
      row[11] = static_cast<std::int64_t>(state.trials().size());
      if (state.retrain()) row[13] = settings_text(state.retrain()->config);
    }
    table.rows.push_back(std::move(row));
  }
  return print(to_text(table, format));
}

/// A line for the best model and one for the configuration to retrain.
std::string best_csv(const actors::StudyState& state) {
  std::vector<std::string> header{"result", "trial", "resource", "metric"};
  for (const auto& name : state.parameters()) header.push_back("config_" + name);
  std::string text = actors::csv_line(header);
  const auto add = [&](const char* result, const std::optional<BestTrial>& best) {
    if (!best) return;
    std::vector<std::string> values{result, std::to_string(best->trial),
                                    std::to_string(best->resource),
                                    schedulers::text_of(best->metric)};
    for (const auto& name : state.parameters()) {
      const auto* value = schedulers::find(best->config, name);
      values.push_back(value ? schedulers::text_of(*value) : std::string());
    }
    text += actors::csv_line(values);
  };
  add("best_model", state.best_model());
  add("retrain", state.retrain());
  return text;
}

/// "trial 12, val_error 0.02 at resource 27".
std::string measured_text(const OpenedStudy& study, const BestTrial& best) {
  return "trial " + std::to_string(best.trial) + ", " + study.metric() + " " +
         schedulers::text_of(best.metric) + " at resource " + std::to_string(best.resource);
}

/// Lines below the headline of a best trial: configuration, folder, and checkpoint if there is one.
std::string details_text(const OpenedStudy& study, const BestTrial& best,
                         const std::string& folder) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& setting : best.config)
    lines.emplace_back(setting.name, actors::exact_value(setting.value));
  const std::size_t attempt = study.state.trials().at(best.trial).attempts.size();
  lines.emplace_back("folder",
                     attempt_folder(folder, best.trial, static_cast<std::uint32_t>(attempt)));
  const std::string checkpoint = actors::kept_checkpoint(study.state, best, folder);
  std::error_code failed;
  if (!checkpoint.empty())
    lines.emplace_back("checkpoint", (std::filesystem::path(folder) / checkpoint).string());
  else if (std::filesystem::exists(actors::dropped_marker(folder, best.trial), failed))
    lines.emplace_back("checkpoint", "deleted, to save disk space");
  std::size_t width = 0;
  for (const auto& [name, value] : lines) width = std::max(width, actors::utf8_columns(name));
  std::string text;
  for (const auto& [name, value] : lines)
    text += "  " + name + std::string(width - actors::utf8_columns(name) + 2, ' ') + value + "\n";
  return text;
}

/// Best model and configuration to retrain, under one headline if they are the same trial.
std::string best_text(const OpenedStudy& study, const std::string& folder) {
  const auto& model = study.state.best_model();
  const auto& retrain = study.state.retrain();
  std::string text;
  const bool same = model && retrain && model->trial == retrain->trial;
  if (same) {
    text = "best model and configuration to retrain: " + measured_text(study, *model);
    if (!study.state.retrain_is_compared())
      text += " (no resource was reported by two trials that did not fail)";
    else if (retrain->resource != model->resource)
      text += " (" + schedulers::text_of(retrain->metric) + " at " +
              std::to_string(retrain->resource) + ", the highest that two trials reported)";
    text += "\n" + details_text(study, *model, folder);
  } else {
    text = "best model: " +
           (model ? measured_text(study, *model) + "\n" + details_text(study, *model, folder)
                  : "none: " + study.state.no_best_model_reason() + "\n");
    text += std::string("configuration to retrain") +
            (study.state.lacks_best_model()
                 ? ", as that version chose it (trials that failed counted, too)"
                 : "") +
            ": " + measured_text(study, *retrain) + "\n" + details_text(study, *retrain, folder);
  }
  if (!study.state.finished()) text += "(so far: the study has not finished)\n";
  return text;
}

std::string at_resource(schedulers::Resource resource) {
  return " at " + std::to_string(resource);
}

std::string attempt_text(std::uint32_t number, schedulers::Resource from,
                         schedulers::Resource until, const std::string& node) {
  return "attempt " + std::to_string(number) + " on " + node + ", from " + std::to_string(from) +
         " to " + std::to_string(until);
}

std::string best_detail(const std::optional<BestTrial>& best) {
  return best ? schedulers::text_of(best->metric) + at_resource(best->resource) : "none";
}

/// Text for the column "detail".
struct EventDetail {
  std::string operator()(const actors::TrialStarted& e) const {
    std::string text = attempt_text(e.attempt, e.from, e.until, e.node);
    text += e.incumbent ? ", an incumbent:" : ":";
    return e.config.empty() ? text : text + " " + settings_text(e.config);
  }
  std::string operator()(const actors::TrialReported& e) const {
    return schedulers::text_of(e.metric) + at_resource(e.resource) + ": " +
           std::string(enum_text(e.decision));
  }
  std::string operator()(const actors::TrialPaused& e) const {
    return at_resource(e.resource).substr(1);
  }
  std::string operator()(const actors::TrialPromoted& e) const {
    return attempt_text(e.attempt, e.from, e.until, e.node);
  }
  std::string operator()(const actors::TrialStopped& e) const {
    return at_resource(e.resource).substr(1) + ": " + e.reason;
  }
  std::string operator()(const actors::TrialFailed& e) const {
    return "attempt " + std::to_string(e.attempt) + ": " + e.cause + " (" +
           std::string(enum_text(e.then)) + ")";
  }
  std::string operator()(const actors::TrialCompleted& e) const {
    return at_resource(e.resource).substr(1);
  }
  std::string operator()(const actors::TrialWarned& e) const { return e.warning; }
  std::string operator()(const actors::StudyWarned& e) const { return e.warning; }
  std::string operator()(const actors::NodeSetAside& e) const {
    return e.node + (e.reason.empty() ? " is not set aside any more" : ": " + e.reason);
  }
  std::string operator()(const actors::RungUnlocked& e) const {
    return std::to_string(e.resource) + ", epsilon " + schedulers::text_of(e.epsilon) +
           ", by trial " + std::to_string(e.cause) +
           (e.spent ? ", after " + std::to_string(*e.spent) + " were spent" : "");
  }
  std::string operator()(const actors::HurdleRaised& e) const {
    return schedulers::text_of(e.metric) + at_resource(e.resource);
  }
  std::string operator()(const actors::BestModelChanged& e) const { return best_detail(e.best); }
  std::string operator()(const actors::RetrainConfigChanged& e) const {
    return best_detail(e.best);
  }
  std::string operator()(const actors::IncumbentChanged& e) const {
    return schedulers::text_of(e.metric) + at_resource(e.resource);
  }
  std::string operator()(const actors::SettingsChanged& e) const {
    std::string text;
    for (const auto& change : e.changes)
      text +=
          (text.empty() ? "" : "; ") + change.key + ": " + change.before + " -> " + change.after;
    return text;
  }
  std::string operator()(const actors::StudyFinished& e) const {
    return std::string(enum_text(e.outcome)) + ": " + e.reason;
  }
};

std::vector<Cell> event_row(const StudyEvent& event, const actors::Row& row) {
  return std::visit(
      [&](const auto& e) {
        const Cell trial = [&]() -> Cell {
          if constexpr (requires { e.trial; })
            return std::int64_t{e.trial};
          else if constexpr (requires { e.best; })
            return e.best ? Cell(std::int64_t{e.best->trial}) : Cell();
          else
            return {};
        }();
        return std::vector<Cell>{static_cast<std::int64_t>(row.index),
                                 actors::datetime_of(row.time_us), std::string(e.wire_name), trial,
                                 actors::printable_line(EventDetail{}(e))};
      },
      event);
}

/// An event as in the journal, with the time of its row in front.
std::string event_json(const StudyEvent& event, const actors::Row& row) {
  const std::string text = actors::to_json(event);  // {"TrialPaused":{...}}
  return "{\"time\":" + actors::json_string(actors::datetime_of(row.time_us)) + "," +
         text.substr(1);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Result<std::string> path_of(const OpenedStudy& study, const LogsOptions& options) {
  const Trial* trial = study.state.find(options.trial);
  if (trial == nullptr) return unknown_trial(study, options.trial);
  const std::uint32_t last = trial->attempts.back().number;
  const std::uint32_t attempt = options.attempt.value_or(last);
  if (attempt < 1 || attempt > last)
    return Error{ErrorKind::bad_input,
                 "trial " + std::to_string(options.trial) + " has no attempt " +
                     std::to_string(attempt) + "; it has " +
                     (last == 1 ? "only attempt 1" : "attempts 1 to " + std::to_string(last))};
  return attempt_folder(options.folder, options.trial, attempt) +
         (options.errors ? "/stderr.log" : "/stdout.log");
}

int copy_to_stdout(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (!file)
    return print_error(
        {ErrorKind::io, path + " cannot be read: " + std::strerror(errno) +
                            (errno == ENOENT ? " (its process never started?)" : "")});
  std::array<char, 65536> bytes{};
  while (const std::size_t count = std::fread(bytes.data(), 1, bytes.size(), file.get()))
    if (const int code = print({bytes.data(), count}); code != exit_ok) return code;
  if (std::ferror(file.get()))
    return print_error({ErrorKind::io, path + " cannot be read: " + std::strerror(errno)});
  return exit_ok;
}

}  // namespace

int list_trials(const ListOptions& options) {
  const auto study = open_study(options.folder);
  if (!study) return print_error(study.error());
  const auto& settings = study->state.parameters();
  if (options.format != TableFormat::table)
    return print(to_text(full_table(*study, settings), options.format));
  std::string text = to_text(short_table(*study, settings), options.format);
  if (!study->runs && !study->state.finished())
    text += "(no process runs this study; `troupe run` resumes it)\n";
  return print(text);
}

int show_best(const ListOptions& options) {
  if (actors::holds_sequence(options.folder)) return list_tasks(options.folder, options.format);
  const auto study = open_study(options.folder);
  if (!study) return print_error(study.error());
  if (!study->state.best_model() && !study->state.retrain())
    return print_error({ErrorKind::gone, options.folder +
                                             " has no best model and no configuration " +
                                             "to retrain: " + study->state.no_best_model_reason() +
                                             "; `troupe trials` lists what there is"});
  switch (options.format) {
    case TableFormat::json:
      return print(actors::best_json(study->state, study->meta, options.folder));
    case TableFormat::csv:
      return print(best_csv(study->state));
    case TableFormat::table:
      break;
  }
  return print(best_text(*study, options.folder));
}

int list_events(const ListOptions& options) {
  auto journal = open_journal(options.folder);
  if (!journal) return print_error(journal.error());
  Table table{{"index", "time_utc", "event", "trial", "detail"}, {}};
  std::string json;
  const auto read = journal->each(0, [&](const actors::Row& row) -> Result<void> {
    const auto events = actors::events_of(row);
    if (!events) return events.error();
    for (const auto& event : *events) {
      if (options.format == TableFormat::json)
        json += (json.empty() ? "[\n" : ",\n") + event_json(event, row);
      else
        table.rows.push_back(event_row(event, row));
    }
    return {};
  });
  if (!read) return print_error(read.error());
  if (options.format == TableFormat::json) return print(json.empty() ? "[]\n" : json + "\n]\n");
  return print(to_text(table, options.format));
}

int show_logs(const LogsOptions& options) {
  const auto study = open_study(options.folder);
  if (!study) return print_error(study.error());
  const auto path = path_of(*study, options);
  if (!path) return print_error(path.error());
  return copy_to_stdout(*path);
}

}  // namespace troupe::cli
