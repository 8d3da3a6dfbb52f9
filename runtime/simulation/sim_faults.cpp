#include "runtime/simulation/sim_faults.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::runtime::simulation {
namespace {

using namespace std::chrono_literals;
using Faults = transport::MemoryNetwork::Faults;

/// Largest number of events before a crash. A delay in events, not in time, lets crashes fall
/// between two events of the same time.
constexpr std::uint64_t crash_delay_max = 40;

std::string seconds_text(Duration duration) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  const std::string text =
      std::to_string(ms / 1000) + "." + std::to_string(1000 + ms % 1000).substr(1);
  return text + " s";
}

}  // namespace

SimFaults::SimFaults(SimCluster& cluster, Options options)
    : cluster_(cluster), options_(std::move(options)), rng_(Rng::stream(cluster.seed(), "faults")) {
  if (options_.hosts.empty())
    for (const auto& host : cluster.hosts()) options_.hosts.push_back(host->name());
  if (!options_.log) options_.log = [](const std::string&) {};
}

SimFaults::~SimFaults() = default;

Duration SimFaults::draw(Duration max) {
  return Duration(static_cast<Duration::rep>(rng_.below(static_cast<std::uint64_t>(max.count()))));
}

SimHost& SimFaults::draw_host() {
  return cluster_.host(options_.hosts[rng_.below(options_.hosts.size())]);
}

void SimFaults::begin() {
  if (options_.kinds.empty()) return;
  active_ = true;
  next();
}

void SimFaults::next() {
  cluster_.reactor().at(cluster_.now() + draw(options_.gap_max),
                        [this, alive = std::weak_ptr(alive_)] {
                          if (alive.expired() || !active_) return;
                          inject(options_.kinds[rng_.below(options_.kinds.size())]);
                          next();
                        });
}

void SimFaults::cease() {
  active_ = false;
  for (const auto& host : cluster_.hosts()) host->thaw();
  for (const auto& a : cluster_.hosts())
    for (const auto& b : cluster_.hosts()) cluster_.network().mend(a->name(), b->name());
}

// A third of the faults may last `last_max`, the others an eighth of it.
Duration SimFaults::heal_later(const std::function<void()>& heal) {
  const Duration time = draw(rng_.below(3) == 0 ? options_.last_max : options_.last_max / 8);
  cluster_.reactor().at(cluster_.now() + time, [heal, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) heal();
  });
  return time;
}

void SimFaults::inject(Fault fault) {
  SimHost& host = draw_host();
  const std::string word(enum_text(fault));
  ++count_;
  switch (fault) {
    case Fault::crash:
      return crash(host);
    case Fault::freeze: {
      if (!host.runs() || host.is_frozen()) return;
      host.freeze();
      const Duration time = heal_later([&host, incarnation = host.incarnation()] {
        if (host.incarnation() == incarnation) host.thaw();
      });
      return options_.log(host.name() + " freezes for " + seconds_text(time));
    }
    case Fault::clock_jump: {
      const Duration by = draw(2h) - 1h;
      host.jump_wall(by);
      return options_.log(host.name() + " sets its wall clock by " + seconds_text(by));
    }
    case Fault::lose_programs:
      host.lose_programs();
      return options_.log("the warden of " + host.name() + " dies");
    case Fault::host_loss:
      return lose_machine(host);
    default: {
      SimHost& other = draw_host();
      if (&other != &host) disturb_network(fault, host.name(), other.name());
    }
  }
}

void SimFaults::crash(SimHost& host) {
  if (!host.runs()) return;
  const Duration programs_outlive = rng_.below(4) == 0 ? draw(2s) : draw(50ms);
  cluster_.after_events(
      rng_.below(crash_delay_max), [this, &host, programs_outlive, incarnation = host.incarnation(),
                                    alive = std::weak_ptr(alive_)] {
        if (alive.expired() || !active_ || !host.runs() || host.incarnation() != incarnation)
          return;
        options_.log(host.name() + " crashes");
        host.crash(programs_outlive);
        if (options_.on_crash) options_.on_crash(host);
      });
}

std::vector<SimHost*> SimFaults::machine_of(SimHost& host) {
  for (const auto& names : options_.machines) {
    if (std::ranges::find(names, host.name()) == names.end()) continue;
    std::vector<SimHost*> hosts;
    for (const std::string& name : names) hosts.push_back(&cluster_.host(name));
    return hosts;
  }
  return {&host};
}

void SimFaults::lose_machine(SimHost& host) {
  cluster_.after_events(rng_.below(crash_delay_max),
                        [this, machine = machine_of(host), alive = std::weak_ptr(alive_)] {
                          if (alive.expired() || !active_) return;
                          if (options_.on_host_loss) options_.on_host_loss(machine);
                          for (SimHost* lost : machine) {
                            const bool ran = lost->runs();
                            options_.log(lost->name() + " loses its power");
                            lost->lose_power();
                            if (ran && options_.on_crash) options_.on_crash(*lost);
                          }
                        });
}

void SimFaults::disturb_network(Fault fault, const std::string& a, const std::string& b) {
  auto& network = cluster_.network();
  std::string what;
  if (fault == Fault::cut) {
    network.cut(a, b);
    what = " are cut off from each other";
  } else if (fault == Fault::half_open) {
    network.cut_one_way(a, b);
    what = ": nothing passes from the first to the second";
  } else if (fault == Fault::slow) {
    const Faults slow{.delay_min = 100ms, .delay_max = 100ms + draw(2s)};
    network.set(a, b, slow);
    network.set(b, a, slow);
    what = ": up to " + seconds_text(slow.delay_max) + " per frame";
  } else {
    const Faults lossy{.loss = 0.3 * rng_.uniform(),
                       .duplication = 0.2 * rng_.uniform(),
                       .delay_max = 1ms + draw(100ms),
                       .reorders = true};
    network.set(a, b, lossy);
    network.set(b, a, lossy);
    what = ": frames are lost, repeated and reordered";
  }
  const Duration time = heal_later([&network, a, b] { network.mend(a, b); });
  options_.log(a + " and " + b + what + ", for " + seconds_text(time));
}

}  // namespace troupe::runtime::simulation
