#include "actors/study/result_files.hpp"

#include <utility>

#include "actors/results/files.hpp"

namespace troupe::actors {

namespace {

/// trials.csv and best.json are rewritten completely, so at most every 2 s.
constexpr std::int64_t tables_interval_us = 2'000'000;

}  // namespace

ResultFiles::ResultFiles(const std::filesystem::path& folder, JournalMeta meta)
    : folder_(folder), meta_(std::move(meta)), results_((folder / "results.csv").string()) {}

void ResultFiles::on(const StudyRow& row) {
  now_us_ = row.time_us;
  state_.take(row.time_us, row.events);
  results_.take(state_, row.events);
}

void ResultFiles::flush() {
  (void)results_.flush();
  if (now_us_ - tables_us_ >= tables_interval_us || state_.finished()) write_tables();
}

void ResultFiles::write_tables() {
  tables_us_ = now_us_;
  (void)replace_file((folder_ / "trials.csv").string(), trials_csv(state_));
  (void)replace_file((folder_ / "best.json").string(), best_json(state_, meta_, folder_.string()));
}

}  // namespace troupe::actors
