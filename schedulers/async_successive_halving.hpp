#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "schedulers/async_successive_halving_options.hpp"
#include "schedulers/rankings/progressive_ceiling.hpp"
#include "schedulers/rungs/hurdle.hpp"
#include "schedulers/rungs/rung.hpp"
#include "schedulers/rungs/trial_table.hpp"
#include "schedulers/scheduler.hpp"

namespace troupe::schedulers {

/// Asynchronous successive halving: ASHA (Li et al. 2020, Algorithm 2; README 3), PASHA (Bohdal et
/// al. 2023, Algorithm 1; README 4), asynchronous Hyperband (README 5) and RUSH (Zappella et al.
/// 2021; README 6). They are one state machine with independent choices: the rule at a rung, the
/// ceiling, the brackets and the hurdle. Decisions are those of Syne Tune 0.13.
///
/// Departures from the reference:
/// - A report may overshoot its milestone; it enters every rung up to its resource (README 3.4).
/// - The first metric of a trial at a resource stands (README 10, item 1).
/// - Metrics that are not finite rank last and are never promoted (README 10, item 3).
/// - A trial that failed or exited early keeps its entries and blocks no other (README 10, items 4
///   and 5).
/// - Rule `stopping` works below a progressive ceiling (README 3.3).
class AsyncSuccessiveHalving final : public Scheduler {
 public:
  /// Returns a number from the uniform distribution on [0, 1).
  using Draw = std::function<double()>;

  /// `options`: problems() finds none. `draw`: called once for each SlotOpened if there are several
  /// brackets; by default a generator seeded by the options.
  explicit AsyncSuccessiveHalving(const AsyncSuccessiveHalvingOptions& options, Draw draw = {});

  [[nodiscard]] std::vector<Decision> on(const Event& event) override;
  [[nodiscard]] SchedulerStatus status() const override;
  void check_invariants() const override;

  // Inspection, for tests.

  /// The rungs, lowest first; those of bracket 0 if each bracket has its own.
  [[nodiscard]] const std::vector<Rung>& rungs() const { return rung_systems_.front(); }
  /// One system of rungs; or one for each bracket, of which bracket s ignores its s lowest rungs.
  [[nodiscard]] const std::vector<std::vector<Rung>>& rung_systems() const { return rung_systems_; }
  /// None if the ceiling is fixed or there is only one rung.
  [[nodiscard]] const std::optional<ProgressiveCeiling>& ceiling() const { return ceiling_; }
  [[nodiscard]] const Hurdle& hurdle() const { return hurdle_; }

 private:
  /// The position of a trial on its ladder of rungs.
  struct Position {
    std::uint16_t system = 0;     ///< Index of its rung system.
    std::uint32_t next_rung = 0;  ///< The lowest rung above those that it entered or ignores.
  };

  /// A paused trial that is promoted, and by what.
  struct Promoted {
    TrialId trial = 0;
    Judgement judgement;
  };

  [[nodiscard]] Decision assign_slot(const SlotOpened& slot);
  [[nodiscard]] std::size_t draw_bracket();
  [[nodiscard]] std::optional<Promoted> promote(std::vector<Rung>& rungs);
  [[nodiscard]] std::optional<Promoted> promote_from(std::vector<Rung>& rungs, std::size_t k);
  [[nodiscard]] bool become_candidate_above(Rung& rung, TrialId trial);

  [[nodiscard]] std::vector<Decision> take(const ReportReceived& report);
  [[nodiscard]] Decision judge(const ReportReceived& report);
  [[nodiscard]] std::vector<RungEntry> enter_rungs(TrialId trial, Resource reached, double metric);
  [[nodiscard]] std::optional<StopTrial::Reason> stop_reason(const std::vector<RungEntry>& entries,
                                                             Judgement& judgement);
  [[nodiscard]] Decision pause(const std::vector<RungEntry>& entries,
                               const std::optional<Judgement>& passed);
  [[nodiscard]] Judgement judgement_in(const Rung& rung, const std::optional<double>& cutoff) const;
  [[nodiscard]] std::optional<RungUnlocked> raise_ceiling(TrialId cause);
  [[nodiscard]] std::vector<Decision> take(const TrialCompleted& completed);
  void append_raised_hurdles(std::vector<Decision>& decisions);

  [[nodiscard]] std::vector<Rung>& rungs_of(TrialId trial);
  [[nodiscard]] Resource milestone(TrialId trial) const;
  [[nodiscard]] Resource limit() const;

  AsyncSuccessiveHalvingOptions options_;
  Draw draw_;
  std::vector<double> bracket_bounds_;  ///< Cumulative probabilities; the last one is 1.
  std::vector<std::vector<Rung>> rung_systems_;
  std::optional<ProgressiveCeiling> ceiling_;
  Hurdle hurdle_;
  TrialTable trials_;
  std::vector<Position> positions_;  ///< By trial.
  Resource spent_ = 0;               ///< Units of resource that the reports of all trials cover.
  /// Rule `promotion`: entries of paused trials in the rungs that they overshot into, lowest first,
  /// without the rung where the trial is a candidate now (README 3.4).
  std::map<TrialId, std::vector<RungEntry>> entries_above_;
};

}  // namespace troupe::schedulers
