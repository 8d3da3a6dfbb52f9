#pragma once

#include "actors/study_file/section.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// Reads `stop_criterion`: when the study ends.
void read_stop_criterion(Section& top, StudySpec& spec);

}  // namespace troupe::actors
