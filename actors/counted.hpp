#pragma once

#include <cstdint>
#include <string>

namespace troupe::actors {

/// "1 trial" or "2 trials".
[[nodiscard]] inline std::string counted(std::uint64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace troupe::actors
