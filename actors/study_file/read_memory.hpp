#pragma once

#include <string>

#include "actors/study_file/section.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// Reads `memory`, once the space is known. A relative path starts at `folder`.
void read_memory(Section& top, const std::string& folder, StudySpec& spec, ProblemList& problems);

}  // namespace troupe::actors
