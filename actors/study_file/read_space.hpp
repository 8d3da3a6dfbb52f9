#pragma once

#include <string_view>
#include <vector>

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Reads `config_space`. Parameters with a problem are left out.
[[nodiscard]] schedulers::Space read_space(const Element& element, ProblemList& problems);

/// Reads `points_to_evaluate`, which may be partial; the result is complete. `declared` are the
/// names in config_space: one that the space lacks has a problem that is reported already.
[[nodiscard]] std::vector<schedulers::Config> read_points(
    const Element& element, const schedulers::Space& space,
    const std::vector<std::string_view>& declared, ProblemList& problems);

}  // namespace troupe::actors
