#pragma once

#include "actors/study_file/section.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// Reads `searcher`: what proposes configurations.
void read_searcher(Section& top, StudySpec& spec);

}  // namespace troupe::actors
