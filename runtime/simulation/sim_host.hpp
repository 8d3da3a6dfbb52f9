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
#include "runtime/simulation/host_clock.hpp"
#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/sim_reaper.hpp"
#include "runtime/simulation/sim_thread.hpp"
#include "transport/link_options.hpp"
#include "transport/memory_wire.hpp"

namespace troupe::runtime::simulation {

class SimCluster;

/// What a process has not dealt with yet: what its memory grows with.
struct Backlog {
  std::size_t messages = 0;   ///< In the mailboxes of its actors.
  std::size_t suspended = 0;  ///< Handlers that wait for an answer.
  std::size_t bytes = 0;      ///< For other nodes: not sent, or not confirmed.
  friend bool operator==(const Backlog&, const Backlog&) = default;
};

/// A host of a simulated cluster and the one process that it runs, if it does: a node, whose actors
/// and io thread are stepped by the cluster, and a main thread that may block as it likes. Each
/// start of the process is a node of its own.
///
/// What does something to a process (crash, freeze, ...) is called between two events of it: by
/// the test, or by a callback of the cluster's reactor; never by the process itself.
class SimHost final {
 public:
  /// What the process does, as `main` would: it spawns, listens or joins, waits. When it returns,
  /// the process is gone.
  using Main = std::function<void(SimHost& host)>;
  /// Puts something between a node and its wire.
  using WrapWire =
      std::function<std::unique_ptr<transport::Wire>(std::unique_ptr<transport::Wire>)>;

  SimHost(SimCluster& cluster, std::string name, std::uint64_t seed);
  ~SimHost();
  SimHost(const SimHost&) = delete;
  SimHost& operator=(const SimHost&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  // How its processes are made; counts from the next start on.
  std::string node_name;  ///< The host's, unless this says otherwise.
  Resources resources;
  transport::LinkOptions links;
  WrapWire wrap_wire;
  ScriptedProcesses::Author author;  ///< Of the programs that are started through `processes`.
  std::function<void()> on_exit;     ///< Main has returned, and the process is gone.

  void start(Main main);
  [[nodiscard]] bool runs() const { return process_ != nullptr; }
  /// How many processes were started here.
  [[nodiscard]] std::uint64_t incarnation() const { return incarnation_; }

  /// As `kill -9`: nothing more happens in the process, and what it had not sent is lost. Its
  /// programs are killed by their reaper, at most so long after.
  void crash(Duration programs_outlive = std::chrono::milliseconds(20));
  /// As SIGSTOP: time passes, the process does nothing. Its programs go on.
  void freeze() { frozen_ = true; }
  void thaw() { frozen_ = false; }
  [[nodiscard]] bool is_frozen() const { return frozen_; }
  /// Somebody sets the wall clock.
  void jump_wall(Duration by) { clock_.jump_wall(by); }
  /// Its reaper dies, and every program with it.
  void lose_programs();
  /// Whether a program of this or an earlier process is left.
  [[nodiscard]] bool runs_programs() const;

  // Of the process that runs.

  [[nodiscard]] Node& node();
  [[nodiscard]] SimReactor& reactor();
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] SimReaper& processes();
  /// Called by main: waits until `done()`, at most for so long.
  void wait(const std::function<bool()>& done, Duration limit);
  /// Called by a handler that waits for a disk: all actors of the process wait with it.
  void block_actors(Duration time);
  [[nodiscard]] Backlog backlog() const;

 private:
  friend class SimCluster;
  struct Process;

  /// What can happen next, chosen among by the cluster.
  enum class Part { actors, reactor, main };
  void add_due(std::vector<std::pair<SimHost*, Part>>& due);
  void step(Part part);
  void run(Part part);
  void set_world(Instant now) { clock_.set_world(now); }
  /// In the world's time; never if nothing will.
  [[nodiscard]] Instant next_event() const;
  [[nodiscard]] Environment environment(Process& process);
  void bury(Duration programs_outlive);

  SimCluster& cluster_;
  const std::string name_;
  const std::uint64_t seed_;
  Rng rng_;  ///< The order in which actors run.
  HostClock clock_;
  std::uint64_t incarnation_ = 0;
  bool frozen_ = false;
  bool stepping_ = false;
  std::unique_ptr<Process> process_;
  std::vector<std::unique_ptr<SimReaper>> orphaned_;
};

}  // namespace troupe::runtime::simulation
