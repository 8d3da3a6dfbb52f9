#pragma once

#include <string_view>

namespace troupe::actors {

/// Why no line of a program's output can match a regular expression: each match needs a character
/// that no line has when it is matched. Empty if a line may match. `expression` compiles.
[[nodiscard]] std::string_view why_unmatchable(std::string_view expression);

}  // namespace troupe::actors
