#pragma once

#include <string>

#include "runtime/core/result.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

/// Deletes the published checkpoint of a trial and makes its dropped_marker: the next attempt
/// starts over. An attempt that is copying the checkpoint notices; a running one has its own copy.
Result<void> drop_published(const std::string& study_folder, schedulers::TrialId trial);

/// Deletes every checkpoint of a finished trial, and partial transfers. Logs stay.
Result<void> drop_all(const std::string& study_folder, schedulers::TrialId trial);

}  // namespace troupe::actors
