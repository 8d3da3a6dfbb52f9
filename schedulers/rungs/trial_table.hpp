#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/rungs/curve.hpp"
#include "schedulers/trial_state.hpp"

namespace troupe::schedulers {

/// The state and the learning curve of each trial of a scheduler. Every scheduler has one table. No
/// trial of a scheduler is `pending`.
class TrialTable {
 public:
  /// Adds the next trial, running; returns its id.
  TrialId start();
  /// paused -> running.
  void resume(TrialId trial);
  /// running -> paused.
  void pause(TrialId trial);
  /// running -> stopped.
  void stop(TrialId trial);
  /// running -> completed.
  void complete(TrialId trial);
  /// Any state -> failed.
  void fail(TrialId trial);

  /// Adds a report to the curve of its trial; or returns why the report is ignored, because its
  /// trial does not run or has reported this resource (README 10, items 1 and 2).
  [[nodiscard]] std::optional<ReportIgnored> record(const ReportReceived& report);

  /// Whether the trial was started and is in this state.
  [[nodiscard]] bool is(TrialId trial, TrialState state) const {
    return trial < states_.size() && states_[trial] == state;
  }
  [[nodiscard]] std::size_t started() const { return states_.size(); }
  [[nodiscard]] std::size_t running() const { return running_; }
  [[nodiscard]] std::size_t paused() const { return paused_; }
  /// The report with the highest resource of a started trial; none without reports.
  [[nodiscard]] std::optional<Curve::Point> last(TrialId trial) const;
  /// The curves of all trials, by id.
  [[nodiscard]] const std::vector<Curve>& curves() const { return curves_; }

  /// Throws CheckFailure unless the counts agree with the states. O(n).
  void check_invariants() const;

 private:
  void change(TrialId trial, TrialState from, TrialState to);
  void count(TrialState state, std::ptrdiff_t change);

  std::vector<TrialState> states_;  ///< By trial.
  std::vector<Curve> curves_;       ///< By trial.
  std::size_t running_ = 0;
  std::size_t paused_ = 0;
};

}  // namespace troupe::schedulers
