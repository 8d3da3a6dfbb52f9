#pragma once

#include "actors/study_file/scheduler_spec.hpp"
#include "actors/study_file/section.hpp"

namespace troupe::actors {

/// Reads `scheduler.ranking`: when a progressive ceiling rises.
void read_ranking(Section& scheduler, SchedulerSpec& spec);

}  // namespace troupe::actors
