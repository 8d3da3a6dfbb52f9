#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/cell/cell_table.hpp"
#include "runtime/core/result.hpp"
#include "runtime/engine/lifecycle.hpp"
#include "runtime/engine/registry.hpp"
#include "runtime/engine/relations.hpp"
#include "runtime/engine/router.hpp"
#include "runtime/engine/thread_waiter.hpp"
#include "runtime/engine/timers.hpp"
#include "runtime/environment.hpp"
#include "runtime/remote/peers.hpp"
#include "runtime/resources.hpp"
#include "runtime/spawn_options.hpp"

namespace troupe::runtime {

/// The parts of a running node, and what involves several of them: spawning, waiting, stopping.
/// Knows no actor's type; Context and Node add the types.
class Engine {
 public:
  Engine(NodeId id, std::string name, Resources resources, Environment environment);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] NodeId id() const { return router_.id(); }
  [[nodiscard]] const Clock& clock() const { return *environment_.clock; }
  [[nodiscard]] Reactor& reactor() const { return *environment_.reactor; }
  /// Now plus `duration`, at most Instant::never().
  [[nodiscard]] Instant after(Duration duration) const;

  [[nodiscard]] Router& router() { return router_; }
  [[nodiscard]] Registry& registry() { return registry_; }
  [[nodiscard]] Timers& timers() { return timers_; }
  [[nodiscard]] Monitors& monitors() { return monitors_; }
  [[nodiscard]] Peers& peers() { return peers_; }
  [[nodiscard]] const Lifecycle& lifecycle() const { return lifecycle_; }

  // --- Any thread.

  /// With a parent: to be called on the parent's thread. Without one the actor belongs to the node.
  Address spawn(ActorInit init, Cell* parent, Placement placement = Placement::any);
  /// The actor of that name, or the one that `make` returns: see Registry.
  Result<Address> get_or_spawn(const std::string& name, const Behaviour& behaviour,
                               const std::function<void*()>& make);

  // --- Plain threads: these functions block.

  /// The answer is of kind reply or error.
  [[nodiscard]] Result<Envelope::Ptr> ask_and_wait(Address to, Envelope::Ptr question,
                                                   Duration deadline);
  /// Waits until the actor is gone. The answer holds a Down.
  [[nodiscard]] Result<Envelope::Ptr> watch_and_wait(Address actor, Duration deadline);
  /// Waits while that channel to the node is above its high-water mark.
  void wait_until_writable(NodeId node, Channel channel);
  [[nodiscard]] Result<std::string> listen(const std::string& address);
  [[nodiscard]] Result<NodeId> join(const std::string& address, Duration deadline);
  /// Stops every actor, waits until none is left or the deadline has passed, then closes the links
  /// and stops the dispatchers. Returns descriptions of the actors that did not stop: type, name,
  /// address.
  [[nodiscard]] std::vector<std::string> stop_all(Duration deadline);

  /// Messages in mailboxes. To be called while no actor runs and nobody sends (simulations).
  [[nodiscard]] std::size_t messages_waiting() const;

 private:
  /// Opens a correlation id, calls `ask` with it and waits for the answer.
  [[nodiscard]] Result<Envelope::Ptr> wait_for_answer(
      Duration deadline, Address to, const std::function<void(CorrelationId)>& ask);
  /// Calls `start(finish)` on the reactor's thread and waits until `finish` is called.
  template <typename T>
  [[nodiscard]] Result<T> call_reactor(
      const std::function<void(std::function<void(Result<T>)>)>& start);
  /// A vacant cell of a dispatcher that suits the placement; null if no cell is left.
  [[nodiscard]] Cell* take_cell(const Cell* parent, Placement placement);

  Environment environment_;
  CellTable cells_;
  Router router_;
  Registry registry_;
  Timers timers_;
  Monitors monitors_;
  Lifecycle lifecycle_;
  ThreadWaiter waiter_;
  Peers peers_;
  std::atomic<std::uint32_t> next_dispatcher_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace troupe::runtime
