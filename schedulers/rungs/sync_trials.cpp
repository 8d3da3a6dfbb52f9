#include "schedulers/rungs/sync_trials.hpp"

#include <cmath>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

Decision SyncTrials::occupy(SyncRung& rung, std::uint32_t bracket, std::size_t place) {
  const Seat seat{bracket, static_cast<std::uint32_t>(place), rung.level()};
  if (const auto trial = rung.places().at(place).trial) {
    const auto from = table_.last(*trial);
    check(from && from->resource < rung.level(), "a trial is resumed below its next milestone");
    rung.occupy(place, *trial);
    table_.resume(*trial);
    seats_[*trial] = seat;
    return ResumeTrial{*trial, from->resource, rung.level(), bracket};
  }
  const TrialId trial = table_.start();
  rung.occupy(place, trial);
  seats_.push_back(seat);
  return StartTrial{trial, rung.level(), bracket};
}

std::pair<Decision, std::optional<double>> SyncTrials::on(const ReportReceived& report) {
  if (const auto ignored = table_.record(report)) return {*ignored, std::nullopt};
  const TrialId trial = report.trial;
  const double loss = loss_of(mode_, report.metric);
  if (report.resource >= max_resource_) {
    table_.complete(trial);
    return {StopTrial{trial, StopTrial::Reason::max_resource}, loss};
  }
  const Resource until = seats_[trial].until;
  if (report.resource < until) return {ContinueTrial{trial, until}, std::nullopt};
  table_.pause(trial);
  return {PauseTrial{trial}, loss};
}

// README 10, item 4.
std::optional<double> SyncTrials::on(const TrialCompleted& completed) {
  if (!table_.is(completed.trial, TrialState::running)) return std::nullopt;
  table_.complete(completed.trial);
  const auto last = table_.last(completed.trial);
  const bool holds = last && on_early_exit_ == EarlyExit::hold;
  return holds ? loss_of(mode_, last->metric) : SyncRung::failed;
}

std::optional<double> SyncTrials::on(const TrialFailed& failure) {
  if (!table_.is(failure.trial, TrialState::running) &&
      !table_.is(failure.trial, TrialState::paused))
    return std::nullopt;
  table_.fail(failure.trial);
  return SyncRung::failed;
}

SyncRung SyncTrials::promote(const SyncRung& below, const std::vector<std::size_t>& places,
                             Resource level, std::uint32_t bracket) {
  std::vector<std::optional<TrialId>> trials;
  for (const std::size_t place : places) trials.push_back(below.places().at(place).trial);
  SyncRung rung(level, trials);
  for (std::size_t place = 0; place < trials.size(); ++place) {
    if (!trials[place]) continue;
    const TrialId trial = *trials[place];
    seats_.at(trial) = {bracket, static_cast<std::uint32_t>(place), level};
    // A trial without a finite loss takes a place only if too few others are left: it does not run.
    const bool has_loss = std::isfinite(below.places()[places[place]].loss);
    if (const auto loss = has_loss ? known_loss(trial, level) : SyncRung::failed)
      rung.fill(place, *loss);
  }
  return rung;
}

/// The loss of a promoted trial at `level`, if the trial need not run for it.
std::optional<double> SyncTrials::known_loss(TrialId trial, Resource level) const {
  if (table_.is(trial, TrialState::failed)) return SyncRung::failed;
  const auto last = table_.last(trial);
  check(last.has_value(), "a promoted trial has reported");
  if (!table_.is(trial, TrialState::completed) && last->resource < level) return std::nullopt;
  return loss_of(mode_, last->metric);
}

void SyncTrials::check_invariants() const {
  table_.check_invariants();
  check(seats_.size() == table_.started(), "each trial has a place");
}

}  // namespace troupe::schedulers
