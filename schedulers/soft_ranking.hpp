#pragma once

#include <cstddef>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/ranked_list.hpp"
#include "schedulers/rung.hpp"

namespace troupe::schedulers {

/// Do two neighbouring rungs rank the trials that are in both of them alike? PASHA's soft ranking
/// (Bohdal et al. 2023, section 4.1; ALGORITHMS.md B5): trial i of the upper rung agrees if, in the
/// lower rung, its loss is within epsilon of the loss that trial i of the lower rung has there.
/// Trials whose metric is not finite in either rung are left out.
class SoftRanking {
 public:
  /// A trial entered the upper rung; `below`: its loss in the lower one. Costs O(log n), and O(1)
  /// for each trial between its two ranks: none, while the rungs agree exactly.
  void enter(double upper_loss, double below);
  /// Starts again from the upper rung; `below`: entries of the lower rung by trial.
  void rank(const Rung& upper, const std::vector<RungEntry>& below);

  /// Whether the rungs agree up to `epsilon`. Costs O(1) unless epsilon is less than the largest
  /// distance that there was since the last time that it was.
  [[nodiscard]] bool agrees(double epsilon);

  /// The losses in the lower rung, rising, of the trials that are in both.
  [[nodiscard]] std::vector<double> in_lower() const;

 private:
  /// A trial in the order of the upper rung.
  struct Upper {
    double loss = 0;   ///< There.
    double below = 0;  ///< In the lower rung.
    friend bool operator<(const Upper& a, const Upper& b) { return a.loss < b.loss; }
  };

  [[nodiscard]] double distance_between(std::size_t from, std::size_t to) const;
  [[nodiscard]] bool all_within(double epsilon) const;

  RankedList<Upper> by_upper_;
  RankedList<double> by_lower_;  ///< The losses in the lower rung.
  double distance_ = 0;          ///< At least the largest distance of two trials of equal rank.
  bool exact_ = true;            ///< Distance is that.
  double magnitude_ = 0;         ///< The largest |loss| in the lower rung: bounds rounding.
};

}  // namespace troupe::schedulers
