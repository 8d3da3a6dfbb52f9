#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "schedulers/curve.hpp"
#include "schedulers/events.hpp"
#include "schedulers/trial_state.hpp"

namespace troupe::schedulers {

/// What the schedulers that judge nobody while it runs know of their trials: each runs to its
/// milestone, and waits there or has completed.
class TrialStates {
 public:
  /// The next trial runs; returns its id.
  TrialId start(Resource until);
  /// A paused trial runs again.
  void resume(TrialId trial, Resource until);
  void complete(TrialId trial) { end(trial, TrialState::completed); }
  void fail(TrialId trial) { end(trial, TrialState::failed); }

  /// The answer to a report: it is ignored, or the trial goes on, or pauses at its milestone, or
  /// has completed at `max_resource`.
  [[nodiscard]] Decision report(const TrialReported& report, Resource max_resource);

  [[nodiscard]] bool is(TrialId trial, TrialState state) const;
  [[nodiscard]] std::size_t started() const { return trials_.size(); }
  [[nodiscard]] std::size_t running() const { return running_; }
  /// Its report with the highest resource; none without reports. The trial was started.
  [[nodiscard]] std::optional<Curve::Point> last(TrialId trial) const;

 private:
  struct Trial {
    TrialState state = TrialState::running;
    Resource until = 0;
    Curve curve;
  };

  void end(TrialId trial, TrialState state);

  std::vector<Trial> trials_;
  std::size_t running_ = 0;
};

}  // namespace troupe::schedulers
