#pragma once

#include <cstddef>
#include <vector>

#include "schedulers/rungs/sync_rung.hpp"
#include "schedulers/rungs/sync_trials.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/sync_successive_halving_options.hpp"

namespace troupe::schedulers {

/// Synchronous successive halving (Jamieson and Talwalkar 2016) and Hyperband (Li et al. 2018,
/// Algorithm 1), as Syne Tune 0.13 runs them: README 7. A rung is ranked when all its places are
/// filled, and its best trials fill the places of the next rung. Meanwhile free workers take places
/// of younger brackets, so no worker idles; brackets are opened without end.
///
/// Departures from the reference:
/// - A trial that reached R has completed; the reference pauses it.
/// - A report beyond a milestone, and the last report of a program that exited early, fill the
///   places of later rungs too.
/// - A failed trial that takes a place, because too few others are left, is not run again.
/// - When no new trial may start, places for new trials are skipped one by one, and no bracket is
///   opened.
class SyncSuccessiveHalving final : public Scheduler {
 public:
  struct Bracket {
    std::size_t kind = 0;         ///< Index into bracket_rungs().
    std::vector<SyncRung> rungs;  ///< Lowest first, up to the current one, which is the last.
    bool finished = false;        ///< All places of its top rung are filled.
  };

  /// `options`: problems() finds none.
  explicit SyncSuccessiveHalving(const SyncSuccessiveHalvingOptions& options);

  [[nodiscard]] std::vector<Decision> on(const Event& event) override;
  [[nodiscard]] SchedulerStatus status() const override;
  void check_invariants() const override;

  // Inspection, for tests.

  /// In the order of their opening.
  [[nodiscard]] const std::vector<Bracket>& brackets() const { return brackets_; }
  /// The rungs of each kind of bracket, as bracket_rungs() lists them.
  [[nodiscard]] const std::vector<std::vector<RungSize>>& kinds() const { return kinds_; }

 private:
  [[nodiscard]] Decision assign_slot(const SlotOpened& slot);
  void open_bracket();
  void fill_place(TrialId trial, double loss);
  void promote_from_full_rungs(Bracket& bracket, std::uint32_t number);
  [[nodiscard]] static std::vector<std::size_t> best_places(const SyncRung& rung,
                                                            std::size_t count);

  SyncSuccessiveHalvingOptions options_;
  std::vector<std::vector<RungSize>> kinds_;
  std::vector<Bracket> brackets_;
  std::size_t first_open_ = 0;  ///< All brackets before it are finished.
  SyncTrials trials_;
};

}  // namespace troupe::schedulers
