#include "actors/results/results_csv.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
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

constexpr std::string_view reported_prefix = "reported_";

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

std::optional<std::string> renamed_column(std::string_view key) {
  std::string_view bare = key;
  while (bare.starts_with(reported_prefix)) bare.remove_prefix(reported_prefix.size());
  const bool collides = bare == trial_id || bare == decision || bare == status ||
                        bare == tuner_time || bare.starts_with(config_prefix);
  if (!collides) return std::nullopt;
  return std::string(reported_prefix) + std::string(key);
}

void ResultsCsv::take(const StudyState& state, const std::vector<StudyEvent>& events) {
  for (const StudyEvent& event : events) {
    const auto* report = std::get_if<TrialReported>(&event);
    if (report == nullptr) continue;
    if (columns_.empty()) start_table(*report, state.parameters());
    add_missing_columns(*report, state.parameters());
    add(*report, state);
  }
}

bool ResultsCsv::has_column(std::string_view key) const {
  return std::ranges::any_of(columns_, [&](const Column& column) {
    return column.content == Column::Content::reported && column.key == key;
  });
}

std::string ResultsCsv::name_of(const Column& column) {
  switch (column.content) {
    case Column::Content::trial:
      return std::string(trial_id);
    case Column::Content::reported:
      return renamed_column(column.key).value_or(column.key);
    case Column::Content::parameter:
      return std::string(config_prefix) + column.key;
    case Column::Content::decision:
      return std::string(decision);
    case Column::Content::status:
      return std::string(status);
    case Column::Content::tuner_time:
      break;
  }
  return std::string(tuner_time);
}

void ResultsCsv::start_table(const TrialReported& report,
                             const std::vector<std::string>& parameters) {
  using Content = Column::Content;
  columns_.push_back({Content::trial});
  for (const auto& setting : report.values)
    if (!has_column(setting.name)) columns_.push_back({Content::reported, setting.name});
  for (const std::string& parameter : parameters)
    columns_.push_back({Content::parameter, parameter});
  parameters_in_table_ = parameters.size();
  for (const auto content : {Content::decision, Content::status, Content::tuner_time})
    columns_.push_back({content});
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(name_of(column));
  pending_ = csv_line(names);
}

void ResultsCsv::add_missing_columns(const TrialReported& report,
                                     const std::vector<std::string>& parameters) {
  std::vector<std::string> missing;
  const auto append = [&](Column column) {
    missing.push_back(name_of(column));
    columns_.push_back(std::move(column));
  };
  for (const auto& setting : report.values)
    if (!has_column(setting.name)) append({Column::Content::reported, setting.name});
  for (; parameters_in_table_ < parameters.size(); ++parameters_in_table_)
    append({Column::Content::parameter, parameters[parameters_in_table_]});
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
  std::size_t place = 0;
  const auto text_of = [](const schedulers::Value* value) {
    return value == nullptr ? std::string() : schedulers::text_of(*value);
  };
  const auto cell = [&](const Column& column) {
    switch (column.content) {
      case Column::Content::trial:
        return std::to_string(report.trial);
      case Column::Content::reported:
        return text_of(schedulers::find(report.values, column.key));
      case Column::Content::parameter:
        return text_of(schedulers::find(config, column.key, place));
      case Column::Content::decision:
        return std::string(enum_text(report.decision));
      case Column::Content::status:
        return std::string(status_after(report.decision));
      case Column::Content::tuner_time:
        break;
    }
    return seconds(state.now_us() - *state.start_us());
  };
  std::vector<std::string> cells;
  for (const Column& column : columns_) cells.push_back(cell(column));
  pending_ += csv_line(cells);
}

bool ResultsCsv::is_removed() const {
  std::error_code ignored;
  const auto status = std::filesystem::symlink_status(path_, ignored);
  return published_ && state_ && !std::filesystem::is_regular_file(status);
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
