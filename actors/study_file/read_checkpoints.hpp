#pragma once

#include "actors/study_file/section.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// Reads `checkpoints`: which are kept, and how much room they may take.
void read_checkpoints(Section& top, StudySpec& spec);

}  // namespace troupe::actors
