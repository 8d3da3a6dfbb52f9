#pragma once

#include <optional>
#include <string>

#include "test/replay/trace.hpp"

namespace troupe::replay {

/// The first field in which the two differ, with both values; none if they agree.
[[nodiscard]] std::optional<std::string> difference(const Line& expected, const Line& found);
[[nodiscard]] std::optional<std::string> difference(const End& expected, const End& found);

}  // namespace troupe::replay
