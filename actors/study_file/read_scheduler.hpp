#pragma once

#include "actors/study_file/section.hpp"
#include "actors/study_file/study_file.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// Reads `scheduler`, after everything else: what it says is checked against the rest of the study.
void read_scheduler(Section& top, StudySpec& spec, MemoryFrom memory);

}  // namespace troupe::actors
