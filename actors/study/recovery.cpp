#include "actors/study/recovery.hpp"

#include <utility>
#include <variant>

#include "actors/json.hpp"

namespace troupe::actors {

using Decisions = std::vector<schedulers::Decision>;

StudyRow decode_row(const Row& row) {
  return at_row(row, [&] {
    return StudyRow{.index = row.index,
                    .time_us = row.time_us,
                    .input = value_or_abandon(from_json<Input>(row.input)),
                    .decisions = value_or_abandon(from_json<Decisions>(row.decisions)),
                    .events = {}};
  });
}

ReplayedRow replay_row(StudyCore& core, const Row& row, const AskScheduler& ask) {
  Input input = at_row(row, [&] { return value_or_abandon(from_json<Input>(row.input)); });
  if (!at_row(row, [&] { return core.accepts(input); })) return {ReplayedRow::Status::differs};
  Decisions decisions;
  if (const auto event = at_row(row, [&] { return core.question(input); })) {
    auto answer = ask(row.index, *event);
    if (!answer) return {ReplayedRow::Status::scheduler_lost};
    decisions = std::move(*answer);
  }
  if (to_json(decisions) != row.decisions) return {ReplayedRow::Status::differs};
  Outcome outcome = at_row(row, [&] { return core.apply(input, row.index, decisions); });
  return {
      ReplayedRow::Status::applied,
      {row.index, row.time_us, std::move(input), std::move(decisions), std::move(outcome.events)},
      std::move(outcome.facts)};
}

void ActiveTime::note(const Input& input, std::int64_t time_us) {
  const bool resumed = std::holds_alternative<StudyResumed>(input);
  if (resumed) earlier_sessions_us_ += last_row_us_ - session_start_us_;
  if (resumed || std::holds_alternative<StudyOpened>(input)) session_start_us_ = time_us;
  last_row_us_ = time_us;
}

std::int64_t ActiveTime::active_us(std::int64_t now_us) const {
  return session_start_us_ == 0 ? 0 : earlier_sessions_us_ + now_us - session_start_us_;
}

}  // namespace troupe::actors
