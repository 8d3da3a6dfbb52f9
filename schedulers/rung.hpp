#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/ranked_list.hpp"

namespace troupe::schedulers {

/// One trial in a rung. Entries sort best first; equal ones in the order of their insertion.
struct RungEntry {
  double loss = 0;          ///< As loss_of() has it.
  std::uint32_t order = 0;  ///< Insertions into the rung before this one.
  TrialId trial : 31 = 0;
  bool promoted : 1 = false;

  friend bool operator<(const RungEntry& a, const RungEntry& b) {
    return a.loss != b.loss ? a.loss < b.loss : a.order < b.order;
  }
};

/// The trials that reached one resource, best first (ALGORITHMS.md B2). Some of them wait: they may
/// go on when it is their turn.
class Rung {
 public:
  /// `fraction`: how much of the rung goes on, between 0 and 1.
  Rung(Resource level, double fraction, Mode mode);

  [[nodiscard]] Resource level() const { return level_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] const RankedList<RungEntry>& entries() const { return entries_; }

  /// Adds a trial that is not in the rung, behind its equals.
  RungEntry enter(TrialId trial, double loss);

  /// The loss that a trial must not exceed to be among the best, infinity if every finite one
  /// passes; none while there are fewer than two entries.
  [[nodiscard]] std::optional<double> cutoff() const;

  /// A finite entry of this rung may go on from now on.
  void wait(const RungEntry& entry);
  /// The best entry that waits; null if there is none.
  [[nodiscard]] const RungEntry* best_waiting() const;
  /// The best entry that waits does so no more.
  void dismiss();
  /// As `dismiss`; and the entry is marked, which moves it behind its equals. Returns it.
  RungEntry promote();

 private:
  Resource level_;
  double fraction_;
  Mode mode_;
  std::uint32_t insertions_ = 0;
  RankedList<RungEntry> entries_;
  std::vector<RungEntry> waiting_;  ///< A heap, the best on top.
};

}  // namespace troupe::schedulers
