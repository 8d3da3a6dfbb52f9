#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "actors/events.hpp"
#include "actors/study/best_trials.hpp"
#include "actors/study/trial_table.hpp"

namespace troupe::actors {

/// `best` with the configuration of its trial.
[[nodiscard]] std::optional<BestTrial> with_config(const std::optional<BestTrials::Best>& best,
                                                   const TrialTable& trials);

/// Announces the best model and the configuration to retrain whenever they change.
class BestAnnouncements {
 public:
  /// Events of what has changed since the last call. `index`: the row of the journal.
  [[nodiscard]] std::vector<StudyEvent> changes(std::uint64_t index, const BestTrials& best,
                                                const TrialTable& trials);

 private:
  std::optional<BestTrials::Best> model_;
  std::optional<BestTrials::Best> retrain_;
  bool shared_ = false;  ///< Whether `retrain_` is the best at a shared resource.
};

}  // namespace troupe::actors
