#pragma once

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Reads `config_space`, and `forbid` unless it is null. The result lacks parameters with errors
/// and the conditions that name them.
[[nodiscard]] schedulers::Space read_space(const Element& element, const Element* forbid,
                                           ProblemList& problems);

}  // namespace troupe::actors
