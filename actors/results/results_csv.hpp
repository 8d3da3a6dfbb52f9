#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/events.hpp"
#include "actors/journal/journal.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// results.csv with Syne Tune's columns, one line for each report that counted: trial_id, the
/// reported keys, config_NAME for each hyperparameter, st_decision, st_status, st_tuner_time
/// (seconds since the first row of the journal). A key that is first reported later gets a column
/// on the right, and so does a parameter that the first trials did not have.
///
/// The file is a function of the journal's rows. It is made anew by the first `flush`, after `take`
/// has seen the rows that are there; from then on it is appended to.
class ResultsCsv {
 public:
  explicit ResultsCsv(std::string path) : path_(std::move(path)) {}

  /// Rows in order, from 0. Nothing is written yet.
  Result<void> take(const Row& row);
  void take(std::int64_t time_us, const std::vector<StudyEvent>& events);

  /// Writes what was taken. The file appears with the first report. An error stays: the next start
  /// makes the file anew.
  Result<void> flush();

 private:
  void start_table(const TrialReported& report);
  void add_missing_columns(const TrialReported& report);
  void add(const TrialReported& report, std::int64_t time_us);

  std::string path_;
  std::map<TrialId, Config> configs_;
  std::vector<std::string> parameters_;  ///< Of all trials, in the order of their first use.
  std::size_t parameters_in_table_ = 0;  ///< The first so many have columns.
  std::vector<std::string> columns_;
  std::optional<std::int64_t> start_us_;
  std::string pending_;
  std::vector<std::string> new_columns_;  ///< That the file lacks; `pending_` has them.
  bool published_ = false;                ///< The file is ours; before, `pending_` is all of it.
  Result<void> state_;
};

}  // namespace troupe::actors
