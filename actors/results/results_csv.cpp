#include "actors/results/results_csv.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>

#include "actors/results/csv.hpp"
#include "actors/results/files.hpp"
#include "runtime/core/check.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {
namespace {

constexpr std::string_view trial_id = "trial_id";
constexpr std::string_view decision = "st_decision";
constexpr std::string_view status = "st_status";
constexpr std::string_view tuner_time = "st_tuner_time";
constexpr std::string_view config_prefix = "config_";

/// Whether a reported key has the name of a fixed column; such a key gets no column.
bool is_fixed_column(std::string_view name) {
  return name == trial_id || name == decision || name == status || name == tuner_time ||
         name.starts_with(config_prefix);
}

std::string_view status_after(TrialReported::Decision decided) {
  switch (decided) {
    case TrialReported::Decision::proceed:
      return "InProgress";
    case TrialReported::Decision::pause:
      return "Paused";
    case TrialReported::Decision::stop:
      break;
  }
  return "Stopped";
}

std::string seconds(std::int64_t microseconds) {
  return schedulers::text_of(static_cast<double>(microseconds) / 1e6);
}

}  // namespace

void ResultsCsv::take(const StudyState& state, const std::vector<StudyEvent>& events) {
  for (const StudyEvent& event : events) {
    const auto* report = std::get_if<TrialReported>(&event);
    if (report == nullptr) continue;
    if (columns_.empty()) start_table(*report, state.parameters());
    add_missing_columns(*report, state.parameters());
    add(*report, state);
  }
}

void ResultsCsv::start_table(const TrialReported& report,
                             const std::vector<std::string>& parameters) {
  columns_.emplace_back(trial_id);
  for (const auto& setting : report.values)
    if (!is_fixed_column(setting.name) &&
        std::ranges::find(columns_, setting.name) == columns_.end())
      columns_.push_back(setting.name);
  for (const std::string& parameter : parameters)
    columns_.push_back(std::string(config_prefix) + parameter);
  parameters_in_table_ = parameters.size();
  for (const auto name : {decision, status, tuner_time}) columns_.emplace_back(name);
  pending_ = csv_line(columns_);
}

void ResultsCsv::add_missing_columns(const TrialReported& report,
                                     const std::vector<std::string>& parameters) {
  std::vector<std::string> missing;
  for (const auto& setting : report.values)
    if (!is_fixed_column(setting.name) &&
        std::ranges::find(columns_, setting.name) == columns_.end()) {
      columns_.push_back(setting.name);
      missing.push_back(setting.name);
    }
  for (; parameters_in_table_ < parameters.size(); ++parameters_in_table_) {
    columns_.push_back(std::string(config_prefix) + parameters[parameters_in_table_]);
    missing.push_back(columns_.back());
  }
  if (missing.empty()) return;
  if (!published_) {
    pending_ = csv_widened(pending_, missing);
    return;
  }
  // The header is in the file: a temporary empty header is widened with these lines and removed.
  pending_ = csv_widened("\n" + pending_, missing).substr(csv_widened("\n", missing).size());
  new_columns_.insert(new_columns_.end(), missing.begin(), missing.end());
}

void ResultsCsv::add(const TrialReported& report, const StudyState& state) {
  check(state.start_us().has_value(), "the row of a report was folded before");
  const Config& config = state.trials().at(report.trial).config;
  std::vector<std::string> cells;
  for (const std::string& column : columns_) {
    const schedulers::Value* value = nullptr;
    if (column == trial_id) {
      cells.push_back(std::to_string(report.trial));
    } else if (column == decision) {
      cells.emplace_back(enum_text(report.decision));
    } else if (column == status) {
      cells.emplace_back(status_after(report.decision));
    } else if (column == tuner_time) {
      cells.push_back(seconds(state.now_us() - *state.start_us()));
    } else {
      value = column.starts_with(config_prefix)
                  ? schedulers::find(config, std::string_view(column).substr(config_prefix.size()))
                  : schedulers::find(report.values, column);
      cells.push_back(value ? schedulers::text_of(*value) : std::string());
    }
  }
  pending_ += csv_line(cells);
}

Result<void> ResultsCsv::flush() {
  if (pending_.empty() || !state_) return state_;
  if (!published_) {
    state_ = replace_file(path_, pending_);
  } else if (new_columns_.empty()) {
    state_ = append_to_file(path_, pending_);
  } else {
    std::ifstream in(path_, std::ios::binary);
    const std::string before{std::istreambuf_iterator<char>(in), {}};
    state_ = replace_file(path_, csv_widened(before, new_columns_) + pending_);
  }
  published_ = true;
  new_columns_.clear();
  pending_.clear();
  return state_;
}

}  // namespace troupe::actors
