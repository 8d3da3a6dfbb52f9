#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "schedulers/events.hpp"

namespace troupe::schedulers {

/// The loss of a trial that failed: it ranks behind every finite one.
inline constexpr double failed_loss = std::numeric_limits<double>::infinity();

/// A rung that is judged once it is complete: places in a fixed order, each taken by a trial and
/// then filled with its loss (ALGORITHMS.md B7).
class SyncRung {
 public:
  struct Place {
    std::optional<TrialId> trial;  ///< None: a new trial is to take it, or the place was forgone.
    bool handed_out = false;
    bool filled = false;
    double loss = 0;  ///< Once filled; infinite if the trial failed or its metric is not finite.
  };

  /// A rung for so many new trials.
  SyncRung(Resource level, std::size_t places);
  /// A rung for these; a place without a trial is filled as failed.
  SyncRung(Resource level, const std::vector<std::optional<TrialId>>& trials);

  [[nodiscard]] Resource level() const { return level_; }
  [[nodiscard]] const std::vector<Place>& places() const { return places_; }

  /// The first place that is neither handed out nor filled.
  [[nodiscard]] std::optional<std::size_t> open_place() const;
  /// `trial` takes this place, which is open, and runs.
  void hand_out(std::size_t place, TrialId trial);
  /// The place, which is not filled, gets its loss.
  void fill(std::size_t place, double loss);
  [[nodiscard]] std::size_t unfilled() const { return unfilled_; }

  /// The places with finite losses, best first; ties in the order of places. The rung is complete.
  [[nodiscard]] std::vector<std::size_t> ranking() const;

 private:
  Resource level_;
  std::vector<Place> places_;
  std::size_t next_ = 0;  ///< All before it are handed out or filled.
  std::size_t unfilled_;
};

}  // namespace troupe::schedulers
