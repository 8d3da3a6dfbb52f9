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

/// What may happen to a cluster.
enum class Fault {
  crash,          ///< A process is killed.
  freeze,         ///< A process stands still for a while.
  cut,            ///< Nothing passes between two hosts for a while.
  half_open,      ///< The same in one direction.
  lossy,          ///< Frames between two hosts are lost, repeated and overtake each other.
  slow,           ///< Frames between two hosts take long.
  clock_jump,     ///< A wall clock is set, forwards or backwards.
  lose_programs,  ///< A reaper dies.
};
constexpr std::array<std::string_view, 8> enum_names(Fault) {
  return {"crash", "freeze", "cut", "half_open", "lossy", "slow", "clock_jump", "lose_programs"};
}

/// Troubles a cluster by its seed: one fault after another at moments of its own choosing, several
/// at a time, until it is told to cease. Each passes by itself; only processes that were killed
/// stay away until somebody starts them (see `on_crash`).
class SimFaults final {
 public:
  struct Options {
    std::vector<Fault> kinds;
    std::vector<std::string> hosts;               ///< All of them, if it is empty.
    Duration gap_max = std::chrono::seconds(3);   ///< From one fault to the next.
    Duration last_max = std::chrono::seconds(8);  ///< How long one lasts.
    std::function<void(SimHost&)> on_crash;
    std::function<void(const std::string&)> tell;  ///< Each fault in words, for a trace.
  };

  /// `cluster` outlives it.
  SimFaults(SimCluster& cluster, Options options);
  ~SimFaults();
  SimFaults(const SimFaults&) = delete;
  SimFaults& operator=(const SimFaults&) = delete;

  void begin();
  /// No new ones, and what lasts is over at once.
  void cease();
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  void next();
  void strike(Fault fault);
  void crash(SimHost& host);
  void trouble(Fault fault, const std::string& a, const std::string& b);
  /// Runs `heal` when the fault is over.
  Duration pass(const std::function<void()>& heal);
  [[nodiscard]] SimHost& any_host();
  [[nodiscard]] Duration any(Duration max);

  SimCluster& cluster_;
  Options options_;
  Rng rng_;
  bool active_ = false;
  std::uint64_t count_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace troupe::runtime::simulation
