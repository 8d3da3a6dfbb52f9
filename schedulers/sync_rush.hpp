#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "schedulers/rungs/sync_rung.hpp"
#include "schedulers/rungs/sync_trials.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/sync_rush_options.hpp"

namespace troupe::schedulers {

/// RUSH with a budget, the algorithm of the poster (Zappella et al. 2021; README 8). In each round
/// every surviving arm gets an equal share of the round's budget; then the arms that rank behind
/// the best incumbent, or beyond the best n / eta^(k+1), are dropped. The last round ends the
/// study.
///
/// Departures from the poster:
/// - No arm runs beyond R.
/// - A failed arm, and an arm without a finite metric, is dropped; the next round divides its share
///   among the others.
/// - A report beyond the end of a round, and the last report of a program that exited early, count
///   in later rounds too.
class SyncRush final : public Scheduler {
 public:
  /// `options`: problems() finds none.
  explicit SyncRush(const SyncRushOptions& options);

  [[nodiscard]] std::vector<Decision> on(const Event& event) override;
  [[nodiscard]] SchedulerStatus status() const override;
  void check_invariants() const override;

  // Inspection, for tests.

  /// The current round: its arms, and the resource that they run to.
  [[nodiscard]] const SyncRung& round() const { return rungs_.back(); }
  /// All rounds that have begun, in order; the last one is the current one.
  [[nodiscard]] const std::vector<SyncRung>& rounds_begun() const { return rungs_; }
  /// Whether the last round is over.
  [[nodiscard]] bool finished() const { return !end_reason_.empty(); }

 private:
  [[nodiscard]] Decision assign_slot(const SlotOpened& slot, std::vector<HurdleRaised>& raised);
  void fill_place(TrialId trial, double loss, std::vector<HurdleRaised>& raised);
  void end_full_rounds(std::vector<HurdleRaised>& raised);
  [[nodiscard]] std::vector<std::size_t> survivors(std::vector<HurdleRaised>& raised) const;
  void begin_round(const std::vector<std::size_t>& survivors);

  SyncRushOptions options_;
  std::set<TrialId> incumbents_;
  int rounds_;                   ///< ceil(log_eta n).
  std::vector<SyncRung> rungs_;  ///< By round, up to the current one.
  SyncTrials trials_;
  HurdleRaised hurdle_;     ///< The latest one; resource 0: none.
  std::string end_reason_;  ///< Empty before the end; shown to users.
};

}  // namespace troupe::schedulers
