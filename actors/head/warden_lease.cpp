#include "actors/head/warden_lease.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

constexpr int renewals_per_lease = 5;
/// Without a link, until there is one again or the lease is over.
constexpr Duration look_interval = std::chrono::milliseconds(100);

}  // namespace

WardenLease::WardenLease(Process& process, runtime::WardenProcesses& processes, Duration lease)
    : process_(process), processes_(processes), lease_(lease) {
  process_.call([this] { renew(); });
}

WardenLease::~WardenLease() {
  process_.call([this] { process_.reactor().cancel(timer_); });
}

void WardenLease::set_grace(Duration grace) {
  process_.reactor().post([this, grace] { grace_ = grace; });
}

void WardenLease::renew() {
  const Instant now = process_.reactor().now();
  Instant confirmed{};
  for (const auto& link : process_.node().network().links)
    if (link.state != transport::LinkState::down) confirmed = std::max(confirmed, link.lease_from);
  const bool linked = confirmed != Instant{};
  if (linked) processes_.keep(confirmed + lease_ - now, grace_);
  timer_ = process_.reactor().at(now + (linked ? lease_ / renewals_per_lease : look_interval),
                                 [this] { renew(); });
}

}  // namespace troupe::actors
