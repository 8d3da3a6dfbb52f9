#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "schedulers/async_successive_halving_options.hpp"
#include "schedulers/curve.hpp"
#include "schedulers/hurdle.hpp"
#include "schedulers/progressive_ceiling.hpp"
#include "schedulers/rung.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/trial_state.hpp"

namespace troupe::schedulers {

/// Asynchronous successive halving: ASHA (Li et al. 2020), PASHA (Bohdal et al. 2023) and RUSH
/// (Zappella et al. 2021) as one state machine with three independent choices: the rule at a rung,
/// the ceiling over all of them, the hurdle in front of them. With several brackets it is
/// asynchronous Hyperband (Li et al. 2020): a trial of bracket s ignores the s lowest rungs.
///
/// It follows Syne Tune 0.13 decision by decision (ALGORITHMS.md B1 to B6, B8) and departs from it
/// in these points: a report may overshoot its milestone, and enters every rung that it passed; the
/// first metric of a trial at a resource stands; metrics that are not finite rank last and never go
/// on; a trial that completed early or failed keeps its entries and stands in nobody's way; under
/// `stopping` with a progressive ceiling, which the reference does not have, a trial that passes at
/// the ceiling pauses, and is resumed, best first, once the ceiling has risen.
class AsyncSuccessiveHalving final : public Scheduler {
 public:
  /// Uniform in [0, 1), anew at each call.
  using Draw = std::function<double()>;

  /// The options make sense: problems() finds none. With several brackets, each SlotOpened draws
  /// once; from a generator of its own, seeded by the options, unless `draw` is given.
  explicit AsyncSuccessiveHalving(const AsyncSuccessiveHalvingOptions& options, Draw draw = {});

  [[nodiscard]] std::vector<Decision> on(const Event& event) override;
  [[nodiscard]] SchedulerStatus standing() const override;

  // Inspection, for tests and people.

  /// Lowest first; of the first bracket, if each has its own.
  [[nodiscard]] const std::vector<Rung>& rungs() const { return systems_.front(); }
  /// One, or one for each bracket; bracket s never uses its s lowest rungs.
  [[nodiscard]] const std::vector<std::vector<Rung>>& systems() const { return systems_; }
  /// None if the ceiling is fixed, or there is but one rung.
  [[nodiscard]] const std::optional<ProgressiveCeiling>& ceiling() const { return ceiling_; }
  [[nodiscard]] const Hurdle& hurdle() const { return hurdle_; }

 private:
  struct Trial {
    TrialState state = TrialState::running;
    std::uint16_t system = 0;   ///< Whose rungs it is in.
    std::uint32_t entered = 0;  ///< The next rung that it will be in.
  };

  [[nodiscard]] Decision assign(const SlotOpened& slot);
  [[nodiscard]] std::size_t draw_bracket();
  [[nodiscard]] std::vector<Rung>& rungs_of(TrialId trial);
  [[nodiscard]] std::vector<Decision> take(const TrialReported& report);
  [[nodiscard]] std::vector<Decision> complete(TrialId trial);

  [[nodiscard]] Decision judge(const TrialReported& report);
  [[nodiscard]] std::vector<RungEntry> enter_rungs(TrialId trial, Resource reached, double metric);
  [[nodiscard]] std::optional<StopTrial::Reason> fault(const std::vector<RungEntry>& entries);
  [[nodiscard]] Decision pause(const std::vector<RungEntry>& entries);
  [[nodiscard]] std::optional<RungUnlocked> raise_ceiling(TrialId cause);

  void append_raised_hurdles(std::vector<Decision>& decisions);

  [[nodiscard]] std::optional<TrialId> promote(std::vector<Rung>& rungs);
  [[nodiscard]] std::optional<TrialId> promote_from(std::vector<Rung>& rungs, std::size_t rung);
  [[nodiscard]] bool wait_beyond(Rung& rung, TrialId trial);

  [[nodiscard]] bool is(TrialId trial, TrialState state) const;
  void become(TrialId trial, TrialState state);
  [[nodiscard]] Resource milestone(TrialId trial) const;
  [[nodiscard]] Resource limit() const;

  AsyncSuccessiveHalvingOptions options_;
  Draw draw_;
  std::vector<double> bounds_;  ///< Cumulative probabilities of the brackets; the last one is 1.
  std::vector<std::vector<Rung>> systems_;
  std::optional<ProgressiveCeiling> ceiling_;
  Hurdle hurdle_;
  std::vector<Trial> trials_;
  std::size_t running_ = 0;
  std::size_t paused_ = 0;
  std::vector<Curve> curves_;  ///< By trial.
  /// Of paused trials that overshot a rung under `promotion`: their entries in the rungs beyond,
  /// lowest first. Each starts to wait when the one before it is promoted.
  std::map<TrialId, std::vector<RungEntry>> beyond_;
};

}  // namespace troupe::schedulers
