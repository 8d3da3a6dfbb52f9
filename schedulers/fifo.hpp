#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schedulers/option_problem.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/trial_states.hpp"

namespace troupe::schedulers {

/// The baselines of the PASHA paper (Bohdal et al. 2023, section 5): every trial runs equally long.
/// k epochs: `length` = k. Random search: `length` = R. Random choice: one trial, drawn, is the
/// answer: `length` = R and `trials_max` = 1.
struct FifoOptions {
  Resource length = 0;                      ///< At least 1.
  std::optional<std::uint64_t> trials_max;  ///< At least 1; none: as many as there may be.
};

/// Every problem at once; empty if the options make sense.
[[nodiscard]] std::vector<OptionProblem> problems(const FifoOptions& options);

/// Starts trials one after another; each runs to `length` and has completed then. Pauses none.
class Fifo final : public Scheduler {
 public:
  /// The options make sense: problems() finds none.
  explicit Fifo(const FifoOptions& options);

  [[nodiscard]] std::vector<Decision> on(const Event& event) override;
  [[nodiscard]] SchedulerStatus standing() const override;

 private:
  [[nodiscard]] Decision assign(const SlotOpened& slot);

  FifoOptions options_;
  TrialStates trials_;
};

}  // namespace troupe::schedulers
