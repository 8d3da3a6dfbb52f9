#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

#include "runtime/core/field.hpp"

namespace troupe::runtime {

/// Resources of a node, or needed by an actor. Used for admission only: nothing is pinned or
/// limited.
struct Resources {
  static constexpr std::string_view wire_name = "Resources";
  std::uint32_t cpus = 0;
  std::uint32_t gpus = 0;
  std::uint64_t memory = 0;  ///< Bytes.
  static auto fields(auto& m) {
    return std::tuple{field("cpus", m.cpus), field("gpus", m.gpus), field("memory", m.memory)};
  }
  friend bool operator==(const Resources&, const Resources&) = default;

  [[nodiscard]] bool covers(const Resources& need) const {
    return cpus >= need.cpus && gpus >= need.gpus && memory >= need.memory;
  }
  Resources& operator+=(const Resources& other) {
    cpus += other.cpus;
    gpus += other.gpus;
    memory += other.memory;
    return *this;
  }
  /// Precondition: covers(other).
  Resources& operator-=(const Resources& other) {
    cpus -= other.cpus;
    gpus -= other.gpus;
    memory -= other.memory;
    return *this;
  }
};

}  // namespace troupe::runtime
