#pragma once

#include "actors/study_file/study_spec.hpp"
#include "schedulers/halving_options.hpp"
#include "schedulers/searchers/make_searcher.hpp"

namespace troupe::actors {

/// What the study file says, as the pure core takes it.
[[nodiscard]] schedulers::HalvingOptions halving_options(const StudySpec& spec);
[[nodiscard]] schedulers::SearcherOptions searcher_options(const StudySpec& spec);

}  // namespace troupe::actors
