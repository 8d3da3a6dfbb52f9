#include "actors/study/study_warnings.hpp"

#include <cmath>

#include "actors/results/results_csv.hpp"
#include "actors/study/study_totals.hpp"

namespace troupe::actors {

std::vector<std::string> StudyWarnings::about_columns(const Config& reported) {
  std::vector<std::string> warnings;
  for (const auto& setting : reported) {
    const auto column = renamed_column(setting.name);
    if (column && is_first("column " + setting.name))
      warnings.push_back("the reported key '" + setting.name +
                         "' has the name of another column of results.csv; its values are in the "
                         "column '" +
                         *column + "'");
  }
  return warnings;
}

std::optional<std::string> warning_about(TrialRecord& trial, const ReportMalformed& malformed) {
  const bool is_given = malformed.once.empty() || trial.warned.insert(malformed.once).second;
  return is_given ? std::optional(malformed.warning) : std::nullopt;
}

std::optional<std::string> warning_about(const Reported& report,
                                         const schedulers::ReportIgnored& ignored) {
  if (ignored.reason != schedulers::ReportIgnored::Reason::duplicate) return std::nullopt;
  if (report.metric == ignored.first) return std::nullopt;
  if (std::isnan(report.metric) && std::isnan(ignored.first)) return std::nullopt;
  return "reported " + plain_number(report.metric) + " at resource " +
         std::to_string(report.resource) + " again; the first value, " +
         plain_number(ignored.first) + ", stands";
}

}  // namespace troupe::actors
