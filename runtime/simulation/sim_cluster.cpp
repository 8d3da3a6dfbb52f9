#include "runtime/simulation/sim_cluster.hpp"

#include <algorithm>

#include "runtime/core/check.hpp"

namespace troupe::runtime::simulation {

SimCluster::SimCluster(std::uint64_t seed)
    : seed_(seed), rng_(Rng::stream(seed, "order of hosts")), network_(reactor_, seed) {}

SimCluster::~SimCluster() {
  for (const auto& host : hosts_) host->crash();
}

SimHost& SimCluster::add(const std::string& name) {
  check(std::ranges::none_of(hosts_, [&](const auto& host) { return host->name() == name; }),
        "each host has another name");
  hosts_.push_back(std::make_unique<SimHost>(*this, name, seed_));
  hosts_.back()->set_world(clock_.now());
  return *hosts_.back();
}

SimHost& SimCluster::host(const std::string& name) {
  const auto found =
      std::ranges::find_if(hosts_, [&](const auto& host) { return host->name() == name; });
  check(found != hosts_.end(), "a host is added before it is used");
  return **found;
}

bool SimCluster::step(Instant until) {
  for (;;) {
    due_.clear();
    if (reactor_.is_due()) due_.emplace_back(nullptr, SimHost::Part::reactor);
    for (const auto& host : hosts_) host->add_due(due_);
    if (!due_.empty()) break;
    Instant next = reactor_.next_timer().value_or(Instant::never());
    for (const auto& host : hosts_) next = std::min(next, host->next_event());
    if (next > until || next == Instant::never()) {
      if (until != Instant::never()) advance(until);
      return false;
    }
    advance(next);
  }
  const auto [host, part] = due_[due_.size() < 2 ? 0 : rng_.below(due_.size())];
  ++events_;
  if (host == nullptr)
    reactor_.run_one();
  else
    host->step(part);
  after_event();
  return true;
}

void SimCluster::after_event() {
  if (after_event_) after_event_();
  while (!at_events_.empty() && at_events_.begin()->first <= events_)
    at_events_.extract(at_events_.begin()).mapped()();
}

void SimCluster::advance(Instant to) {
  if (to <= clock_.now()) return;
  clock_.set(to);
  for (const auto& host : hosts_) host->set_world(to);
}

bool SimCluster::run_until(const std::function<bool()>& done, Duration limit) {
  const Instant until = clock_.now() + limit;
  while (!done())
    if (!step(until)) return done();
  return true;
}

void SimCluster::drive(const std::function<bool()>& done, Instant until) {
  while (!done())
    if (!step(until)) return;
}

}  // namespace troupe::runtime::simulation
