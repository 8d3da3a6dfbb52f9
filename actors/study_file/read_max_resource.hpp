#pragma once

#include <string_view>
#include <vector>

#include "actors/study_file/section.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

/// Reads `max_resource_attr` and `max_t`. The space is known already; `declared` are the names in
/// it, those with problems included.
void read_max_resource(Section& top, const std::vector<std::string_view>& declared,
                       StudySpec& spec);

}  // namespace troupe::actors
