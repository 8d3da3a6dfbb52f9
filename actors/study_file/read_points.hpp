#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "actors/study_file/section.hpp"
#include "actors/study_file/study_spec.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

// Readers of the configurations in a study file. `declared`: the names in config_space. A declared
// name that the space lacks has an error that was reported.

/// Reads `points_to_evaluate`. The file may give partial points; the result is complete.
[[nodiscard]] std::vector<schedulers::Config> read_points(
    const Element& element, const schedulers::Space& space,
    const std::vector<std::string_view>& declared, ProblemList& problems);

/// Reads `incumbents`. The file gives a value for every parameter that is searched.
[[nodiscard]] std::vector<schedulers::Config> read_incumbents(
    const Element& element, const schedulers::Space& space,
    const std::vector<std::string_view>& declared, ProblemList& problems);

/// Reads `memory`. The space of `spec` was read. A relative path is relative to `folder`.
void read_memory(Section& top, const std::string& folder, StudySpec& spec, ProblemList& problems);

}  // namespace troupe::actors
