#pragma once

#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/rung.hpp"

namespace troupe::schedulers {

/// Do two neighbouring rungs rank the trials that are in both of them alike? PASHA's soft ranking
/// (Bohdal et al. 2023, section 4.1; ALGORITHMS.md B5): trial i of the upper rung agrees if, in the
/// lower rung, its loss is within epsilon of the loss that trial i of the lower rung has there.
/// Trials whose metric is not finite in either rung are left out.
class SoftRanking {
 public:
  /// A trial entered the upper rung; `below`: its loss in the lower one.
  void enter(double upper_loss, double below);
  /// Starts again from the upper rung; `below`: entries of the lower rung by trial.
  void rank(const Rung& upper, const std::vector<RungEntry>& below);

  /// The losses in the lower rung, rising, of the trials that are in both.
  [[nodiscard]] const std::vector<double>& in_lower() const { return by_lower_; }

  /// Whether the rungs agree up to `epsilon`. Costs O(1) unless a trial has entered since the last
  /// call, or epsilon is within rounding of the largest distance.
  [[nodiscard]] bool agrees(double epsilon);

 private:
  void measure();
  [[nodiscard]] bool all_within(double epsilon) const;

  std::vector<double> upper_;     ///< Losses in the upper rung, rising.
  std::vector<double> by_upper_;  ///< Losses in the lower rung, in the order of the upper one.
  std::vector<double> by_lower_;  ///< The same, rising.
  bool measured_ = true;
  double distance_ = 0;   ///< The largest |by_upper_[i] - by_lower_[i]|.
  double magnitude_ = 0;  ///< The largest |by_lower_[i]|: bounds the rounding of a comparison.
};

}  // namespace troupe::schedulers
