#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "runtime/address.hpp"
#include "runtime/codec_declarations.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/field.hpp"
#include "runtime/resources.hpp"

// What the runtime itself tells an actor that has a handler for it.

namespace troupe::runtime {

/// Why an actor is gone.
enum class Cause {
  stopped,    ///< In order.
  failed,     ///< A handler threw.
  node_lost,  ///< Its node is; whether the actor still runs there is unknown.
  unknown,    ///< It was gone before the monitor was set, or never was.
};
constexpr std::array<std::string_view, 4> enum_names(Cause) {
  return {"stopped", "failed", "node_lost", "unknown"};
}

/// A child, or an actor that was monitored, is gone.
struct Down {
  static constexpr std::string_view wire_name = "Down";
  Address who;
  Cause cause = Cause::stopped;
  std::string reason;
  /// Of a node that was lost: its lease counts from here, on the clock of this process. Does not
  /// travel.
  Instant lease_from{};
  static auto fields(auto& m) {
    return std::tuple{field("who", m.who), field("cause", m.cause), field("reason", m.reason)};
  }
  friend bool operator==(const Down&, const Down&) = default;
};

/// A supervised child failed and was made anew; its ref and its mailbox are the same.
struct Restarted {
  static constexpr std::string_view wire_name = "Restarted";
  Address who;
  std::string reason;
  std::uint32_t count = 0;  ///< How many times so far.
  static auto fields(auto& m) {
    return std::tuple{field("who", m.who), field("reason", m.reason), field("count", m.count)};
  }
  friend bool operator==(const Restarted&, const Restarted&) = default;
};

/// A link to a node is up.
struct NodeUp {
  static constexpr std::string_view wire_name = "NodeUp";
  NodeId node;
  std::string name;
  Resources resources;  ///< What it has in all.
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node), field("name", m.name),
                      field("resources", m.resources)};
  }
  friend bool operator==(const NodeUp&, const NodeUp&) = default;
};

/// The link to a node was given up. A node that comes back has another id.
struct NodeDown {
  static constexpr std::string_view wire_name = "NodeDown";
  NodeId node;
  std::string name;
  std::string reason;
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node), field("name", m.name), field("reason", m.reason)};
  }
  friend bool operator==(const NodeDown&, const NodeDown&) = default;
};

/// A reply that says no more than that the question was handled.
struct Done {
  static constexpr std::string_view wire_name = "Done";
  static auto fields(auto&) { return no_fields(); }
  friend bool operator==(const Done&, const Done&) = default;
};

}  // namespace troupe::runtime

namespace troupe::runtime {
extern template struct WireCodec<Down>;
extern template struct WireCodec<Restarted>;
extern template struct WireCodec<NodeUp>;
extern template struct WireCodec<NodeDown>;
extern template struct WireCodec<Done>;
}  // namespace troupe::runtime
