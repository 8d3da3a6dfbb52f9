#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/journal/journal.hpp"
#include "actors/results/study_state.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Optuna's columns: number, value (the metric at the highest resource), datetime_start,
/// datetime_complete (UTC; when its last process ended, empty while one runs), duration,
/// params_NAME, state.
[[nodiscard]] std::string trials_csv(const StudyState& state);

/// The best configuration; "null" while nothing was reported. `meta` has the study's name and, if
/// it is there, the name of the metric.
[[nodiscard]] std::string best_json(const StudyState& state, const JournalMeta& meta,
                                    const std::string& checkpoint = {});

/// Replaces the file at once: a reader sees the old or the new text. It is derived from the
/// journal, so it is not synchronised to the disk.
Result<void> replace_file(const std::string& path, std::string_view text);

/// Adds to the end of a file.
Result<void> append_to_file(const std::string& path, std::string_view text);

/// "2026-11-22 07:30:00.123456", UTC.
[[nodiscard]] std::string datetime_of(std::int64_t time_us);
/// "0 days 00:01:30.250000"
[[nodiscard]] std::string duration_of(std::int64_t microseconds);

}  // namespace troupe::actors
