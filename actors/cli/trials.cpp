#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/results/files.hpp"
#include "actors/terminal/line.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::cli {
namespace {

using Trial = actors::StudyState::Trial;

Cell real_cell(double value) {
  if (!std::isfinite(value)) return schedulers::text_of(value);  // JSON has no number for it.
  return value;
}

Cell cell_of(const schedulers::Value* value) {
  if (!value) return std::monostate{};
  if (const auto* integer = std::get_if<std::int64_t>(value)) return *integer;
  if (const auto* real = std::get_if<double>(value)) return real_cell(*real);
  return schedulers::text_of(*value);
}

/// Of a trial that ended: from the start of its first process to the end of its last.
std::optional<std::chrono::microseconds> span_of(const Trial& trial) {
  const auto end = trial.ended_us();
  if (!end) return std::nullopt;
  return std::chrono::microseconds(std::max<std::int64_t>(*end - trial.started_us(), 0));
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

/// For people: no more columns than needed, under the names that the study file gives them.
Table short_table(const OpenedStudy& study, const std::vector<std::string>& settings) {
  Table table{{"trial", "state", "resource", study.metric(), "attempts", "time"}, {}};
  table.columns.insert(table.columns.end(), settings.begin(), settings.end());
  for (const auto& [id, trial] : study.state.trials()) {
    const auto& last = trial.highest;
    std::vector<Cell> row{std::int64_t{id},
                          std::string(to_text(trial.state)),
                          last ? Cell(last->resource) : Cell(),
                          last ? real_cell(last->metric) : Cell(),
                          static_cast<std::int64_t>(trial.attempts.size()),
                          face_cell(trial)};
    for (const auto& name : settings) row.push_back(cell_of(schedulers::find(trial.config, name)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// For programs: the same columns for every study, then config_NAME.
Table full_table(const OpenedStudy& study, const std::vector<std::string>& settings) {
  Table table{{"trial", "state", "resource", "metric", "attempts", "warnings", "started_utc",
               "ended_utc", "seconds"},
              {}};
  for (const auto& name : settings) table.columns.push_back("config_" + name);
  for (const auto& [id, trial] : study.state.trials()) {
    const auto& last = trial.highest;
    std::vector<Cell> row{std::int64_t{id},
                          std::string(to_text(trial.state)),
                          last ? Cell(last->resource) : Cell(),
                          last ? real_cell(last->metric) : Cell(),
                          static_cast<std::int64_t>(trial.attempts.size()),
                          static_cast<std::int64_t>(trial.warnings),
                          actors::datetime_of(trial.started_us()),
                          end_cell(trial),
                          seconds_cell(trial)};
    for (const auto& name : settings) row.push_back(cell_of(schedulers::find(trial.config, name)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

int list_trials(const ListOptions& options) {
  const auto study = open_study(options.folder);
  if (!study) return complain(study.error());
  const auto& settings = study->state.parameters();
  const bool for_people = options.format == TableFormat::table;
  return print(to_text(for_people ? short_table(*study, settings) : full_table(*study, settings),
                       options.format));
}

}  // namespace troupe::cli
