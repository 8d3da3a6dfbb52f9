#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study/inputs.hpp"
#include "actors/study/trial_table.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

/// Decides which warnings of a study are given: those of some kinds once for the study, or once for
/// each trial.
class StudyWarnings {
 public:
  /// Whether no warning of that kind was given for the study before.
  [[nodiscard]] bool is_first(std::string_view kind) { return given_.emplace(kind).second; }

  /// Warnings about reported keys that have the name of another column of results.csv, each once
  /// for the study.
  [[nodiscard]] std::vector<std::string> about_columns(const Config& reported);

 private:
  std::set<std::string, std::less<>> given_;  ///< Kinds of warnings.
};

/// The warning about a line of the program of `trial`; none if the trial got one of that kind.
[[nodiscard]] std::optional<std::string> warning_about(TrialRecord& trial,
                                                       const ReportMalformed& malformed);

/// The warning about a report that was ignored because there is one at its resource; none if both
/// have the same metric.
[[nodiscard]] std::optional<std::string> warning_about(const Reported& report,
                                                       const schedulers::ReportIgnored& ignored);

}  // namespace troupe::actors
