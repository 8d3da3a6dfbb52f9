#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "actors/results/results_csv.hpp"
#include "actors/results/study_state.hpp"
#include "actors/study/study.hpp"

namespace troupe::actors {

/// Writes results.csv, trials.csv and best.json of a running study. Errors are ignored: the files
/// are derived from the journal, and the next run writes them again.
class ResultFiles final : public EventSink {
 public:
  ResultFiles(const std::filesystem::path& folder, JournalMeta meta);

  void on(const StudyRow& row) override;
  void flush() override;

 private:
  void restore_results();
  void write_tables();

  std::filesystem::path folder_;
  JournalMeta meta_;
  StudyState state_;
  ResultsCsv results_;
  std::uint64_t rows_ = 0;  ///< Number of rows that were taken.
  std::int64_t now_us_ = 0;
  std::int64_t tables_us_ = 0;  ///< When trials.csv and best.json were last written.
};

}  // namespace troupe::actors
