#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "actors/results/results_csv.hpp"
#include "actors/results/study_state.hpp"
#include "actors/study/study.hpp"

namespace troupe::actors {

/// Writes results.csv, trials.csv and best.json of a running study. A file that cannot be written
/// is told once and does not stop the study: the files are derived from the journal. results.csv is
/// written anew when that is possible again.
class ResultFiles final : public EventSink {
 public:
  /// `warn` gets the warning; may be empty.
  ResultFiles(const std::filesystem::path& folder, JournalMeta meta,
              std::function<void(const std::string&)> warn = {});

  void on(const StudyRow& row) override;
  void flush() override;

 private:
  void restore_results();
  void write_tables();
  void note(const Result<void>& written);

  std::filesystem::path folder_;
  JournalMeta meta_;
  StudyState state_;
  ResultsCsv results_;
  std::function<void(const std::string&)> warn_;
  bool complete_ = true;  ///< results.csv holds the rows up to the last flush.
  bool warned_ = false;
  std::uint64_t rows_ = 0;  ///< Number of rows that were taken.
  std::int64_t now_us_ = 0;
  std::int64_t tables_us_ = 0;  ///< When trials.csv and best.json were last written.
};

}  // namespace troupe::actors
