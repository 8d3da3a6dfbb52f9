#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/events.hpp"
#include "actors/results/study_state.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// The column of results.csv for a reported key that has the name of another column, such as
/// trial_id or config_lr: reported_trial_id. None: the column has the name of the key. Two keys
/// never have the same column.
[[nodiscard]] std::optional<std::string> renamed_column(std::string_view key);

/// Writer of results.csv, with the columns of Syne Tune and a line for each counted report:
/// trial_id, the reported keys, config_NAME for each hyperparameter, st_decision, st_status,
/// st_tuner_time (seconds since the first row of the journal). A key or parameter that appears
/// later gets a column on the right.
///
/// The file is a function of the journal's rows. The first `flush`, after `take` has seen the rows
/// that are there, writes it anew; later ones append to it.
class ResultsCsv {
 public:
  explicit ResultsCsv(std::string path) : path_(std::move(path)) {}

  /// Adds the reports among the events of the next row. `state` has folded the row, and keeps
  /// history. Nothing is written before `flush`.
  void take(const StudyState& state, const std::vector<StudyEvent>& events);

  /// Writes the added lines. Without a report there is no file. After an error every call returns
  /// the error: the next start of the head writes the file anew.
  Result<void> flush();

  /// Whether somebody removed the file that `flush` wrote. A new writer restores it.
  [[nodiscard]] bool is_removed() const;

 private:
  struct Column {
    enum class Content { trial, reported, parameter, decision, status, tuner_time };
    Content content = Content::reported;
    std::string key{};  ///< Of a reported value, or the name of a parameter.
  };

  void start_table(const TrialReported& report, const std::vector<std::string>& parameters);
  void add_missing_columns(const TrialReported& report, const std::vector<std::string>& parameters);
  [[nodiscard]] bool has_column(std::string_view key) const;
  [[nodiscard]] static std::string name_of(const Column& column);
  void add(const TrialReported& report, const StudyState& state);

  std::string path_;
  std::size_t parameters_in_table_ = 0;  ///< Parameters of the study that have columns.
  std::vector<Column> columns_;
  std::string pending_;
  std::vector<std::string> new_columns_;  ///< Columns of `pending_` that the file lacks.
  bool published_ = false;  ///< `pending_` holds the whole file until the first flush.
  Result<void> state_;
};

}  // namespace troupe::actors
