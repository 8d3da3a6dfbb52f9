#pragma once

#include <cstdint>
#include <utility>

#include "actors/cli/commands.hpp"
#include "actors/head/head_folder.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/terminal/screen.hpp"

namespace troupe::cli {

[[nodiscard]] actors::OutputMode manner_of(Verbosity verbosity);

/// A screen that knows what happened so far, and how many rows of the journal that is.
[[nodiscard]] std::pair<actors::Screen, std::uint64_t> screen_for(actors::OutputMode manner,
                                                                  const actors::StudySpec& spec,
                                                                  const actors::HeadFolder& folder);

}  // namespace troupe::cli
