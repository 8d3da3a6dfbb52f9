#pragma once

#include <optional>
#include <string>

#include "test/replay/recorded_curves.hpp"
#include "test/replay/trace.hpp"

namespace troupe::replay {

/// Runs the recorded study again on a simulated cluster and compares every field of every line.
/// Returns the first difference, none if there is none.
[[nodiscard]] std::optional<std::string> replay(const Trace& trace, const RecordedCurves& curves);

}  // namespace troupe::replay
