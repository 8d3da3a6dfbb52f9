#pragma once

#include <string_view>
#include <vector>

#include "actors/study_file/section.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::actors {

// The parts of a study file about the search: how far trials go, what decides on them, when it
// ends.

/// `max_resource_attr` and `max_t`. The space is known already; `declared` are the names in it,
/// those with problems included.
void read_max_resource(Section& top, const std::vector<std::string_view>& declared,
                       StudySpec& spec);

void read_stop_criterion(Section& top, StudySpec& spec);

/// After everything else: checks the rungs against R and the stop criterion too.
void read_scheduler(Section& top, StudySpec& spec);

void read_searcher(Section& top, StudySpec& spec);

}  // namespace troupe::actors
