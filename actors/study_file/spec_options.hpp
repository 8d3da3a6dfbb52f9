#pragma once

#include <cstdint>
#include <vector>

#include "actors/study_file/study_spec.hpp"
#include "schedulers/scheduler_options.hpp"
#include "schedulers/searchers/make_searcher.hpp"

namespace troupe::actors {

// What the study file says, as the pure core takes it. `seed` is the study's, which a journal may
// know better than the file.

[[nodiscard]] schedulers::SchedulerOptions scheduler_options(const StudySpec& spec,
                                                             std::uint64_t seed);
[[nodiscard]] schedulers::SearcherOptions searcher_options(const StudySpec& spec,
                                                           std::uint64_t seed);

/// With the seed of the file.
[[nodiscard]] schedulers::SchedulerOptions scheduler_options(const StudySpec& spec);
[[nodiscard]] schedulers::SearcherOptions searcher_options(const StudySpec& spec);

/// Where trials are judged or end, lowest first; in the first bracket, if there are several.
[[nodiscard]] std::vector<schedulers::Resource> rungs_of(const StudySpec& spec);

}  // namespace troupe::actors
