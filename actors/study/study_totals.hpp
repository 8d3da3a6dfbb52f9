#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "actors/events.hpp"
#include "actors/study/inputs.hpp"
#include "actors/study/study_rules.hpp"
#include "actors/study/trial_table.hpp"

namespace troupe::actors {

/// `value` without trailing zeros after the point, at most six decimals: "0.5", "3".
[[nodiscard]] std::string plain_number(double value);

/// Totals over all sessions of a study, and the bounds on them that end the study.
class StudyTotals {
 public:
  /// A bound that is reached: how and why the study ends.
  struct Reached {
    StudyFinished::Outcome outcome = StudyFinished::Outcome::finished;
    std::string reason;
  };

  /// `failures_max`: the study fails once more trials than this have failed.
  StudyTotals(StopRules rules, std::uint64_t failures_max);

  /// Replaces the bounds. The totals stay.
  void set_bounds(StopRules rules, std::uint64_t failures_max);
  /// Notes that the study has run for `seconds`, the bound on its time.
  void expire(double seconds) { expired_s_ = seconds; }

  /// Adds the resource and the cost that `report` says were spent since the attempt's last report,
  /// and notes both in `trial`.
  void charge(TrialRecord& trial, const Reported& report);
  /// Adds the resource up to `resource`, to which the program ran after its last report.
  void charge_up_to(TrialRecord& trial, schedulers::Resource resource);
  /// Counts an evaluation: a report that the scheduler did not ignore.
  void count(const Reported& report);
  /// The first bound that is reached, in the order failures, evaluations, completed trials,
  /// finished trials, metric, cost, time; none if none is.
  [[nodiscard]] std::optional<Reached> reached(const TrialCounts& trials) const;

  /// Units of resource that were run, restarts included.
  [[nodiscard]] std::int64_t resource_spent() const { return resource_spent_; }

 private:
  StopRules rules_;
  std::uint64_t failures_max_;
  std::uint64_t evaluations_ = 0;
  std::int64_t resource_spent_ = 0;
  double cost_ = 0;                                          ///< In the user's unit.
  double lowest_ = std::numeric_limits<double>::infinity();  ///< Metric of a counted report.
  double highest_ = -std::numeric_limits<double>::infinity();
  std::optional<double> expired_s_;  ///< Seconds that the study has run, once a bound was reached.
};

}  // namespace troupe::actors
