#pragma once

#include <string_view>
#include <vector>

#include "actors/study_file/section.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

// Readers of the sections about the program.

/// Reads `entry`. `declared`: the names that `${name}` may use. `spec.entry.folder` was set.
void read_entry(Section& top, const std::vector<std::string_view>& declared, StudySpec& spec,
                ProblemList& problems);

/// Reads `report`. The metric and the resource_attr of `spec` were read.
void read_report(Section& top, StudySpec& spec, ProblemList& problems);

/// Reads `resources`.
void read_resources(Section& top, StudySpec& spec, ProblemList& problems);

}  // namespace troupe::actors
