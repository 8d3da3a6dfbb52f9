#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "schedulers/events.hpp"

namespace troupe::schedulers {

/// A rung of a synchronous scheduler: a fixed number of places (README 7). A trial occupies each
/// place, and the trial's loss fills it. The rung is ranked when all places are filled.
class SyncRung {
 public:
  /// The loss of a place whose trial failed or has no finite metric.
  static constexpr double failed = std::numeric_limits<double>::infinity();

  struct Place {
    std::optional<TrialId> trial;  ///< None: a new trial may take the place, or it was skipped.
    bool occupied = false;         ///< Its trial was started or resumed for this rung.
    bool filled = false;
    double loss = 0;  ///< Valid if filled; `failed` or finite.
  };

  /// A rung with `places` places for new trials.
  SyncRung(Resource level, std::size_t places);
  /// A rung with one place for each entry of `trials`, in this order. A place without a trial is
  /// filled as failed.
  SyncRung(Resource level, const std::vector<std::optional<TrialId>>& trials);

  [[nodiscard]] Resource level() const { return level_; }
  [[nodiscard]] const std::vector<Place>& places() const { return places_; }
  /// Number of places that are not filled.
  [[nodiscard]] std::size_t unfilled() const { return unfilled_; }

  /// The first place that is neither occupied nor filled; none if there is none.
  [[nodiscard]] std::optional<std::size_t> free_place() const;
  /// Whether `place` exists, belongs to `trial` and is not filled.
  [[nodiscard]] bool awaits(TrialId trial, std::size_t place) const;

  /// `trial` runs for the first free place, which is `place`.
  void occupy(std::size_t place, TrialId trial);
  /// Fills a place, which is not filled.
  void fill(std::size_t place, double loss);

  /// The places with finite losses, best first; ties in the order of places. All places are filled.
  [[nodiscard]] std::vector<std::size_t> ranking() const;

  /// Throws CheckFailure unless the counts agree with the places and no trial has two. O(n log n).
  void check_invariants() const;

 private:
  void skip_taken_places();

  Resource level_;
  std::vector<Place> places_;
  std::size_t next_ = 0;  ///< All places before it are occupied or filled.
  std::size_t unfilled_;
};

/// Adds to the pause of a trial what it is based on: the rung that the trial is about to enter.
void note_rung(Decision& decision, const SyncRung& rung);

}  // namespace troupe::schedulers
