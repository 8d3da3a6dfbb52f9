#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "runtime/core/clock.hpp"
#include "runtime/core/reactor.hpp"
#include "runtime/dispatch/dispatcher.hpp"
#include "runtime/remote/membership.hpp"
#include "transport/link_options.hpp"
#include "transport/wire.hpp"

namespace troupe::runtime {

/// Makes the wire of a node; called on the reactor's thread.
using MakeWire =
    std::function<std::unique_ptr<transport::Wire>(Reactor& reactor, transport::PeerId self)>;

/// Everything undetermined that a node uses. Clock and reactor outlive the node, unless `owned`
/// holds them.
struct Environment {
  /// Makes the world go on until `done()` or until the clock reaches `until`.
  using Drive = std::function<void(const std::function<bool()>& done, Instant until)>;

  /// What has to outlive all else here, if nobody else holds it.
  std::shared_ptr<const void> owned;
  const Clock* clock = nullptr;
  Reactor* reactor = nullptr;
  std::uint64_t seed = 0;  ///< Of the node's id; two nodes of a program need different ones.
  std::vector<std::unique_ptr<Dispatcher>> dispatchers;
  /// What a plain thread does while it waits for actors. Without one it sleeps: the dispatchers
  /// have threads of their own.
  Drive drive;

  MakeWire make_wire;  ///< Without one the node has no network.
  transport::LinkOptions link_options;
  Membership membership;  ///< Of a wire with keys.
};

}  // namespace troupe::runtime
