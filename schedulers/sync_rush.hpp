#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "schedulers/scheduler.hpp"
#include "schedulers/sync_rung.hpp"
#include "schedulers/sync_rush_options.hpp"
#include "schedulers/trial_states.hpp"

namespace troupe::schedulers {

/// RUSH as the poster has it (Zappella et al. 2021; ALGORITHMS.md A4). In each round every arm that
/// is left gets an equal share of the round's budget; then those that rank behind the best
/// incumbent, or beyond the best n / eta^(k+1), are dropped. It ends by itself.
///
/// Where this departs from the poster: no arm goes above R; a failed arm, and one whose metric is
/// not finite, is dropped, and its share is divided among the others of the next round; a report
/// beyond the end of a round, and the last one of a program that ended early, hold for later ones.
class SyncRush final : public Scheduler {
 public:
  /// The options make sense: problems() finds none.
  explicit SyncRush(const SyncRushOptions& options);

  [[nodiscard]] std::vector<Decision> on(const Event& event) override;
  [[nodiscard]] SchedulerStatus standing() const override;

  // Inspection, for tests and people.

  /// The current round: the arms that are left, and how far they run.
  [[nodiscard]] const SyncRung& round() const { return rungs_.back(); }
  /// Rounds that are over.
  [[nodiscard]] const std::vector<SyncRung>& rounds_begun() const { return rungs_; }
  /// Whether the last round is over.
  [[nodiscard]] bool finished() const { return !end_.empty(); }

 private:
  [[nodiscard]] Decision assign(const SlotOpened& slot, std::vector<HurdleRaised>& raised);
  [[nodiscard]] Decision hand_out(std::size_t place);
  void fill(TrialId trial, double loss, std::vector<HurdleRaised>& raised);
  void settle(std::vector<HurdleRaised>& raised);
  [[nodiscard]] std::vector<TrialId> survivors(std::vector<HurdleRaised>& raised) const;
  void begin_round(const std::vector<TrialId>& arms);

  SyncRushOptions options_;
  std::set<TrialId> incumbents_;
  int rounds_;
  std::vector<SyncRung> rungs_;     ///< One a round, up to the current one.
  std::vector<std::size_t> seats_;  ///< By trial: its place in the last round that it was in.
  TrialStates trials_;
  HurdleRaised hurdle_;  ///< The last one; resource 0: none.
  std::string end_;      ///< Why there is nothing left; empty while there is.
};

}  // namespace troupe::schedulers
