#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "schedulers/scheduler.hpp"
#include "schedulers/sync_rung.hpp"
#include "schedulers/sync_successive_halving_options.hpp"
#include "schedulers/trial_states.hpp"

namespace troupe::schedulers {

/// Synchronous successive halving and Hyperband (ALGORITHMS.md B7). A rung is judged when all its
/// places are filled; its best trials fill the next one. No worker idles meanwhile: while a rung
/// waits, the next bracket is opened, and brackets are opened without end.
///
/// Where this departs from Syne Tune 0.13: a trial that reached R has completed, it is not paused;
/// a report beyond its milestone, and the last one of a program that ended early, hold for the
/// rungs above, which the trial need not run to; a failed trial that takes a place because too few
/// others are left is not run again, its place counts as failed at once; once no new trial may
/// start, each place for one is forgone in turn, and no new bracket is opened.
class SyncSuccessiveHalving final : public Scheduler {
 public:
  struct Bracket {
    std::size_t kind = 0;         ///< Which of bracket_rungs().
    std::vector<SyncRung> rungs;  ///< Up to the current one; the last one is filled now.
    bool finished = false;
  };

  /// The options make sense: problems() finds none.
  explicit SyncSuccessiveHalving(const SyncSuccessiveHalvingOptions& options);

  [[nodiscard]] std::vector<Decision> on(const Event& event) override;
  [[nodiscard]] SchedulerStatus standing() const override;

  // Inspection, for tests and people.

  /// In the order of their opening.
  [[nodiscard]] const std::vector<Bracket>& brackets() const { return brackets_; }
  /// The rungs of each kind of bracket.
  [[nodiscard]] const std::vector<std::vector<RungSize>>& kinds() const { return kinds_; }

 private:
  /// A place in the current rung of a bracket.
  struct Seat {
    std::uint32_t bracket = 0;
    std::uint32_t place = 0;
  };

  [[nodiscard]] Decision assign(const SlotOpened& slot);
  [[nodiscard]] Decision hand_out(std::size_t bracket, std::size_t place);
  void open_bracket();
  void fill(TrialId trial, double loss);
  void settle(std::size_t bracket);
  void promote(std::size_t bracket, const RungSize& size);
  [[nodiscard]] static std::vector<std::size_t> promoted(const SyncRung& rung, std::size_t places);

  SyncSuccessiveHalvingOptions options_;
  std::vector<std::vector<RungSize>> kinds_;
  std::vector<Bracket> brackets_;
  std::size_t first_open_ = 0;  ///< All brackets before it are finished.
  TrialStates trials_;
  std::vector<Seat> seats_;  ///< By trial.
};

}  // namespace troupe::schedulers
