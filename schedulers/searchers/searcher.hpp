#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/space/config.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// A searcher: proposes configurations. It is a state machine like a scheduler: the result of
/// `suggest` depends only on the options, the earlier suggestions and the observations.
class Searcher {
 public:
  virtual ~Searcher() = default;

  /// Returns the configuration of `trial`; none if every configuration of the space was suggested,
  /// and from then on. Called once for each trial, in the order 0, 1, 2, ...
  [[nodiscard]] virtual std::optional<Config> suggest(TrialId trial) = 0;

  /// Takes a report of a trial: the first one at this resource.
  virtual void observe(TrialId trial, Resource resource, double metric) = 0;
};

/// What a study decides for every searcher.
struct SearchTerms {
  Space space;
  std::uint64_t seed = 0;
  std::vector<Config> points_to_evaluate{};  ///< Suggested first; may be partial.
};

}  // namespace troupe::schedulers
