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

/// Creates the wire of a node, on the reactor's thread.
using MakeWire =
    std::function<std::unique_ptr<transport::Wire>(Reactor& reactor, transport::PeerId self)>;

/// The sources of nondeterminism of a node: time, randomness, threads and network. Clock and
/// reactor outlive the node, unless `owned` holds them.
struct Environment {
  /// Runs the world until `done()` holds or the clock reaches `until`.
  using Drive = std::function<void(const std::function<bool()>& done, Instant until)>;

  /// Holds objects that outlive all other members; may be null.
  std::shared_ptr<const void> owned;
  const Clock* clock = nullptr;
  Reactor* reactor = nullptr;
  std::uint64_t seed = 0;  ///< Seed of the node's id; differs between the nodes of a program.
  std::vector<std::unique_ptr<Dispatcher>> dispatchers;
  std::size_t detached = 0;  ///< So many of `dispatchers`, the last ones, are for detached actors.
  /// Called by a plain thread that waits for actors. If empty, the thread sleeps: the dispatchers
  /// have threads of their own.
  Drive drive;

  MakeWire make_wire;  ///< If empty, the node has no network.
  transport::LinkOptions link_options;
  Membership membership;  ///< Used with a wire that has keys.
};

}  // namespace troupe::runtime
