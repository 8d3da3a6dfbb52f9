#include "actors/results/study_view.hpp"

#include <algorithm>
#include <utility>

#include "actors/json.hpp"

namespace troupe::actors {

const ReportView* TrialView::last_report() const {
  const auto highest = std::ranges::max_element(reports, {}, &ReportView::resource);
  return highest == reports.end() ? nullptr : &*highest;
}

std::optional<std::int64_t> TrialView::ended_us() const {
  if (state == TrialState::pending || state == TrialState::running) return std::nullopt;
  return attempts.back().ended_us;
}

Result<std::vector<StudyEvent>> events_of(const Row& row) {
  auto events = from_json<std::vector<StudyEvent>>(row.events);
  if (!events)
    return Error{ErrorKind::bad_input,
                 "row " + std::to_string(row.index) +
                     " of the journal has events that cannot be read: " + events.error().what};
  return events;
}

Result<StudyView> StudyView::of(JournalReader& reader) {
  StudyView view;
  const auto read = reader.each(0, [&](const Row& row) { return view.take(row); });
  if (!read) return read.error();
  return view;
}

Result<void> StudyView::take(const Row& row) {
  const auto events = events_of(row);
  if (!events) return events.error();
  take(row.time_us, *events);
  return {};
}

void StudyView::take(std::int64_t time_us, const std::vector<StudyEvent>& events) {
  now_us_ = time_us;
  for (const StudyEvent& event : events) {
    finished_.reset();  // An interrupted study goes on.
    std::visit([this](const auto& one) { on(one); }, event);
  }
}

void StudyView::start(TrialView& trial, AttemptView attempt) {
  attempt.started_us = now_us_;
  trial.attempts.push_back(std::move(attempt));
  trial.state = TrialState::running;
}

void StudyView::end(TrialId id, TrialState state, std::string how) {
  TrialView& trial = trials_[id];
  trial.state = state;
  if (trial.attempts.empty() || trial.attempts.back().ended_us) return;
  trial.attempts.back().ended_us = now_us_;
  trial.attempts.back().end = std::move(how);
}

void StudyView::on(const TrialStarted& event) {
  TrialView& trial = trials_[event.trial];
  trial.id = event.trial;
  trial.config = event.config;
  start(trial,
        {.number = event.attempt, .from = event.from, .until = event.until, .node = event.node});
}

void StudyView::on(const TrialPromoted& event) {
  start(trials_[event.trial],
        {.number = event.attempt, .from = event.from, .until = event.until, .node = event.node});
}

void StudyView::on(const TrialReported& event) {
  trials_[event.trial].reports.push_back({now_us_, event.resource, event.metric, event.decision});
}

void StudyView::on(const TrialPaused& event) {
  end(event.trial, TrialState::paused, "paused at " + std::to_string(event.resource));
}

void StudyView::on(const TrialStopped& event) {
  end(event.trial, TrialState::stopped,
      "stopped at " + std::to_string(event.resource) + ": " + event.reason);
}

void StudyView::on(const TrialCompleted& event) {
  end(event.trial, TrialState::completed, "completed at " + std::to_string(event.resource));
}

void StudyView::on(const TrialFailed& event) {
  const bool over = event.then == TrialFailed::Then::give_up;
  end(event.trial, over ? TrialState::failed : TrialState::pending, "failed: " + event.cause);
  if (auto& attempts = trials_[event.trial].attempts; !attempts.empty())
    attempts.back().stderr_tail = event.stderr_tail;
}

void StudyView::on(const TrialWarned& event) {
  ++trials_[event.trial].warnings;
}

void StudyView::on(const IncumbentChanged& event) {
  best_ = event;
}

void StudyView::on(const StudyFinished& event) {
  finished_ = event;
}

}  // namespace troupe::actors
