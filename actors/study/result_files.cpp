#include "actors/study/result_files.hpp"

#include <utility>

#include "actors/journal/journal.hpp"
#include "actors/results/files.hpp"

namespace troupe::actors {

namespace {

/// trials.csv and best.json are rewritten completely, so at most every 2 s.
constexpr std::int64_t tables_interval_us = 2'000'000;

}  // namespace

ResultFiles::ResultFiles(const std::filesystem::path& folder, JournalMeta meta,
                         std::function<void(const std::string&)> warn)
    : folder_(folder),
      meta_(std::move(meta)),
      results_((folder / "results.csv").string()),
      warn_(std::move(warn)) {}

void ResultFiles::on(const StudyRow& row) {
  now_us_ = row.time_us;
  rows_ = row.index + 1;
  state_.take(row.time_us, row.events);
  results_.take(state_, row.events);
}

/// Writes results.csv anew from the journal, if somebody removed it or it could not be written.
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
  const bool tables_due = now_us_ - tables_us_ >= tables_interval_us || state_.finished();
  if (results_.is_removed() || (!complete_ && tables_due)) restore_results();
  const auto written = results_.flush();
  complete_ = written.has_value();
  note(written);
  if (tables_due) write_tables();
}

/// Tells once that a file cannot be written.
void ResultFiles::note(const Result<void>& written) {
  if (written || !warn_ || std::exchange(warned_, true)) return;
  warn_(written.error().what +
        ". The study goes on, and its journal holds all results; the file is written again as soon "
        "as that is possible, at the latest by the next `troupe run`");
}

void ResultFiles::write_tables() {
  tables_us_ = now_us_;
  note(replace_file((folder_ / "trials.csv").string(), trials_csv(state_)));
  note(replace_file((folder_ / "best.json").string(), best_json(state_, meta_, folder_.string())));
}

}  // namespace troupe::actors
