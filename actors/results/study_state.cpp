#include "actors/results/study_state.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>
#include <variant>

#include "actors/json.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

std::optional<std::int64_t> StudyState::Trial::ended_us() const {
  if (state == TrialState::pending || state == TrialState::running) return std::nullopt;
  return attempts.back().ended_us;
}

Result<StudyState> StudyState::of(JournalReader& reader) {
  StudyState state;
  const auto read = reader.each(0, [&](const Row& row) { return state.take(row); });
  if (!read) return read.error();
  return state;
}

Result<void> StudyState::take(const Row& row) {
  const auto events = events_of(row);
  if (!events) return events.error();
  take(row.time_us, *events);
  return {};
}

void StudyState::take(std::int64_t time_us, const std::vector<StudyEvent>& events) {
  if (!start_us_) start_us_ = time_us;
  now_us_ = time_us;
  for (const StudyEvent& event : events) take(event);
}

void StudyState::take(const StudyEvent& event) {
  finished_.reset();  // An event after the end of a study: the study was resumed.
  std::visit([this](const auto& one) { on(one); }, event);
}

StudyState::Trial& StudyState::add_trial(TrialId id) {
  check(id <= std::numeric_limits<std::int32_t>::max(), "a study has fewer than 2^31 trials");
  while (trials_.size() <= id) trials_.push_back({.id = static_cast<TrialId>(trials_.size())});
  Trial& trial = trials_[id];
  trial.seen = true;
  ++counts_[static_cast<std::size_t>(trial.state)];
  return trial;
}

void StudyState::enter(Trial& trial, TrialState state) {
  std::size_t& before = counts_[static_cast<std::size_t>(trial.state)];
  check(before > 0, "the trial is counted in the state that it leaves");
  --before;
  ++counts_[static_cast<std::size_t>(state)];
  const bool ran = std::exchange(trial.state, state) == TrialState::running;
  if (ran == (state == TrialState::running)) return;
  const auto place = std::ranges::lower_bound(running_, trial.id);
  if (ran)
    running_.erase(place);
  else
    running_.insert(place, trial.id);
}

template <typename Event>
void StudyState::start(Trial& trial, const Event& event) {
  enter(trial, TrialState::running);
  if (keeps(Detail::history))
    trial.attempts.push_back({.number = event.attempt,
                              .from = event.from,
                              .until = event.until,
                              .node = event.node,
                              .started_us = now_us_,
                              .ended_us = {},
                              .end = {},
                              .stderr_tail = {}});
}

void StudyState::end_attempt(Trial& trial, std::string how) {
  if (trial.attempts.empty() || trial.attempts.back().ended_us) return;
  trial.attempts.back().ended_us = now_us_;
  trial.attempts.back().end = std::move(how);
}

void StudyState::on(const TrialStarted& event) {
  Trial& trial = trial_of(event.trial);
  if (event.attempt == 1 && event.incumbent) ++incumbents_started_;
  if (keeps(Detail::history)) {
    trial.config = event.config;
    for (std::size_t i = 0; i < event.config.size(); ++i) {
      const std::string& name = event.config[i].name;
      const bool in_place = i < parameters_.size() && parameters_[i] == name;
      if (!in_place && std::ranges::find(parameters_, name) == parameters_.end())
        parameters_.push_back(name);
    }
  }
  start(trial, event);
}

void StudyState::on(const TrialPromoted& event) {
  Trial& trial = trial_of(event.trial);
  trial.paused_at.reset();
  start(trial, event);
}

void StudyState::on(const TrialReported& event) {
  const bool is_known = event.trial < trials_.size() && trials_[event.trial].seen;
  Trial& trial = trial_of(event.trial);
  // The start of the trial was not folded: its row came before the first one that was.
  if (!is_known) enter(trial, TrialState::running);
  const Resource before = trial.highest ? std::max<Resource>(trial.highest->resource, 0) : 0;
  spent_ += std::max<Resource>(event.resource - before, 0);
  if (!trial.highest || event.resource > trial.highest->resource ||
      (event.repeated && event.resource == trial.highest->resource))
    trial.highest = Measurement{event.resource, event.metric};
  if (event.repeated && trial.paused_at && trial.paused_at->resource == event.resource)
    trial.paused_at->metric = event.metric;
  if (event.decision == TrialReported::Decision::pause)
    trial.paused_at = Measurement{event.resource, event.metric};
  if (keeps(Detail::reports))
    reports_.push_back({now_us_, event.trial, event.decision, event.resource, event.metric});
}

