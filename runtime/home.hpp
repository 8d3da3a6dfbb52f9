#pragma once

#include <cstdint>

namespace troupe::runtime {

/// Which dispatcher thread a new actor gets.
enum class Home : std::uint8_t {
  any,            ///< The next in turn.
  beside_parent,  ///< Its parent's: asking each other wakes no thread, but only one of them runs.
};

}  // namespace troupe::runtime
