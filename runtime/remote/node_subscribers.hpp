#pragma once

#include <set>
#include <utility>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/engine/router.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::runtime {

/// Actors that get a NodeUp and a NodeDown for each node that comes and goes. On the reactor's
/// thread.
class NodeSubscribers {
 public:
  explicit NodeSubscribers(Router& router) : router_(router) {}

  /// Adds an actor, and sends it the nodes that are up.
  void add(Address actor, std::vector<NodeUp> up) {
    actors_.insert(actor);
    for (NodeUp& message : up) send(actor, std::move(message));
  }
  /// Sends a NodeUp or NodeDown to each subscriber. Forgets subscribers that are gone.
  template <typename M>
  void publish(const M& message) {
    std::erase_if(actors_, [&](Address actor) { return !router_.is_alive(actor); });
    for (const Address& actor : actors_) send(actor, M(message));
  }

 private:
  template <typename M>
  void send(Address actor, M message) {
    router_.send(actor, Envelope::with(Envelope::Kind::notice, std::move(message)));
  }

  Router& router_;
  std::set<Address> actors_;
};

}  // namespace troupe::runtime
