#pragma once

#include "actors/study_file/section.hpp"
#include "actors/study_file/study_file.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// What the scheduler says together with the rest of the study: rungs and R, the incumbents, the
/// end. Refuses what makes no sense, and advises. `section` is the scheduler's.
void check_scheduler(Section& top, Section& section, const StudySpec& spec, MemoryFrom memory);

}  // namespace troupe::actors
