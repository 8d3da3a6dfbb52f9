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

/// A cluster in the caller's thread: hosts with real nodes and links, on a virtual clock, over a
/// network in memory. The order of the events that are due at the same time is drawn from the seed,
/// so a seed determines the whole run.
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

  /// The reactor and clock of the world outside of the hosts, for tests and faults.
  [[nodiscard]] SimReactor& reactor() { return reactor_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] Instant now() const { return clock_.now(); }

  /// Sets the callback that runs after each event, when no event is half done. It is the place to
  /// check invariants.
  void after_each_event(std::function<void()> check) { after_event_ = std::move(check); }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  /// Calls `callback` after `count` more events.
  void after_events(std::uint64_t count, std::function<void()> callback) {
    at_events_.emplace(events_ + count, std::move(callback));
  }

  /// Runs one event of a host or of the world; if none is due, moves the clock to the next one.
  /// False if there is none until `until`; the clock is at `until` then.
  bool step(Instant until);
  /// Steps until `done()`, at most for `limit`; returns `done()`.
  bool run_until(const std::function<bool()>& done, Duration limit);
  void run_for(Duration time) {
    (void)run_until([] { return false; }, time);
  }
  /// Steps until `done()` or `until`; returns earlier if no event is left.
  void drive(const std::function<bool()>& done, Instant until);

 private:
  using Due = std::vector<std::pair<SimHost*, SimHost::Part>>;
  void advance(Instant to);
  void after_event();

  const std::uint64_t seed_;
  Rng rng_;
  VirtualClock clock_;
  SimReactor reactor_{clock_};
  transport::MemoryNetwork network_;
  std::vector<std::unique_ptr<SimHost>> hosts_;
  std::function<void()> after_event_;
  std::uint64_t events_ = 0;
  std::multimap<std::uint64_t, std::function<void()>> at_events_;
  Due due_;  ///< Of the present step; a member so that its memory is reused.
};

}  // namespace troupe::runtime::simulation
