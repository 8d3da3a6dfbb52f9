#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/rng.hpp"
#include "runtime/simulation/sim_cluster.hpp"

namespace troupe::runtime::simulation {

/// A kind of fault of a cluster.
enum class Fault {
  crash,          ///< SIGKILL to a process.
  freeze,         ///< A process is stopped for a while.
  cut,            ///< No frame passes between two hosts for a while.
  half_open,      ///< The same in one direction.
  lossy,          ///< Frames between two hosts are lost, repeated and reordered.
  slow,           ///< Frames between two hosts are delayed by up to 2.1 s.
  clock_jump,     ///< A wall clock is set forwards or backwards by up to 1 h.
  lose_programs,  ///< A reaper dies with its programs.
  host_loss,      ///< A machine loses its power: all of its processes and programs at once.
};
constexpr std::array<std::string_view, 9> enum_names(Fault) {
  return {"crash", "freeze",     "cut",           "half_open", "lossy",
          "slow",  "clock_jump", "lose_programs", "host_loss"};
}

/// Injects faults into a cluster, at times that are drawn from the seed of the cluster. Faults may
/// overlap. Each fault heals itself after a while, but a killed process is started again only by
/// `on_crash`.
class SimFaults final {
 public:
  struct Options {
    std::vector<Fault> kinds;
    std::vector<std::string> hosts;               ///< The hosts with faults; empty: all.
    Duration gap_max = std::chrono::seconds(3);   ///< Largest time between two faults.
    Duration last_max = std::chrono::seconds(8);  ///< Largest duration of a fault.
    std::function<void(SimHost&)> on_crash;
    /// Names of hosts that are processes of one machine. Each other host is a machine of its own.
    std::vector<std::vector<std::string>> machines{};
    /// Called before a machine loses its power; `on_crash` follows for each process that it had.
    std::function<void(const std::vector<SimHost*>&)> on_host_loss{};
    std::function<void(const std::string&)> log;  ///< Gets a sentence for each fault.
  };

  /// `cluster` must outlive the faults.
  SimFaults(SimCluster& cluster, Options options);
  ~SimFaults();
  SimFaults(const SimFaults&) = delete;
  SimFaults& operator=(const SimFaults&) = delete;

  void begin();
  /// Stops new faults and heals the present ones.
  void cease();
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  void next();
  void inject(Fault fault);
  void crash(SimHost& host);
  void lose_machine(SimHost& host);
  [[nodiscard]] std::vector<SimHost*> machine_of(SimHost& host);
  void disturb_network(Fault fault, const std::string& a, const std::string& b);
  /// Draws a duration, schedules `heal` after it, and returns it.
  Duration heal_later(const std::function<void()>& heal);
  [[nodiscard]] SimHost& draw_host();
  [[nodiscard]] Duration draw(Duration max);

  SimCluster& cluster_;
  Options options_;
  Rng rng_;
  bool active_ = false;
  std::uint64_t count_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace troupe::runtime::simulation
