#pragma once

#include "actors/events.hpp"

namespace troupe::cli {

[[nodiscard]] int exit_code_of(const actors::StudyFinished& ending);

}  // namespace troupe::cli
