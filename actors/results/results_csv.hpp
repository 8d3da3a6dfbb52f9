#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "actors/events.hpp"
#include "actors/results/study_state.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// results.csv with Syne Tune's columns, one line for each report that counted: trial_id, the
/// reported keys, config_NAME for each hyperparameter, st_decision, st_status, st_tuner_time
/// (seconds since the first row of the journal). A key that is first reported later gets a column
/// on the right, and so does a parameter that the first trials did not have.
///
/// The file is a function of the journal's rows. The first `flush`, after `take` has seen the rows
/// that are there, writes it anew; later ones append to it.
class ResultsCsv {
 public:
  explicit ResultsCsv(std::string path) : path_(std::move(path)) {}

  /// Takes the events of each row in order, from 0. `state` has folded them, and keeps history.
  /// Nothing is written yet.
  void take(const StudyState& state, const std::vector<StudyEvent>& events);

  /// Writes what was taken. The file appears with the first report. An error stays: the next start
  /// makes the file anew.
  Result<void> flush();

 private:
  void start_table(const TrialReported& report, const std::vector<std::string>& parameters);
  void add_missing_columns(const TrialReported& report, const std::vector<std::string>& parameters);
  void add(const TrialReported& report, const StudyState& state);

  std::string path_;
  std::size_t parameters_in_table_ = 0;  ///< Parameters of the study that have columns.
  std::vector<std::string> columns_;
  std::string pending_;
  std::vector<std::string> new_columns_;  ///< That the file lacks; `pending_` has them.
  bool published_ = false;                ///< The file is ours; before, `pending_` is all of it.
  Result<void> state_;
};

}  // namespace troupe::actors
