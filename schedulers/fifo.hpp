#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/core/field.hpp"
#include "schedulers/option.hpp"
#include "schedulers/rungs/trial_table.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/scheduler_method.hpp"

namespace troupe::schedulers {

/// Options of Fifo: the baselines of the PASHA paper (Bohdal et al. 2023, section 5; README 9). The
/// k-epoch baseline: `length` = k. First in, first out: `length` = R. Random choice: `length` = R
/// and `trials_max` = 1.
struct FifoOptions {
  static constexpr std::string_view wire_name = "FifoOptions";
  Resource length = 0;                        ///< Resource of each trial; at least 1.
  std::optional<std::uint64_t> trials_max{};  ///< At least 1; none: no limit.

  static std::span<const Option> described();
  static std::vector<Method<FifoOptions>> methods();
  static auto fields(auto& m) {
    return std::tuple{field("k", m.length), field("trials_max", m.trials_max)};
  }
  friend bool operator==(const FifoOptions&, const FifoOptions&) = default;
};

/// Every problem with the options; empty if they are valid.
[[nodiscard]] std::vector<OptionProblem> problems(const FifoOptions& options);

// The other functions of scheduler_method.hpp.
[[nodiscard]] std::unique_ptr<Scheduler> make(const FifoOptions& options);
[[nodiscard]] std::vector<BracketOutline> outline(const FifoOptions& options,
                                                  std::optional<std::uint64_t> trials_max);
[[nodiscard]] SchedulerTraits traits(const FifoOptions& options);
void apply_study(const StudyTerms& study, FifoOptions& options);
[[nodiscard]] std::vector<OptionProblem> resolve(FifoOptions& options, const GivenOptions& given);
[[nodiscard]] std::vector<OptionProblem> problems(const FifoOptions& options,
                                                  const StudyTerms& study);

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
  [[nodiscard]] Decision judge(const ReportReceived& report);

  FifoOptions options_;
  TrialTable trials_;
};

}  // namespace troupe::schedulers
