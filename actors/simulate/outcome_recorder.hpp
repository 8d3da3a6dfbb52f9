#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "actors/simulate/simulation.hpp"
#include "actors/study/study.hpp"

namespace troupe::actors {

/// Takes down what a simulated study comes to, from its events.
class OutcomeRecorder final : public EventSink {
 public:
  explicit OutcomeRecorder(const SimulationPlan& plan);

  void on(const std::vector<StudyEvent>& events, std::int64_t time_us) override;
  void flush() override {}

  [[nodiscard]] SimulationOutcome outcome() &&;

 private:
  void take(const StudyEvent& event, double seconds);
  void report(const TrialReported& report, double seconds);

  const SimulationPlan& plan_;
  std::optional<std::int64_t> start_us_;  ///< Of the first event.
  std::vector<Resource> last_;            ///< Reported, by trial.
  std::optional<IncumbentChanged> best_;
  SimulationOutcome outcome_;
};

}  // namespace troupe::actors
