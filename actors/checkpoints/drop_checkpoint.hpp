#pragma once

#include <cstdint>
#include <string>

#include "runtime/core/result.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

/// Deletes the checkpoints of the attempts up to `attempt_max` of a trial that may go on, published
/// or not, and makes its dropped_marker: the next attempt starts over. An attempt that is copying
/// such a checkpoint notices; a running one has its own copy.
Result<void> drop_unfinished(const std::string& study_folder, schedulers::TrialId trial,
                             std::uint32_t attempt_max);
/// The same up to the published checkpoint; without one, nothing is done.
Result<void> drop_published(const std::string& study_folder, schedulers::TrialId trial);

/// Deletes the checkpoints of the attempts before `attempt`, whose reports and end are journaled.
/// If `attempt` has no checkpoint, the newest earlier one stays. The published one stays always.
Result<void> drop_earlier(const std::string& study_folder, schedulers::TrialId trial,
                          std::uint32_t attempt);

/// Deletes every checkpoint of a finished trial, and partial transfers. Logs stay.
Result<void> drop_all(const std::string& study_folder, schedulers::TrialId trial);

}  // namespace troupe::actors
