#pragma once

#include <string_view>
#include <vector>

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

// Configurations that a study file gives. `declared` are the names in config_space: one that the
// space lacks has a problem that is reported already.

/// Reads `points_to_evaluate`, which may be partial; the result is complete.
[[nodiscard]] std::vector<schedulers::Config> read_points(
    const Element& element, const schedulers::Space& space,
    const std::vector<std::string_view>& declared, ProblemList& problems);

/// Reads `incumbents`: each gives every parameter that is searched.
[[nodiscard]] std::vector<schedulers::Config> read_incumbents(
    const Element& element, const schedulers::Space& space,
    const std::vector<std::string_view>& declared, ProblemList& problems);

}  // namespace troupe::actors
