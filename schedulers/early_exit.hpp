#pragma once

#include <array>
#include <string_view>

namespace troupe::schedulers {

/// What becomes of a trial whose program ends well before its milestone.
enum class EarlyExit {
  hold,  ///< Its last metric holds for every rung up to the maximum resource.
  drop,  ///< It enters no further rung.
};
constexpr std::array<std::string_view, 2> enum_names(EarlyExit) {
  return {"hold", "drop"};
}

}  // namespace troupe::schedulers
