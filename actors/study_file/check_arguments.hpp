#pragma once

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "actors/study_file/section.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// Reports values that cannot be passed as the study file says: null, lists and flags in templates
/// or variables that have no place for them. `entry`, `args`, `booleans`, `lists` and the space
/// were read.
void check_arguments(Section& entry, const StudySpec& spec, ProblemList& problems);

}  // namespace troupe::actors
