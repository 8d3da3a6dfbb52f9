#include "actors/study/result_files.hpp"

#include <utility>

#include "actors/journal/journal.hpp"
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
  rows_ = row.index + 1;
  state_.take(row.time_us, row.events);
  results_.take(state_, row.events);
}

/// Writes results.csv anew from the journal, if somebody removed it.
void ResultFiles::restore_results() {
  auto reader = JournalReader::open((folder_ / "journal.db").string());
  if (!reader) return;
  StudyState state;
  ResultsCsv results((folder_ / "results.csv").string());
  const auto read = reader->each(0, [&](const Row& row) -> Result<void> {
    if (row.index >= rows_) return {};  // Taken later.
    const auto events = events_of(row);
    if (!events) return events.error();
    state.take(row.time_us, *events);
    results.take(state, *events);
    return {};
  });
  if (read) results_ = std::move(results);
}

void ResultFiles::flush() {
  if (results_.is_removed()) restore_results();
  (void)results_.flush();
  if (now_us_ - tables_us_ >= tables_interval_us || state_.finished()) write_tables();
}

void ResultFiles::write_tables() {
  tables_us_ = now_us_;
  (void)replace_file((folder_ / "trials.csv").string(), trials_csv(state_));
  (void)replace_file((folder_ / "best.json").string(), best_json(state_, meta_, folder_.string()));
}

}  // namespace troupe::actors
