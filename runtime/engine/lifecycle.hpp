#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/cell/cell.hpp"
#include "runtime/cell/cell_table.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/engine/registry.hpp"
#include "runtime/engine/relations.hpp"
#include "runtime/engine/router.hpp"
#include "runtime/engine/thread_waiter.hpp"
#include "runtime/engine/timers.hpp"

namespace troupe::runtime {

class Engine;

/// The life of the actors of a node: starts them, runs their handlers, restarts and ends them.
///
///     vacant      -- start --------------------------> alive
///     alive       -- stop; its code throws ----------> ending
///     alive       -- its code throws, supervised ----> restarting
///     restarting  -- stop ---------------------------> ending
///     restarting  -- its children are gone ----------> alive, as a new object
///     ending      -- its children are gone ----------> vacant
///
/// An actor that ends or restarts first stops its children and waits until they are gone.
///
/// Protocol: all that concerns one actor happens on the thread of its cell's dispatcher, except
/// `add` and the counter. Whoever takes the counter to zero notifies under `quiet_mutex_`, which
/// also guards `unfinished_`.
class Lifecycle {
 public:
  /// The parts of the engine that the lifecycle uses. All outlive it.
  struct Parts {
    CellTable& cells;
    Router& router;
    Registry& registry;
    Timers& timers;
    Monitors& monitors;
    const Clock& clock;
  };

  /// `engine` is only passed on to the contexts of handlers.
  Lifecycle(Engine& engine, const Parts& parts)
      : engine_(engine),
        cells_(parts.cells),
        router_(parts.router),
        registry_(parts.registry),
        timers_(parts.timers),
        monitors_(parts.monitors),
        clock_(parts.clock),
        children_(parts.cells) {}
  Lifecycle(const Lifecycle&) = delete;
  Lifecycle& operator=(const Lifecycle&) = delete;

  // --- Any thread.

  /// Sends `init` to a vacant cell, which becomes an actor. With a parent: to be called on the
  /// parent's thread.
  Address add(Cell& cell, ActorInit init, Cell* parent);
  /// Number of actors that exist.
  [[nodiscard]] std::size_t live() const { return live_.load(std::memory_order_acquire); }
  /// For a plain thread: waits until no actor exists, or until `until`.
  void wait_until_quiet(const ThreadWaiter& waiter, Instant until);

  // --- The thread of the cell.

  /// Handles at most `budget` messages. True if the mailbox may hold more.
  [[nodiscard]] bool run(Cell& cell, std::size_t budget);

  // --- After the dispatchers have stopped.

  /// Descriptions (type, name, address) of the actors that did not stop by themselves. Clears them.
  [[nodiscard]] std::vector<std::string> take_unfinished();

 private:
  void handle(Cell& cell, Envelope::Ptr envelope);
  void handle_stop_root(Cell& cell);
  void handle_alive(Cell& cell, Envelope::Ptr envelope);
  void deliver(Cell& cell, Envelope& envelope, NodeId sender);
  void deliver_packed(Cell& cell, Envelope& envelope);
  void refuse(const Envelope& envelope, ErrorKind kind, std::string why);

  void install(Cell& cell, ActorInit& init);
  void start(Cell& cell);
  void on_child_ended(Cell& parent, const ChildEnded& ended);
  void end(Cell& cell, Cause cause, std::string reason);
  void stop_children(Cell& cell);
  void finish(Cell& cell);
  void finalize(Cell& cell);
  void restart(Cell& cell);
  void release(Cell& cell);
  void note_unfinished(const Cell& cell);

  Engine& engine_;
  CellTable& cells_;
  Router& router_;
  Registry& registry_;
  Timers& timers_;
  Monitors& monitors_;
  const Clock& clock_;
  Children children_;

  std::atomic<std::size_t> live_{0};
  std::mutex quiet_mutex_;
  std::condition_variable quiet_;
  std::vector<std::string> unfinished_;
};

}  // namespace troupe::runtime
