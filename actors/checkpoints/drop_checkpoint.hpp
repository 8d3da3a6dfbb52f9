#pragma once

#include <string>

#include "runtime/core/result.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

/// Deletes the published checkpoint of a trial and earlier ones, and makes its dropped_marker: the
/// next attempt starts over. An attempt that is copying the checkpoint notices; a running one has
/// its own copy.
Result<void> drop_published(const std::string& study_folder, schedulers::TrialId trial);

/// Deletes the checkpoints of the attempts before `attempt`, whose reports and end are journaled.
/// If `attempt` has no checkpoint, the newest earlier one stays. The published one stays always.
Result<void> drop_earlier(const std::string& study_folder, schedulers::TrialId trial,
                          std::uint32_t attempt);

/// Deletes every checkpoint of a finished trial, and partial transfers. Logs stay.
Result<void> drop_all(const std::string& study_folder, schedulers::TrialId trial);

}  // namespace troupe::actors
