#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/core/rng.hpp"
#include "runtime/dispatch/step_dispatcher.hpp"
#include "runtime/node.hpp"
#include "runtime/resources.hpp"
#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/sim_reaper.hpp"
#include "runtime/simulation/sim_thread.hpp"
#include "runtime/simulation/virtual_clock.hpp"
#include "transport/link_options.hpp"
#include "transport/memory_wire.hpp"

namespace troupe::runtime::simulation {

class SimCluster;

/// The unfinished work of a process, which takes up its memory.
struct Backlog {
  std::size_t messages = 0;   ///< In the mailboxes of its actors.
  std::size_t suspended = 0;  ///< Handlers that wait for a reply.
  std::size_t bytes = 0;      ///< For other nodes: unsent or unacknowledged.
  friend bool operator==(const Backlog&, const Backlog&) = default;
};

/// A host of a simulated cluster, which runs one process or none. The process has a node, whose
/// actors and io thread the cluster steps, and a main thread that may block. Each start makes a new
/// node.
///
/// Calls that act on the process (crash, freeze, ...) are made between two of its events: by the
/// test or by a callback of the cluster's reactor, never by the process itself.
class SimHost final {
 public:
  /// The main function of the process. The process ends when it returns.
  using Main = std::function<void(SimHost& host)>;
  /// Wraps the wire of a node, so that a test can disturb it.
  using WrapWire =
      std::function<std::unique_ptr<transport::Wire>(std::unique_ptr<transport::Wire>)>;

  SimHost(SimCluster& cluster, std::string name, std::uint64_t seed);
  ~SimHost();
  SimHost(const SimHost&) = delete;
  SimHost& operator=(const SimHost&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  // Options of its processes; a change takes effect at the next start.
  std::string node_name;  ///< The name of the host, unless it is changed.
  Resources resources;
  transport::LinkOptions links;
  WrapWire wrap_wire;
  ScriptedProcesses::Author author;  ///< Makes the scripts of the programs of `processes`.
  std::function<void()> on_exit;  ///< Called after the process has ended because main has returned.

  void start(Main main);
  [[nodiscard]] bool runs() const { return process_ != nullptr; }
  /// Number of processes that were started on this host.
  [[nodiscard]] std::uint64_t incarnation() const { return incarnation_; }

  /// Kills the process as SIGKILL does: unsent messages are lost. Its reaper kills the programs
  /// after `programs_outlive`.
  void crash(Duration programs_outlive = std::chrono::milliseconds(20));
  /// Ends the process, its reaper and all programs of this host in one instant, as a loss of power
  /// does.
  void lose_power();
  /// Stops the process as SIGSTOP does. Its programs run on.
  void freeze() { frozen_ = true; }
  void thaw() { frozen_ = false; }
  [[nodiscard]] bool is_frozen() const { return frozen_; }
  /// Sets the wall clock forwards or backwards.
  void jump_wall(Duration by) { clock_.jump_wall(by); }
  /// Kills the reaper of the process with all programs.
  void lose_programs();
  /// Whether a program of this process or of an earlier one is running.
  [[nodiscard]] bool runs_programs() const;

  // Parts of the running process.

  [[nodiscard]] Node& node();
  [[nodiscard]] SimReactor& reactor();
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] SimReaper& processes();
  /// Called by main: waits until `done()`, at most for `limit`.
  void wait(const std::function<bool()>& done, Duration limit);
  /// Called by a handler that waits for a disk: blocks all actors of the process for `time`.
  void block_actors(Duration time);
  [[nodiscard]] Backlog backlog() const;
  /// Checks invariants of the running process that are too expensive for each call of the product.
  void check_invariants() const;

 private:
  friend class SimCluster;
  struct Process;

  /// The parts that the cluster steps.
  enum class Part { actors, reactor, main };
  void add_due(std::vector<std::pair<SimHost*, Part>>& due);
  void step(Part part);
  void run(Part part);
  void set_world(Instant now) { clock_.set_world(now); }
  /// The time of the next event on the clock of the world; never, if there is none.
  [[nodiscard]] Instant next_event() const;
  [[nodiscard]] Environment environment(Process& process);
  void finalize(Duration programs_outlive);

  SimCluster& cluster_;
  const std::string name_;
  const std::uint64_t seed_;
  Rng rng_;  ///< Draws the order of the actors.
  HostClock clock_;
  std::uint64_t incarnation_ = 0;
  bool frozen_ = false;
  bool stepping_ = false;
  std::unique_ptr<Process> process_;
  std::vector<std::unique_ptr<SimReaper>> orphaned_;  ///< Reapers of earlier processes.
};

}  // namespace troupe::runtime::simulation
