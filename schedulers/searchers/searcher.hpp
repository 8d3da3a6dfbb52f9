#pragma once

#include <cstdint>
#include <optional>

#include "schedulers/events.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::schedulers {

/// Proposes configurations. A state machine like a scheduler: what `suggest` returns is a function
/// of the seed, the trial, and the observations made so far.
class Searcher {
 public:
  virtual ~Searcher() = default;

  /// The configuration of `trial`. None: the space has no configuration left that was not suggested
  /// already, and never will have. Called once for each trial, in order: 0, 1, 2, ...
  [[nodiscard]] virtual std::optional<Config> suggest(TrialId trial) = 0;

  /// A report that counted.
  virtual void observe(TrialId trial, Resource resource, double metric) = 0;
};

}  // namespace troupe::schedulers
