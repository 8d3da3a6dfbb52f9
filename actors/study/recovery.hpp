#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actors/journal/journal.hpp"
#include "actors/study/study_core.hpp"
#include "actors/study/study_history.hpp"
#include "actors/study/study_row.hpp"
#include "runtime/core/check.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

/// Runs `work` for `row`. A failure of its own, of the row's text or of a check, is thrown as
/// StudyAbandoned, which names the row.
template <typename Work>
auto at_row(const Row& row, const Work& work) {
  const auto named = [&](const char* reason) {
    return StudyAbandoned("row " + std::to_string(row.index) +
                          " of the journal cannot be replayed: " + reason);
  };
  try {
    return work();
  } catch (const StudyAbandoned& failure) {
    throw named(failure.what());
  } catch (const CheckFailure& failure) {
    throw named(failure.what());
  }
}

/// Asks a scheduler about the event of a row. None: the scheduler is lost.
using AskScheduler = std::function<std::optional<std::vector<schedulers::Decision>>(
    std::uint64_t index, const schedulers::Event& event)>;

/// What came of replaying one row of a journal.
struct ReplayedRow {
  enum class Status {
    applied,
    differs,  ///< The core does not accept the input, or the scheduler decides otherwise.
    scheduler_lost,
  };
  Status status = Status::applied;
  StudyRow row{};                               ///< If applied; its events are those derived now.
  std::vector<schedulers::SearchFact> facts{};  ///< If applied: for the searcher.
};

/// Derives the decisions of a journaled row again and applies it to `core`, which has the rows
/// before it. Leaves `core` as it is unless the row was applied. Throws StudyAbandoned if the row
/// cannot be read or applied.
[[nodiscard]] ReplayedRow replay_row(StudyCore& core, const Row& row, const AskScheduler& ask);

/// The decoded input and decisions of a journaled row. Throws StudyAbandoned if they cannot be
/// read.
[[nodiscard]] StudyRow decode_row(const Row& row);

/// How long a study has been active: the time from the first to the last row of each session. The
/// time between two sessions does not count. All times are microseconds since 1970-01-01 UTC.
class ActiveTime {
 public:
  /// Notes the time of the next row.
  void note(const Input& input, std::int64_t time_us);
  /// Microseconds of activity at the time `now_us`; 0 before the first row.
  [[nodiscard]] std::int64_t active_us(std::int64_t now_us) const;
  /// The time of the last row; 0 if there is none.
  [[nodiscard]] std::int64_t last_row_us() const { return last_row_us_; }

 private:
  std::int64_t earlier_sessions_us_ = 0;
  std::int64_t session_start_us_ = 0;
  std::int64_t last_row_us_ = 0;
};

}  // namespace troupe::actors
