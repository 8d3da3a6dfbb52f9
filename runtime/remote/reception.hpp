#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/codec_declarations.hpp"
#include "runtime/core/field.hpp"
#include "runtime/ref.hpp"
#include "runtime/resources.hpp"

// Questions that nodes ask each other. The receptionist of each node answers them.

namespace troupe::runtime {

struct FoundActor {
  static constexpr std::string_view wire_name = "troupe.FoundActor";
  Address actor;
  static auto fields(auto& m) { return std::tuple{field("actor", m.actor)}; }
};

/// Asks for the actor of that name, if it accepts all of these messages.
struct FindActor {
  static constexpr std::string_view wire_name = "troupe.FindActor";
  using Reply = FoundActor;
  std::string name;
  std::vector<std::string> accepts;  ///< Wire names.
  static auto fields(auto& m) {
    return std::tuple{field("name", m.name), field("accepts", m.accepts)};
  }
};

/// Asks for a new actor of a kind that the node offers.
struct SpawnActor {
  static constexpr std::string_view wire_name = "troupe.SpawnActor";
  using Reply = FoundActor;
  std::string kind;  ///< The spec's wire name.
  std::string spec;  ///< Packed with pack_named.
  Resources need;
  static auto fields(auto& m) {
    return std::tuple{field("kind", m.kind), field("spec", m.spec), field("need", m.need)};
  }
};

/// SpawnActor from an actor of the same node.
struct SpawnHere {
  static constexpr std::string_view wire_name = "troupe.SpawnHere";
  static constexpr bool local_only = true;
  using Reply = FoundActor;
  std::string kind;
  std::shared_ptr<void> spec;  ///< Its type is the message type that `kind` names.
  Resources need;
  static auto fields(auto& m) { return std::tuple{field("kind", m.kind), field("need", m.need)}; }
};

using ReceptionRef = Ref<FindActor, SpawnActor, SpawnHere>;

/// Address of a node's receptionist. It is the same on every node and refers to no cell.
inline ReceptionRef reception_of(NodeId node) {
  return ReceptionRef(Address{node, 1});
}

}  // namespace troupe::runtime

namespace troupe::runtime {
extern template struct WireCodec<FoundActor>;
extern template struct WireCodec<FindActor>;
extern template struct WireCodec<SpawnActor>;
}  // namespace troupe::runtime
