#include "actors/head/reaper_lease.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "runtime/core/reactor.hpp"
#include "runtime/core/seconds.hpp"

namespace troupe::actors {

namespace {

constexpr int renewals_per_lease = 5;
/// Without a link, until there is one or the lease has expired.
constexpr Duration retry_interval = std::chrono::milliseconds(100);

}  // namespace

struct ReaperLease::State {
  State(runtime::Node& own_node, Keep keep_until, Duration link_lease)
      : node(own_node), keep(std::move(keep_until)), lease(link_lease) {}

  runtime::Node& node;
  Keep keep;
  Duration lease;
  Duration grace = std::chrono::seconds(10);
  std::atomic<Instant> until{Instant{}};  ///< Lease as forwarded last.
  bool linked = true;                     ///< A link was up at that time.

  /// Whether half of the lease has passed since it was forwarded. Any thread.
  [[nodiscard]] bool is_stale() const {
    return until.load(std::memory_order_relaxed) - node.clock().now() < lease / 2;
  }
};

ReaperLease::ReaperLease(runtime::Node& node, Keep keep, Duration lease)
    : state_(std::make_shared<State>(node, std::move(keep), lease)) {
  node.reactor().post([state = std::weak_ptr(state_)] {
    if (const auto alive = state.lock()) renew(alive);
  });
}

void ReaperLease::attach_to(AgentOptions& options) const {
  // The callbacks run on threads of actors.
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
  options.launching = [on_reactor, state = std::weak_ptr(state_)] {
    const auto alive = state.lock();
    if (alive && alive->is_stale()) on_reactor(forward_lease);
  };
}

void ReaperLease::forward_lease(State& state) {
  Instant confirmed{};
  for (const auto& link : state.node.network().links)
    if (link.state != runtime::LinkState::down) confirmed = std::max(confirmed, link.lease_from);
  state.linked = confirmed != Instant{};
  if (!state.linked) return;
  const Instant until = confirmed + state.lease;
  state.until.store(until, std::memory_order_relaxed);
  state.keep(until, state.grace);
}

void ReaperLease::renew(const std::shared_ptr<State>& state) {
  forward_lease(*state);
  Reactor& reactor = state->node.reactor();
  reactor.at(reactor.now() + (state->linked ? state->lease / renewals_per_lease : retry_interval),
             [again = std::weak_ptr(state)] {
               if (const auto alive = again.lock()) renew(alive);
             });
}

}  // namespace troupe::actors
