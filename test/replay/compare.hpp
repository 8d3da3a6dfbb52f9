#pragma once

#include <optional>
#include <string>

#include "test/replay/trace.hpp"

namespace troupe::replay {

/// The first field in which two lines differ, with both values; none if they are equal.
[[nodiscard]] std::optional<std::string> difference(const Line& expected, const Line& found);
[[nodiscard]] std::optional<std::string> difference(const End& expected, const End& found);

}  // namespace troupe::replay
