#pragma once

#include <string>

#include "actors/simulate/simulated_study.hpp"
#include "actors/study_file/document.hpp"

namespace troupe::actors {

/// A study file's text with what it lacks of a whole study added at its end, from the table. `root`
/// is its document.
[[nodiscard]] std::string completed_text(const std::string& text, const Element& root,
                                         const Table& table, const std::string& name,
                                         Lookup lookup);

}  // namespace troupe::actors
