#pragma once

#include <string>

#include "runtime/core/result.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

/// Deletes what the trial would go on from, and leaves a mark: should it go on after all, it starts
/// over. An attempt that is being prepared right now notices; one that runs keeps its own.
Result<void> drop_published(const std::string& study_folder, schedulers::TrialId trial);

/// Deletes every checkpoint of a trial that is done, and what is left of transfers. Logs stay.
Result<void> drop_all(const std::string& study_folder, schedulers::TrialId trial);

}  // namespace troupe::actors
