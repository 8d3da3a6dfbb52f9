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

// Messages of the runtime to actors that have a handler for them.

namespace troupe::runtime {

/// Why an actor is gone.
enum class Cause {
  stopped,    ///< It was stopped.
  failed,     ///< Its code threw an exception.
  node_lost,  ///< The link to its node was given up; it may still run there.
  unknown,    ///< It was gone before it was monitored, or never existed.
};
constexpr std::array<std::string_view, 4> enum_names(Cause) {
  return {"stopped", "failed", "node_lost", "unknown"};
}

/// A child or a monitored actor is gone.
struct Down {
  static constexpr std::string_view wire_name = "Down";
  Address who;
  Cause cause = Cause::stopped;
  std::string reason;
  /// If the cause is node_lost: start of the node's lease, on the clock of this process. Not
  /// packed.
  Instant lease_from{};
  static auto fields(auto& m) {
    return std::tuple{field("who", m.who), field("cause", m.cause), field("reason", m.reason)};
  }
  friend bool operator==(const Down&, const Down&) = default;
};

/// A supervised child failed and was restarted; its ref and mailbox are the same.
struct Restarted {
  static constexpr std::string_view wire_name = "Restarted";
  Address who;
  std::string reason;
  std::uint32_t count = 0;  ///< Number of restarts so far.
  static auto fields(auto& m) {
    return std::tuple{field("who", m.who), field("reason", m.reason), field("count", m.count)};
  }
  friend bool operator==(const Restarted&, const Restarted&) = default;
};

/// The link to a node is up.
struct NodeUp {
  static constexpr std::string_view wire_name = "NodeUp";
  NodeId node;
  std::string name;
  Resources resources;  ///< Total resources of the node.
  static auto fields(auto& m) {
    return std::tuple{field("node", m.node), field("name", m.name),
                      field("resources", m.resources)};
  }
  friend bool operator==(const NodeUp&, const NodeUp&) = default;
};

/// The link to a node was given up. If the node comes back, it has another id.
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

/// Reply without content: the question was handled.
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
