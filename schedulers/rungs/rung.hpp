#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/rungs/ranked_list.hpp"

namespace troupe::schedulers {

/// One trial in a rung. Entries are ordered by loss, best first; equal losses by insertion.
struct RungEntry {
  double loss = 0;          ///< See loss_of(); +infinity ranks last.
  std::uint32_t order = 0;  ///< Number of insertions into the rung before this one.
  TrialId trial : 31 = 0;
  bool promoted : 1 = false;

  friend bool operator<(const RungEntry& a, const RungEntry& b) {
    return a.loss != b.loss ? a.loss < b.loss : a.order < b.order;
  }
};

/// A rung of the asynchronous scheduler: the trials that reached one resource, best first
/// (README 2). Some entries are candidates for a promotion.
class Rung {
 public:
  /// `level`: resource of the rung. `fraction`: part of the rung that passes, between 0 and 1.
  Rung(Resource level, double fraction, Mode mode);

  [[nodiscard]] Resource level() const { return level_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] const RankedList<RungEntry>& entries() const { return entries_; }

  /// Adds a trial, which is not in the rung, behind the entries with the same loss.
  RungEntry enter(TrialId trial, double loss);

  /// The highest loss that passes (README 2.4). None while there are fewer than two entries;
  /// +infinity if interpolation touches infinite losses only.
  [[nodiscard]] std::optional<double> cutoff() const;

  /// Makes an entry with a finite loss a candidate.
  void add_candidate(const RungEntry& entry);
  /// The candidate with the smallest loss; null without candidates.
  [[nodiscard]] const RungEntry* best_candidate() const;
  /// Removes the best candidate from the candidates.
  void drop_candidate();
  /// Removes the best candidate from the candidates, marks its entry as promoted, and moves the
  /// entry behind those with the same loss. Returns the changed entry.
  RungEntry promote();

  /// Throws CheckFailure unless the entries are sorted, each trial has one entry, and each
  /// candidate is an entry that is not promoted. O(n log n).
  void check_invariants() const;

 private:
  Resource level_;
  double fraction_;
  Mode mode_;
  std::uint32_t insertions_ = 0;
  RankedList<RungEntry> entries_;
  std::vector<RungEntry> candidates_;  ///< A binary heap, the best on top.
};

}  // namespace troupe::schedulers
