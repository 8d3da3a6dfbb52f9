#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/rungs/sync_rung.hpp"
#include "schedulers/rungs/trial_table.hpp"

namespace troupe::schedulers {

/// The trials of a synchronous scheduler: their states, and the place of each in its last rung. It
/// decides about single trials; the scheduler decides which rung a place is taken from and when a
/// rung is ranked.
class SyncTrials {
 public:
  /// A place in the current rung of a bracket.
  struct Seat {
    std::uint32_t bracket = 0;
    std::uint32_t place = 0;
    Resource until = 0;  ///< Level of the rung: where the trial pauses.
  };

  /// `max_resource`: R, where a trial has completed.
  SyncTrials(Mode mode, EarlyExit on_early_exit, Resource max_resource)
      : mode_(mode), on_early_exit_(on_early_exit), max_resource_(max_resource) {}

  [[nodiscard]] std::size_t running() const { return table_.running(); }
  /// The place of a started trial in the last rung that it was in.
  [[nodiscard]] const Seat& seat(TrialId trial) const { return seats_.at(trial); }

  /// Starts or resumes the trial of a free place.
  [[nodiscard]] Decision occupy(SyncRung& rung, std::uint32_t bracket, std::size_t place);

  /// Records a report. Returns the decision, and the loss that fills the trial's place if the trial
  /// pauses at its milestone or has completed.
  [[nodiscard]] std::pair<Decision, std::optional<double>> on(const ReportReceived& report);
  /// Returns the loss that fills the trial's place; none if the trial does not run.
  [[nodiscard]] std::optional<double> on(const TrialCompleted& completed);
  /// Returns the loss that fills the trial's place; none if the trial neither runs nor is paused.
  [[nodiscard]] std::optional<double> on(const TrialFailed& failure);

  /// Makes the rung above `below` from the trials of these places, in this order. Places whose
  /// results are known are filled: those of failed and completed trials, and of trials that
  /// reported `level` or more.
  [[nodiscard]] SyncRung promote(const SyncRung& below, const std::vector<std::size_t>& places,
                                 Resource level, std::uint32_t bracket);

  /// Throws CheckFailure unless each trial has a seat and the states agree with their counts. O(n).
  void check_invariants() const;

 private:
  [[nodiscard]] std::optional<double> known_loss(TrialId trial, Resource level) const;

  Mode mode_;
  EarlyExit on_early_exit_;
  Resource max_resource_;
  TrialTable table_;
  std::vector<Seat> seats_;  ///< By trial.
};

}  // namespace troupe::schedulers
