#pragma once

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Reads `config_space`. Parameters with a problem are left out.
[[nodiscard]] schedulers::Space read_space(const Element& element, ProblemList& problems);

}  // namespace troupe::actors
