#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schedulers/option_problem.hpp"
#include "schedulers/rungs/trial_table.hpp"
#include "schedulers/scheduler.hpp"

namespace troupe::schedulers {

/// Options of Fifo: the baselines of the PASHA paper (Bohdal et al. 2023, section 5; README 9). The
/// k-epoch baseline: `length` = k. Random search: `length` = R. Random choice: `length` = R and
/// `trials_max` = 1.
struct FifoOptions {
  Resource length = 0;                      ///< Resource of each trial; at least 1.
  std::optional<std::uint64_t> trials_max;  ///< At least 1; none: no limit.
};

/// Returns all problems; none if the options are valid.
[[nodiscard]] std::vector<OptionProblem> problems(const FifoOptions& options);

/// Starts trials one after another. Each runs to `length` without a pause.
class Fifo final : public Scheduler {
 public:
  /// `options`: problems() finds none.
  explicit Fifo(const FifoOptions& options);

  [[nodiscard]] std::vector<Decision> on(const Event& event) override;
  [[nodiscard]] SchedulerStatus status() const override;
  void check_invariants() const override { trials_.check_invariants(); }

 private:
  [[nodiscard]] Decision assign_slot(const SlotOpened& slot);
  [[nodiscard]] Decision judge(const TrialReported& report);

  FifoOptions options_;
  TrialTable trials_;
};

}  // namespace troupe::schedulers