void StudyState::on(const TrialPaused& event) {
  Trial& trial = trial_of(event.trial);
  // Its last report was below the rung, and its value counts there.
  if (trial.highest && event.resource > trial.highest->resource)
    trial.paused_at = Measurement{event.resource, trial.highest->metric};
  enter(trial, TrialState::paused);
  if (keeps(Detail::history)) end_attempt(trial, "paused at " + std::to_string(event.resource));
}

void StudyState::on(const TrialStopped& event) {
  Trial& trial = trial_of(event.trial);
  enter(trial, TrialState::stopped);
  trial.paused_at.reset();
  if (event.reason == "below_hurdle") ++stopped_below_hurdle_;
  if (keeps(Detail::history))
    end_attempt(trial, "stopped at " + std::to_string(event.resource) + ": " + event.reason);
}

void StudyState::on(const TrialCompleted& event) {
  Trial& trial = trial_of(event.trial);
  enter(trial, TrialState::completed);
  if (keeps(Detail::history)) end_attempt(trial, "completed at " + std::to_string(event.resource));
}

void StudyState::on(const TrialFailed& event) {
  Trial& trial = trial_of(event.trial);
  const bool is_final = event.then == TrialFailed::Then::give_up;
  enter(trial, is_final ? TrialState::failed : TrialState::pending);
  if (!keeps(Detail::history)) return;
  end_attempt(trial, "failed: " + event.cause);
  if (!trial.attempts.empty()) trial.attempts.back().stderr_tail = event.stderr_tail;
}

void StudyState::on(const TrialWarned& event) {
  ++trial_of(event.trial).warnings;
}

void StudyState::on(const NodeSetAside& event) {
  if (event.reason.empty())
    set_aside_.erase(event.node);
  else
    set_aside_[event.node] = event.reason;
}

void StudyState::on(const RungUnlocked& event) {
  ceiling_ = event.resource;
  epsilon_ = event.epsilon;
}

void StudyState::on(const HurdleRaised& event) {
  hurdles_[event.resource] = event.metric;
}

void StudyState::on(const BestModelChanged& event) {
  best_model_ = event.best;
}

std::string StudyState::no_best_model_reason() const {
  if (lacks_best_model_) return "an older version of Troupe recorded the study";
  bool any = false;
  bool any_alive = false;
  for (const Trial& trial : trials_) {
    any = any || trial.highest;
    any_alive = any_alive || (trial.highest && trial.state != TrialState::failed);
  }
  if (!any) return "no trial has reported";
  if (!any_alive) return "every trial that reported has failed";
  return "no trial has a finite metric at its highest resource";
}

void StudyState::on(const RetrainConfigChanged& event) {
  retrain_ = event.best;
  retrain_is_compared_ = event.basis == RetrainConfigChanged::Basis::shared_resource;
}

void StudyState::on(const IncumbentChanged& event) {
  retrain_ = BestTrial{event.trial, event.resource, event.metric, event.config};
  retrain_is_compared_ = true;
  lacks_best_model_ = true;
}

void StudyState::on(const StudyFinished& event) {
  finished_ = event;
  last_end_ = event;
}

Result<std::vector<StudyEvent>> events_of(const Row& row) {
  auto events = from_json<std::vector<StudyEvent>>(row.events);
  if (!events)
    return Error{ErrorKind::bad_input,
                 "row " + std::to_string(row.index) +
                     " of the journal has events that cannot be read: " + events.error().what};
  return events;
}

std::optional<StudyFinished> end_in_last_row(const std::string& journal) {
  if (!std::filesystem::exists(journal)) return std::nullopt;
  auto reader = JournalReader::open(journal);
  if (!reader) return std::nullopt;
  const auto rows = reader->size();
  if (!rows || *rows == 0) return std::nullopt;
  const auto last = reader->read(*rows - 1, 1);
  if (!last || last->empty()) return std::nullopt;
  StudyState state(StudyState::Detail::trials);
  if (!state.take(last->front())) return std::nullopt;
  return state.finished();
}

}  // namespace troupe::actors
