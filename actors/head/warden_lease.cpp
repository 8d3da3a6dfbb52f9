#include "actors/head/warden_lease.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "runtime/core/reactor.hpp"
#include "runtime/core/seconds.hpp"

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

void WardenLease::serve(AgentOptions& options) const {
  // Called on threads of actors.
  const auto on_reactor = [state = std::weak_ptr(state_)](std::function<void(State&)> act) {
    const auto alive = state.lock();
    if (!alive) return;
    alive->node.reactor().post([state, act = std::move(act)] {
      if (const auto still = state.lock()) act(*still);
    });
  };
  options.enlisted = [on_reactor](const StudySpec& spec) {
    on_reactor([grace = seconds(spec.grace_kill_s)](State& state) { state.grace = grace; });
  };
  options.launching = [on_reactor] { on_reactor(refresh); };
}

void WardenLease::refresh(State& state) {
  if (state.until - state.node.reactor().now() < state.lease / 2) pass_on(state);
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
