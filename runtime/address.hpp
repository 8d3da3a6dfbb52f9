#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "runtime/core/field.hpp"

namespace troupe::runtime {

/// One running instance of the runtime. Random, and new at each start: it names the incarnation
/// too.
struct NodeId {
  std::uint64_t value = 0;

  static auto fields(auto& m) { return std::tuple{field("value", m.value)}; }
  friend auto operator<=>(const NodeId&, const NodeId&) = default;
};

/// Names an actor, whether or not it still lives. A default one is nobody.
struct Address {
  static constexpr std::string_view wire_name = "Address";
  NodeId node;
  std::uint64_t actor = 0;  ///< Slot in the upper half, generation of the slot in the lower.

  [[nodiscard]] std::uint32_t slot() const { return static_cast<std::uint32_t>(actor >> 32); }
  [[nodiscard]] std::uint32_t generation() const { return static_cast<std::uint32_t>(actor); }

  static auto fields(auto& m) { return std::tuple{field("node", m.node), field("actor", m.actor)}; }
  explicit operator bool() const { return actor != 0; }
  friend auto operator<=>(const Address&, const Address&) = default;
};

/// For logs: the node in hexadecimal, slot and generation: "3f00c1e2a4b58c97/12.1".
[[nodiscard]] std::string to_string(NodeId node);
[[nodiscard]] std::string to_string(const Address& address);

}  // namespace troupe::runtime
