#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "runtime/core/field.hpp"

namespace troupe::runtime {

/// Id of one running instance of the runtime: random and new at each start, so that it also
/// identifies the incarnation of a node.
struct NodeId {
  std::uint64_t value = 0;

  static auto fields(auto& m) { return std::tuple{field("value", m.value)}; }
  friend auto operator<=>(const NodeId&, const NodeId&) = default;
};

/// Address of an actor, which may be gone. A default address is no actor's.
struct Address {
  static constexpr std::string_view wire_name = "Address";
  NodeId node;
  std::uint64_t actor = 0;  ///< Upper 32 bits: slot; lower 32 bits: generation of the slot.

  [[nodiscard]] std::uint32_t slot() const { return static_cast<std::uint32_t>(actor >> 32); }
  [[nodiscard]] std::uint32_t generation() const { return static_cast<std::uint32_t>(actor); }

  static auto fields(auto& m) { return std::tuple{field("node", m.node), field("actor", m.actor)}; }
  explicit operator bool() const { return actor != 0; }
  friend auto operator<=>(const Address&, const Address&) = default;
};

/// Text for logs: the node in hexadecimal, slot and generation, as in "3f00c1e2a4b58c97/12.1".
[[nodiscard]] std::string to_string(NodeId node);
[[nodiscard]] std::string to_string(const Address& address);

}  // namespace troupe::runtime
