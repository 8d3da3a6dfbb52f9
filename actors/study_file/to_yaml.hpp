#pragma once

#include <string>

#include "actors/study_file/document.hpp"

namespace troupe::actors {

/// The document as text that reads back as the same: YAML, a line for each key of the two upper
/// levels.
[[nodiscard]] std::string to_yaml(const Element& root);

}  // namespace troupe::actors
