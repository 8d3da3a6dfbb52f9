#pragma once

#include <vector>

#include "actors/events.hpp"
#include "actors/head/head_folder.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Which trials had a checkpoint before a folder was cleaned.
struct CleanedFolder {
  std::vector<TrialId> deleted;
  std::vector<TrialId> kept;  ///< Of the best trials: see CheckpointSpec.
};

/// Deletes the checkpoints with which a study that has ended could go on; those of the best trials
/// stay. Refused if the study has not ended.
Result<CleanedFolder> clean_folder(const HeadFolder& folder);

}  // namespace troupe::actors
