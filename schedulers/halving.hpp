#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/core/result.hpp"
#include "schedulers/curve.hpp"
#include "schedulers/halving_options.hpp"
#include "schedulers/hurdle.hpp"
#include "schedulers/progressive_ceiling.hpp"
#include "schedulers/rung.hpp"
#include "schedulers/scheduler.hpp"

namespace troupe::schedulers {

/// Asynchronous successive halving: ASHA (Li et al. 2020), PASHA (Bohdal et al. 2023) and RUSH
/// (Zappella et al. 2021) as one state machine with three independent choices: the rule at a rung,
/// the ceiling over all of them, the hurdle in front of them.
///
/// It follows Syne Tune 0.13 decision by decision (ALGORITHMS.md B1 to B5, B8) and departs from it
/// in these points: a report may overshoot its milestone, and enters every rung that it passed; the
/// first metric of a trial at a resource stands; metrics that are not finite rank last and never go
/// on; a trial that completed early or failed keeps its entries and stands in nobody's way; under
/// `stopping` with a progressive ceiling, which the reference does not have, a trial that passes at
/// the ceiling pauses, and is resumed, best first, once the ceiling has risen.
class Halving final : public Scheduler {
 public:
  /// The options make sense: problems() finds none.
  explicit Halving(const HalvingOptions& options);

  [[nodiscard]] std::vector<Decision> on(const Event& event) override;
  [[nodiscard]] Standing standing() const override;

  // Inspection, for tests and people.

  /// Lowest first.
  [[nodiscard]] const std::vector<Rung>& rungs() const { return rungs_; }
  /// None if the ceiling is fixed, or there is but one rung.
  [[nodiscard]] const std::optional<ProgressiveCeiling>& ceiling() const { return ceiling_; }
  [[nodiscard]] const Hurdle& hurdle() const { return hurdle_; }

 private:
  enum class State : std::uint8_t { running, paused, finished };
  struct Trial {
    State state = State::running;
    std::uint32_t entered = 0;  ///< It is in the lowest so many rungs.
  };

  [[nodiscard]] Decision assign(const SlotOpened& slot);
  [[nodiscard]] std::vector<Decision> take(const TrialReported& report);
  [[nodiscard]] std::vector<Decision> complete(TrialId trial);

  [[nodiscard]] Decision judge(const TrialReported& report);
  [[nodiscard]] std::vector<RungEntry> enter_rungs(TrialId trial, Resource reached, double metric);
  [[nodiscard]] std::optional<StopTrial::Reason> fault(const std::vector<RungEntry>& entries);
  [[nodiscard]] Decision pause(const std::vector<RungEntry>& entries);
  [[nodiscard]] std::optional<RungUnlocked> raise_ceiling(TrialId cause);

  [[nodiscard]] std::optional<TrialId> promote();
  [[nodiscard]] std::optional<TrialId> promote_from(std::size_t rung);
  [[nodiscard]] bool wait_beyond(std::size_t rung, TrialId trial);

  [[nodiscard]] bool is(TrialId trial, State state) const;
  void become(TrialId trial, State state);
  [[nodiscard]] Resource milestone(TrialId trial) const;
  [[nodiscard]] Resource limit() const;

  HalvingOptions options_;
  std::vector<Rung> rungs_;
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

/// The scheduler, or the first problem with the options.
[[nodiscard]] Result<std::unique_ptr<Halving>> make_halving(const HalvingOptions& options);

}  // namespace troupe::schedulers
