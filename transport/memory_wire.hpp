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

/// A network in memory, for tests and the simulation: seeded faults, on the time of its reactor.
/// Outlives its wires.
class MemoryNetwork final {
 public:
  struct Faults {
    double loss = 0;         ///< Probability of a frame.
    double duplication = 0;  ///< Probability of a frame to arrive twice.
    Duration delay_min = std::chrono::microseconds(50);
    Duration delay_max = std::chrono::microseconds(50);
    bool reorders = false;         ///< A frame may overtake those before it on its route.
    std::size_t queue_max = 4096;  ///< Frames under way on a route and direction.
  };

  MemoryNetwork(Reactor& reactor, std::uint64_t seed);
  ~MemoryNetwork();
  MemoryNetwork(const MemoryNetwork&) = delete;
  MemoryNetwork& operator=(const MemoryNetwork&) = delete;

  /// A wire of the node `id` on the host `host`. Addresses are any text; "*" listens at a new one.
  std::unique_ptr<Wire> wire(PeerId id, const std::string& host) {
    return wire(id, host, reactor_);
  }
  /// The same for a node with a reactor of its own, on which it is called back: frames wait there
  /// while it does not run.
  std::unique_ptr<Wire> wire(PeerId id, const std::string& host, Reactor& reactor);

  /// Of every direction that has none of its own.
  void set(const Faults& faults) { faults_ = faults; }
  /// Of what one host sends to another.
  void set(const std::string& from, const std::string& to, const Faults& faults) {
    own_faults_.insert_or_assign({from, to}, faults);
  }
  /// Frames between two hosts are lost from now on, in both directions, or one.
  void cut(const std::string& a, const std::string& b);
  void cut_one_way(const std::string& from, const std::string& to) { cuts_.emplace(from, to); }
  /// Nothing is cut any more.
  void mend() { cuts_.clear(); }
  /// Between these two, in both directions, nothing is cut, and the faults are those of all.
  void mend(const std::string& a, const std::string& b);

  [[nodiscard]] std::uint64_t frames_sent() const { return frames_sent_; }
  [[nodiscard]] std::uint64_t frames_lost() const { return frames_lost_; }

 private:
  class MemoryWire;
  /// One direction of a route.
  struct Direction {
    std::size_t under_way = 0;
    Instant last_arrival{};
  };
  using DirectionKey = std::pair<Route, bool>;        ///< True: towards the listener.
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
  std::map<std::string, MemoryWire*> listeners_;                ///< By address.
  std::map<Route, std::pair<MemoryWire*, std::string>> dials_;  ///< Who dialed which address.
  std::map<DirectionKey, std::shared_ptr<Direction>> directions_;
  std::uint64_t last_port_ = 0;
  std::uint64_t frames_sent_ = 0;
  std::uint64_t frames_lost_ = 0;
  std::shared_ptr<const bool> alive_;
};

}  // namespace troupe::transport
