#pragma once

#include <string_view>
#include <vector>

#include "actors/study_file/section.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

// The parts of a study file about the program: how it is started, how it talks, what it occupies.

/// `declared` are the names that templates may use. `spec.entry.folder` is known already.
void read_entry(Section& top, const std::vector<std::string_view>& declared, StudySpec& spec,
                ProblemList& problems);

/// The metric and the resource are known already, if the file has them.
void read_report(Section& top, StudySpec& spec);

void read_resources(Section& top, StudySpec& spec, ProblemList& problems);

}  // namespace troupe::actors
