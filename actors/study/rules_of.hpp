#pragma once

#include "actors/study/study_rules.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// What the lifecycle of a study needs of its file.
[[nodiscard]] StudyRules rules_of(const StudySpec& spec);

}  // namespace troupe::actors
