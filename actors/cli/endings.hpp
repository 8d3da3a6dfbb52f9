#pragma once

#include <optional>
#include <string>

#include "actors/events.hpp"

namespace troupe::cli {

/// How the study of a journal ended, if its last row says that it did.
[[nodiscard]] std::optional<actors::StudyFinished> ending_of(const std::string& journal);

[[nodiscard]] int exit_code_of(const actors::StudyFinished& ending);

}  // namespace troupe::cli
