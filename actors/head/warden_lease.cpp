#include "actors/head/warden_lease.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "runtime/core/reactor.hpp"

namespace troupe::actors {

namespace {

constexpr int renewals_per_lease = 5;
/// Without a link, until there is one again or the lease is over.
constexpr Duration look_interval = std::chrono::milliseconds(100);

}  // namespace

struct WardenLease::State {
  runtime::Node& node;
  Keep keep;
  Duration lease;
  Duration grace = std::chrono::seconds(10);
  Instant until{};     ///< As it was passed on last.
  bool linked = true;  ///< Then.
};

WardenLease::WardenLease(runtime::Node& node, Keep keep, Duration lease)
    : state_(std::make_shared<State>(State{node, std::move(keep), lease})) {
  node.reactor().post([state = std::weak_ptr(state_)] {
    if (const auto alive = state.lock()) renew(alive);
  });
}

void WardenLease::set_grace(Duration grace) {
  state_->node.reactor().post([state = std::weak_ptr(state_), grace] {
    if (const auto alive = state.lock()) alive->grace = grace;
  });
}

void WardenLease::refresh() {
  state_->node.reactor().post([state = std::weak_ptr(state_)] {
    const auto alive = state.lock();
    if (alive && alive->until - alive->node.reactor().now() < alive->lease / 2) pass_on(*alive);
  });
}

void WardenLease::pass_on(State& state) {
  Instant confirmed{};
  for (const auto& link : state.node.network().links)
    if (link.state != transport::LinkState::down) confirmed = std::max(confirmed, link.lease_from);
  state.linked = confirmed != Instant{};
  if (!state.linked) return;
  state.until = confirmed + state.lease;
  state.keep(state.until, state.grace);
}

void WardenLease::renew(const std::shared_ptr<State>& state) {
  pass_on(*state);
  Reactor& reactor = state->node.reactor();
  reactor.at(reactor.now() + (state->linked ? state->lease / renewals_per_lease : look_interval),
             [again = std::weak_ptr(state)] {
               if (const auto alive = again.lock()) renew(alive);
             });
}

}  // namespace troupe::actors
