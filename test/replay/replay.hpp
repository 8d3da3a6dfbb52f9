#pragma once

#include <optional>
#include <string>

#include "test/replay/recorded_curves.hpp"
#include "test/replay/trace.hpp"

namespace troupe::replay {

/// Runs the recorded study again on simulated workers, and compares each field of each line.
/// Returns the first difference, or none.
[[nodiscard]] std::optional<std::string> replay(const Trace& trace, const RecordedCurves& curves);

}  // namespace troupe::replay
