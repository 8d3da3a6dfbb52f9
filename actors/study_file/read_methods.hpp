#pragma once

#include "actors/study_file/section.hpp"
#include "actors/study_file/study_file.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// Reads `scheduler`: what decides which trials go on. It is read last, because its options are
/// checked against the rest of the study: rungs and R, the incumbents, the end of the study.
void read_scheduler(Section& top, StudySpec& spec, MemoryFrom memory);

/// Reads `searcher`: what proposes configurations.
void read_searcher(Section& top, StudySpec& spec);

}  // namespace troupe::actors
