#include "transport/memory_wire.hpp"

#include <algorithm>
#include <vector>

#include "runtime/core/check.hpp"

namespace troupe::transport {

/// A frame on its way.
struct MemoryNetwork::Parcel {
  std::string from;  ///< The sending host.
  Route route;
  bool to_listener = false;
  std::shared_ptr<Direction> direction;
  std::vector<std::byte> frame;
};

class MemoryNetwork::MemoryWire final : public Wire {
 public:
  MemoryWire(MemoryNetwork& network, PeerId id, std::string host, Reactor& reactor)
      : network_(network), id_(id), host_(std::move(host)), reactor_(reactor) {}

  ~MemoryWire() override { network_.forget(*this); }

  void receive_with(OnFrame on_frame) override { on_frame_ = std::move(on_frame); }

  Result<std::string> listen(const std::string& address) override {
    const std::string bound =
        address.ends_with('*') ? "memory:" + std::to_string(++network_.last_port_) : address;
    if (!network_.listeners_.emplace(bound, this).second)
      return Error{ErrorKind::io, bound + " is in use"};
    return bound;
  }

  Result<Route> dial(const std::string& address) override {
    const Route route{id_, ++last_ordinal_};
    network_.dials_.emplace(route, std::pair(this, address));
    return route;
  }

  Sent send(Route to, Bytes frame) override {
    const auto dial = network_.dials_.find(to);
    const bool to_listener = dial != network_.dials_.end() && dial->second.first == this;
    return network_.carry(*this, to, to_listener, frame);
  }

  void hang_up(Route route) override {
    network_.dials_.erase(route);
    network_.directions_.erase({route, true});
    network_.directions_.erase({route, false});
  }

  /// Delivers the frame on the reactor of the wire's owner.
  void receive(const std::shared_ptr<const Parcel>& parcel) const {
    const auto take = [this, parcel] {
      check(parcel->direction->in_flight > 0, "a delivered frame was in flight");
      --parcel->direction->in_flight;
      on_frame_(parcel->route, {}, parcel->frame);
    };
    if (&reactor_ == &network_.reactor_) return take();
    reactor_.post([take, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) take();
    });
  }

  [[nodiscard]] const std::string& host() const { return host_; }

 private:
  MemoryNetwork& network_;
  PeerId id_;
  std::string host_;
  Reactor& reactor_;
  OnFrame on_frame_;
  std::uint64_t last_ordinal_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

MemoryNetwork::MemoryNetwork(Reactor& reactor, std::uint64_t seed)
    : reactor_(reactor),
      rng_(Rng::stream(seed, "network")),
      alive_(std::make_shared<const bool>(true)) {}

MemoryNetwork::~MemoryNetwork() = default;

std::unique_ptr<Wire> MemoryNetwork::wire(PeerId id, const std::string& host, Reactor& reactor) {
  return std::make_unique<MemoryWire>(*this, id, host, reactor);
}

void MemoryNetwork::cut(const std::string& a, const std::string& b) {
  cut_one_way(a, b);
  cut_one_way(b, a);
}

void MemoryNetwork::mend(const std::string& a, const std::string& b) {
  for (const Hosts& hosts : {Hosts{a, b}, Hosts{b, a}}) {
    cuts_.erase(hosts);
    own_faults_.erase(hosts);
  }
}

/// Removes a wire. Frames on their way to or from it are lost.
void MemoryNetwork::forget(const MemoryWire& wire) {
  const auto lose_frames = [this](Route route) {
    directions_.erase({route, true});
    directions_.erase({route, false});
  };
  for (auto listener = listeners_.begin(); listener != listeners_.end();) {
    if (listener->second != &wire) {
      ++listener;
      continue;
    }
    for (const auto& [route, dial] : dials_)
      if (dial.second == listener->first) lose_frames(route);
    listener = listeners_.erase(listener);
  }
  for (auto dial = dials_.begin(); dial != dials_.end();) {
    if (dial->second.first != &wire) {
      ++dial;
      continue;
    }
    lose_frames(dial->first);
    dial = dials_.erase(dial);
  }
}

MemoryNetwork::MemoryWire* MemoryNetwork::receiver(Route route, bool to_listener) const {
  const auto dial = dials_.find(route);
  if (dial == dials_.end()) return nullptr;
  if (!to_listener) return dial->second.first;
  const auto listener = listeners_.find(dial->second.second);
  return listener == listeners_.end() ? nullptr : listener->second;
}

const MemoryNetwork::Faults& MemoryNetwork::faults(const std::string& from,
                                                   const MemoryWire* to) const {
  if (to == nullptr || own_faults_.empty()) return faults_;
  const auto own = own_faults_.find({from, to->host()});
  return own == own_faults_.end() ? faults_ : own->second;
}

Wire::Sent MemoryNetwork::carry(const MemoryWire& from, Route route, bool to_listener,
                                Bytes frame) {
  if (!dials_.contains(route)) return Wire::Sent::no_route;
  auto& direction = directions_[{route, to_listener}];
  if (direction == nullptr) direction = std::make_shared<Direction>();
  const Faults& faults = this->faults(from.host(), receiver(route, to_listener));
  if (direction->in_flight >= faults.queue_max) return Wire::Sent::full;
  ++frames_sent_;
  const int copies = rng_.uniform() < faults.duplication ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    if (rng_.uniform() < faults.loss) {
      ++frames_lost_;
      continue;
    }
    const auto spread = static_cast<std::uint64_t>((faults.delay_max - faults.delay_min).count());
    Instant arrival = reactor_.now() + faults.delay_min +
                      Duration(static_cast<Duration::rep>(rng_.below(spread + 1)));
    if (!faults.reorders) arrival = std::max(arrival, direction->last_arrival);
    direction->last_arrival = std::max(arrival, direction->last_arrival);
    ++direction->in_flight;
    auto parcel = std::make_shared<const Parcel>(
        Parcel{from.host(), route, to_listener, direction, {frame.begin(), frame.end()}});
    reactor_.at(arrival, [this, alive = std::weak_ptr(alive_), parcel = std::move(parcel)] {
      if (!alive.expired()) arrive(parcel);
    });
  }
  return Wire::Sent::taken;
}

void MemoryNetwork::arrive(const std::shared_ptr<const Parcel>& parcel) {
  const MemoryWire* const to = receiver(parcel->route, parcel->to_listener);
  const auto direction = directions_.find({parcel->route, parcel->to_listener});
  // The connection is lost if it was made to an earlier wire at this address.
  const bool connected = direction != directions_.end() && direction->second == parcel->direction;
  if (to == nullptr || !connected || cuts_.contains({parcel->from, to->host()})) {
    --parcel->direction->in_flight;
    ++frames_lost_;
    return;
  }
  to->receive(parcel);
}

}  // namespace troupe::transport
