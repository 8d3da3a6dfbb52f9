#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "runtime/core/clock.hpp"

namespace troupe::runtime {

/// Limit on the restarts of a supervised child: when `restarts_max` restarts happened within
/// `within`, the next failure is final.
struct RestartPolicy {
  std::uint32_t restarts_max = 3;
  Duration within = std::chrono::seconds(60);
};

/// Which dispatcher thread runs a new actor.
enum class Placement : std::uint8_t {
  any,            ///< The next dispatcher in turn.
  beside_parent,  ///< The parent's dispatcher: asks between the two wake no other thread.
  /// A thread with a stack of 8 MiB for this actor alone: for code that blocks or needs much stack.
  /// After `detached_max` such actors of a node, further ones share threads. In simulations: as
  /// `any`.
  detached,
};

inline constexpr std::size_t detached_max = 16;

}  // namespace troupe::runtime
