#include "transport/memory_wire.hpp"

#include <algorithm>
#include <vector>

#include "runtime/core/check.hpp"

namespace troupe::transport {

class MemoryNetwork::MemoryWire final : public Wire {
 public:
  MemoryWire(MemoryNetwork& network, PeerId id, std::string host)
      : network_(network), id_(id), host_(std::move(host)) {}

  ~MemoryWire() override {
    std::erase_if(network_.listeners_, [this](const auto& entry) { return entry.second == this; });
    std::erase_if(network_.dials_,
                  [this](const auto& entry) { return entry.second.first == this; });
  }

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

  void receive(Route route, Bytes frame) const { on_frame_(route, {}, frame); }
  [[nodiscard]] const std::string& host() const { return host_; }

 private:
  MemoryNetwork& network_;
  PeerId id_;
  std::string host_;
  OnFrame on_frame_;
  std::uint64_t last_ordinal_ = 0;
};

MemoryNetwork::MemoryNetwork(Reactor& reactor, std::uint64_t seed)
    : reactor_(reactor),
      rng_(Rng::stream(seed, "network")),
      alive_(std::make_shared<const bool>(true)) {}

MemoryNetwork::~MemoryNetwork() = default;

std::unique_ptr<Wire> MemoryNetwork::wire(PeerId id, const std::string& host) {
  return std::make_unique<MemoryWire>(*this, id, host);
}

void MemoryNetwork::cut(const std::string& a, const std::string& b) {
  cut_one_way(a, b);
  cut_one_way(b, a);
}

MemoryNetwork::MemoryWire* MemoryNetwork::receiver(Route route, bool to_listener) const {
  const auto dial = dials_.find(route);
  if (dial == dials_.end()) return nullptr;
  if (!to_listener) return dial->second.first;
  const auto listener = listeners_.find(dial->second.second);
  return listener == listeners_.end() ? nullptr : listener->second;
}

Wire::Sent MemoryNetwork::carry(const MemoryWire& from, Route route, bool to_listener,
                                Bytes frame) {
  if (!dials_.contains(route)) return Wire::Sent::no_route;
  Direction& direction = directions_[{route, to_listener}];
  if (direction.under_way >= faults_.queue_max) return Wire::Sent::full;
  ++frames_sent_;
  const int copies = rng_.uniform() < faults_.duplication ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    if (rng_.uniform() < faults_.loss) {
      ++frames_lost_;
      continue;
    }
    const auto spread = static_cast<std::uint64_t>((faults_.delay_max - faults_.delay_min).count());
    Instant arrival = reactor_.now() + faults_.delay_min +
                      Duration(static_cast<Duration::rep>(rng_.below(spread + 1)));
    if (!faults_.reorders) arrival = std::max(arrival, direction.last_arrival);
    direction.last_arrival = std::max(arrival, direction.last_arrival);
    ++direction.under_way;
    reactor_.at(arrival, [this, alive = std::weak_ptr(alive_), host = from.host(), route,
                          to_listener, bytes = std::vector(frame.begin(), frame.end())] {
      if (!alive.expired()) arrive(host, route, to_listener, bytes);
    });
  }
  return Wire::Sent::taken;
}

void MemoryNetwork::arrive(const std::string& from_host, Route route, bool to_listener,
                           Bytes frame) {
  if (const auto found = directions_.find({route, to_listener}); found != directions_.end())
    --found->second.under_way;
  const MemoryWire* const to = receiver(route, to_listener);
  if (to == nullptr || cuts_.contains({from_host, to->host()})) {
    ++frames_lost_;
    return;
  }
  to->receive(route, frame);
}

}  // namespace troupe::transport
