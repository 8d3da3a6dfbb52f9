#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "actors/journal/journal.hpp"
#include "actors/results/study_state.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Text of trials.csv, with the columns of Optuna: number, value (metric at the highest resource),
/// datetime_start, datetime_complete (UTC; end of the last process, empty while one runs),
/// duration, params_NAME, state.
[[nodiscard]] std::string trials_csv(const StudyState& state);

/// Text of best.json: the best model and the configuration to retrain, each null if there is none.
/// `meta` names the study and the metric. `folder`: the study's, where checkpoints are looked for.
[[nodiscard]] std::string best_json(const StudyState& state, const JournalMeta& meta,
                                    const std::string& folder);

/// Path of the checkpoint of a best trial, relative to the study's folder; empty if there is none,
/// or if it is of a higher resource than that of `best`.
[[nodiscard]] std::string kept_checkpoint(const StudyState& state, const BestTrial& best,
                                          const std::string& folder);

/// Replaces a file atomically, without fsync: these files are derived from the journal.
Result<void> replace_file(const std::string& path, std::string_view text);

/// Appends to a file, which is made if it does not exist.
Result<void> append_to_file(const std::string& path, std::string_view text);

/// Puts a .gitignore into the folder of a study, unless it holds other files than the lock: they
/// may be the user's. Errors are ignored.
void hide_from_git(const std::filesystem::path& folder);

/// A time as "2026-11-22 07:30:00.123456", UTC.
[[nodiscard]] std::string datetime_of(std::int64_t time_us);
/// A time span as "0 days 00:01:30.250000".
[[nodiscard]] std::string duration_of(std::int64_t microseconds);

}  // namespace troupe::actors
