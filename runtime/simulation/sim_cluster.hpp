#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/core/rng.hpp"
#include "runtime/simulation/sim_host.hpp"
#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/virtual_clock.hpp"
#include "transport/memory_wire.hpp"

namespace troupe::runtime::simulation {

/// A whole cluster in the caller's thread: hosts with real nodes and links, on virtual time, over a
/// network in memory. Which of the things that can happen at one moment happens first is drawn from
/// the seed, so one seed is one history, and another seed another.
///
///     SimCluster cluster(seed);
///     cluster.add("a").start([](SimHost& host) {
///       (void)host.node().listen("a:1");
///       (void)host.node().wait(host.node().spawn<Counter>(), Duration::max());
///     });
///     cluster.add("b").start(...);
///     cluster.network().cut("a", "b");
///     cluster.run_for(10s);
///     cluster.host("a").crash();
class SimCluster final {
 public:
  explicit SimCluster(std::uint64_t seed);
  ~SimCluster();
  SimCluster(const SimCluster&) = delete;
  SimCluster& operator=(const SimCluster&) = delete;

  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  SimHost& add(const std::string& name);
  [[nodiscard]] SimHost& host(const std::string& name);
  [[nodiscard]] const std::vector<std::unique_ptr<SimHost>>& hosts() const { return hosts_; }
  [[nodiscard]] transport::MemoryNetwork& network() { return network_; }

  /// The world outside of the hosts: whoever starts processes, cuts cables, looks at a clock.
  [[nodiscard]] SimReactor& reactor() { return reactor_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] Instant now() const { return clock_.now(); }

  /// Called after each event, with nothing half done: the place for what must always hold.
  void after_each_event(std::function<void()> look) { look_ = std::move(look); }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  /// Calls back when so many more events have happened.
  void after_events(std::uint64_t count, std::function<void()> callback) {
    at_events_.emplace(events_ + count, std::move(callback));
  }

  /// One event of one host or of the world; if there is none now, at the next moment that has one,
  /// which is not after `until`. False if there is none by then; the time is `until` then.
  bool step(Instant until);
  /// Until `done()`, at most for so long; whether it is done.
  bool run_until(const std::function<bool()>& done, Duration limit);
  void run_for(Duration time) {
    (void)run_until([] { return false; }, time);
  }
  /// Until `done()` or until then; for ever, if nothing happens any more, it does not wait.
  void drive(const std::function<bool()>& done, Instant until);

 private:
  using Due = std::vector<std::pair<SimHost*, SimHost::Part>>;
  void advance(Instant to);
  void look();

  const std::uint64_t seed_;
  Rng rng_;
  VirtualClock clock_;
  SimReactor reactor_{clock_};
  transport::MemoryNetwork network_;
  std::vector<std::unique_ptr<SimHost>> hosts_;
  std::function<void()> look_;
  std::uint64_t events_ = 0;
  std::multimap<std::uint64_t, std::function<void()>> at_events_;
  Due due_;  ///< Kept for its memory.
};

}  // namespace troupe::runtime::simulation
