#pragma once

#include <cstddef>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/rungs/ranked_list.hpp"
#include "schedulers/rungs/rung.hpp"

namespace troupe::schedulers {

/// PASHA's soft ranking (Bohdal et al. 2023, section 4.1; README 4.2): whether two neighbouring
/// rungs rank their common trials alike. The rungs agree if at each position the trial of the upper
/// rung and the trial of the lower rung have losses in the lower rung at most epsilon apart. Trials
/// without a finite metric in either rung are left out.
class SoftRanking {
 public:
  /// Adds a trial that entered the upper rung. `lower_loss`: its loss in the lower rung, +infinity
  /// if it has none. O(log n), and O(1) for each position between its positions in the two rungs.
  void enter(double upper_loss, double lower_loss);
  /// Starts again from all trials of the upper rung. `lower`: entries of the lower rung by trial;
  /// an infinite loss stands for no entry. O(n log n).
  void rank(const Rung& upper, const std::vector<RungEntry>& lower);

  /// Whether the rungs agree up to `epsilon`, in units of the metric. O(1) while epsilon is clearly
  /// above the known bound of the largest distance, else O(n).
  [[nodiscard]] bool agrees(double epsilon);

  /// The losses in the lower rung of the common trials, in rising order.
  [[nodiscard]] std::vector<double> lower_losses() const;

  /// Throws CheckFailure unless both lists have the same trials and `distance_` is a bound. O(n).
  void check_invariants() const;

 private:
  /// A common trial, ordered as in the upper rung.
  struct Common {
    double upper_loss = 0;
    double lower_loss = 0;
    friend bool operator<(const Common& a, const Common& b) { return a.upper_loss < b.upper_loss; }
  };

  [[nodiscard]] double largest_distance(std::size_t from, std::size_t to) const;
  [[nodiscard]] bool all_within(double epsilon) const;

  RankedList<Common> by_upper_;
  RankedList<double> by_lower_;  ///< Losses in the lower rung.
  double distance_ = 0;          ///< Upper bound of largest_distance() over all positions.
  bool exact_ = true;            ///< `distance_` is that distance, not only a bound.
  double magnitude_ = 0;         ///< The largest |loss| in the lower rung: bounds rounding errors.
};

}  // namespace troupe::schedulers
