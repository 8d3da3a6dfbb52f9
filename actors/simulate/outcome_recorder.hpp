#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "actors/results/study_state.hpp"
#include "actors/simulate/simulation.hpp"
#include "actors/study/study_row.hpp"

namespace troupe::actors {

/// Folds the events of a simulated study into a StudyState, and derives the outcome from it.
class OutcomeRecorder final : public EventSink {
 public:
  /// `plan` outlives the recorder.
  explicit OutcomeRecorder(const SimulationPlan& plan) : plan_(plan) {}

  void on(const StudyRow& row) override;
  void flush() override {}

  [[nodiscard]] SimulationOutcome outcome() &&;

 private:
  /// Virtual seconds since the first event.
  [[nodiscard]] double seconds_at(std::int64_t time_us) const;
  void add_reports(SimulationOutcome& outcome) const;

  const SimulationPlan& plan_;
  StudyState state_{StudyState::Detail::reports};
  std::optional<std::int64_t> start_us_;          ///< Of the first event.
  std::int64_t end_us_ = 0;                       ///< Of the last event.
  std::vector<SimulationOutcome::Timed> events_;  ///< Empty unless the plan keeps events.
};

}  // namespace troupe::actors
