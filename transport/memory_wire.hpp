#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "runtime/core/reactor.hpp"
#include "runtime/core/rng.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// A network in memory, for tests and simulations. Its seed determines all faults; its time is that
/// of its reactor. Outlives its wires.
class MemoryNetwork final {
 public:
  struct Faults {
    double loss = 0;         ///< Probability that a frame is lost.
    double duplication = 0;  ///< Probability that a frame arrives twice.
    Duration delay_min = std::chrono::microseconds(50);
    Duration delay_max = std::chrono::microseconds(50);
    bool reorders = false;         ///< A frame may overtake earlier ones of its route.
    std::size_t queue_max = 4096;  ///< Frames in flight on a route, in each direction.
  };

  MemoryNetwork(Reactor& reactor, std::uint64_t seed);
  ~MemoryNetwork();
  MemoryNetwork(const MemoryNetwork&) = delete;
  MemoryNetwork& operator=(const MemoryNetwork&) = delete;

  /// Makes the wire of node `id` on `host`. An address is any text; "*" listens at a new address.
  std::unique_ptr<Wire> wire(PeerId id, const std::string& host) {
    return wire(id, host, reactor_);
  }
  /// The same for a node with its own reactor, on which the wire calls back. Frames wait there
  /// while that reactor does not run.
  std::unique_ptr<Wire> wire(PeerId id, const std::string& host, Reactor& reactor);

  /// Sets the faults of all directions without faults of their own.
  void set(const Faults& faults) { faults_ = faults; }
  /// Sets the faults of one direction between two hosts.
  void set(const std::string& from, const std::string& to, const Faults& faults) {
    own_faults_.insert_or_assign({from, to}, faults);
  }
  /// Loses all frames between two hosts from now on, in both directions or in one.
  void cut(const std::string& a, const std::string& b);
  void cut_one_way(const std::string& from, const std::string& to) { cuts_.emplace(from, to); }
  /// Ends all cuts.
  void mend() { cuts_.clear(); }
  /// Ends the cuts between two hosts and removes the faults of their own, in both directions.
  void mend(const std::string& a, const std::string& b);

  [[nodiscard]] std::uint64_t frames_sent() const { return frames_sent_; }
  [[nodiscard]] std::uint64_t frames_lost() const { return frames_lost_; }

 private:
  class MemoryWire;
  /// One direction of a route.
  struct Direction {
    std::size_t in_flight = 0;
    Instant last_arrival{};
  };
  using DirectionKey = std::pair<Route, bool>;        ///< True: to the listener.
  using Hosts = std::pair<std::string, std::string>;  ///< From, to.
  struct Parcel;

  Wire::Sent carry(const MemoryWire& from, Route route, bool to_listener, Bytes frame);
  void arrive(const std::shared_ptr<const Parcel>& parcel);
  [[nodiscard]] MemoryWire* receiver(Route route, bool to_listener) const;
  [[nodiscard]] const Faults& faults(const std::string& from, const MemoryWire* to) const;
  void forget(const MemoryWire& wire);

  Reactor& reactor_;
  Rng rng_;
  Faults faults_{};
  std::map<Hosts, Faults> own_faults_;
  std::set<Hosts> cuts_;
  std::map<std::string, MemoryWire*> listeners_;  ///< By address.
  std::map<Route, std::pair<MemoryWire*, std::string>>
      dials_;  ///< The dialing wire and the address.
  std::map<DirectionKey, std::shared_ptr<Direction>> directions_;
  std::uint64_t last_port_ = 0;
  std::uint64_t frames_sent_ = 0;
  std::uint64_t frames_lost_ = 0;
  std::shared_ptr<const bool> alive_;
};

}  // namespace troupe::transport
