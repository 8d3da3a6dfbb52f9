#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/cell/actor_init.hpp"
#include "runtime/cell/cell_table.hpp"
#include "runtime/core/result.hpp"
#include "runtime/engine/outside_asks.hpp"
#include "runtime/engine/registry.hpp"
#include "runtime/engine/timers.hpp"
#include "runtime/environment.hpp"
#include "runtime/home.hpp"
#include "runtime/remote/peers.hpp"
#include "runtime/resources.hpp"

namespace troupe::runtime {

/// The actors of one node: delivers, runs, ends and restarts them. Knows no actor's type; Context
/// and Node put the types on.
///
/// Protocol: `send`, `answer`, `spawn` and the names are for any thread. All that concerns one
/// actor (run and everything below it) happens on the thread of its cell's home. Actors are counted
/// in `live_`; whoever takes it to zero notifies under `quiet_mutex_`.
class Engine {
 public:
  Engine(NodeId id, std::string name, Resources resources, Environment environment);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] NodeId id() const { return id_; }
  [[nodiscard]] const Clock& clock() const { return *environment_.clock; }
  [[nodiscard]] Reactor& reactor() const { return *environment_.reactor; }
  [[nodiscard]] Instant now() const { return environment_.clock->now(); }
  /// Now and `duration` more, at most the end of time.
  [[nodiscard]] Instant after(Duration duration) const;
  [[nodiscard]] Dispatcher& dispatcher(const Cell& cell) {
    return *environment_.dispatchers[cell.home];
  }
  [[nodiscard]] Address address(const Cell& cell) const;
  [[nodiscard]] Timers& timers() { return timers_; }
  [[nodiscard]] Peers& peers() { return peers_; }

  /// Gives the envelope to the actor. One that is gone does not get it: a question is answered so.
  /// `expires`: when the asker of a question gives up.
  void send(Address to, Envelope::Ptr envelope, Instant expires = Instant::never());
  /// Gives an answer to whoever waits under its `ask`.
  void answer(Envelope::Ptr answer);
  void answer_error(CorrelationId ask, ErrorKind kind, std::string what);

  /// An id for who is no actor: `callback` gets the answer, once, on any thread.
  [[nodiscard]] CorrelationId open_outside_ask(OutsideAsks::Callback callback) {
    return outside_.open(std::move(callback));
  }
  void tell_watcher(const Watch& watch, const Down& down);
  void count_dead_letter() { dead_letters_.fetch_add(1, std::memory_order_relaxed); }

  /// With a parent: on the parent's thread. Without one it belongs to the node.
  Address spawn(ActorInit init, Cell* parent, Home home = Home::any);
  [[nodiscard]] bool is_alive(Address actor) const;
  /// The actor of that name, or the one that `make` returns. Refused if it is of another type.
  Result<Address> get_or_spawn(const std::string& name, const Behaviour& behaviour,
                               const std::function<void*()>& make);
  /// The actor of that name, if it handles all of these.
  [[nodiscard]] Result<Address> find_named(const std::string& name,
                                           std::span<const MessageType* const> accepted) const;
  /// The same, of messages known by their wire names.
  [[nodiscard]] Result<Address> find_named(const std::string& name,
                                           const std::vector<std::string>& accepted) const;
  /// Who gets what is sent to reception_of(this node).
  void set_receptionist(Address actor) {
    receptionist_.store(actor.actor, std::memory_order_release);
  }

  /// For a plain thread: asks and waits. The answer is of kind reply or error.
  [[nodiscard]] Result<Envelope::Ptr> ask_and_wait(Address to, Envelope::Ptr question,
                                                   Duration deadline);
  /// For a plain thread: waits until the actor is gone. The answer holds a Down.
  [[nodiscard]] Result<Envelope::Ptr> watch_and_wait(Address actor, Duration deadline);

  /// For a plain thread: waits until the node has less to send to that one.
  void wait_for_room(NodeId node, Lane lane);
  /// For a plain thread.
  [[nodiscard]] Result<std::string> listen(const std::string& address);
  [[nodiscard]] Result<NodeId> join(const std::string& address, Duration deadline);

  /// Stops every actor, waits until none is left or the deadline, then says goodbye to the
  /// other nodes and stops the dispatchers.
  /// Returns those that did not stop by themselves, for people: type, name, address.
  [[nodiscard]] std::vector<std::string> stop_all(Duration deadline);
  [[nodiscard]] std::size_t live() const { return live_.load(std::memory_order_acquire); }
  [[nodiscard]] std::uint64_t frames_refused() const { return peers_.frames_refused(); }
  /// Messages that found nobody, or nobody who handles them.
  [[nodiscard]] std::uint64_t dead_letters() const {
    return dead_letters_.load(std::memory_order_relaxed);
  }

  /// In mailboxes, while none of its actors runs and nobody sends: under a step dispatcher.
  [[nodiscard]] std::size_t messages_waiting() const;

  // --- On the home thread of the cell.

  [[nodiscard]] bool run(Cell& cell, std::size_t budget);
  void watch(Cell& watcher, Address actor);
  void unwatch(Cell& watcher, Address actor);

 private:
  /// Opens an id, lets `ask` use it, waits for the answer.
  [[nodiscard]] Result<Envelope::Ptr> wait_outside(Duration deadline, Address to,
                                                   const std::function<void(CorrelationId)>& ask);
  /// Until `done()`, which changes under `mutex` with a notice to `changed`, or until then.
  void block(const std::function<bool()>& done, Instant until, std::mutex& mutex,
             std::condition_variable& changed) const;

  /// Starts something on the reactor's thread and waits for its result.
  template <typename T>
  [[nodiscard]] Result<T> call_reactor(
      Instant until, const std::function<void(std::function<void(Result<T>)>)>& start);

  [[nodiscard]] std::uint8_t choose_home(const Cell* parent, Home home);
  void put(Cell& cell, Envelope::Ptr envelope);
  void drop(Address to, Envelope::Ptr envelope);
  void handle(Cell& cell, Envelope::Ptr envelope);
  void handle_alive(Cell& cell, Envelope::Ptr envelope);
  void deliver(Cell& cell, Envelope& envelope);
  void deliver_packed(Cell& cell, Envelope& envelope);
  void refuse(const Envelope& envelope, ErrorKind kind, std::string why);
  void note_unfinished(const Cell& cell);
  void settle(Cell& cell, ActorInit& init);
  void start(Cell& cell);

  void link_child(Cell& parent, Cell& child);
  void unlink_child(Cell& parent, Cell& child);
  void on_child_ended(Cell& parent, const ChildEnded& ended);
  void end(Cell& cell, Cause cause, std::string reason);
  [[nodiscard]] bool may_restart(Cell& cell);
  void stop_children(Cell& cell);
  void finish(Cell& cell);
  void bury(Cell& cell);
  void let_go(Cell& cell);
  void restart(Cell& cell);
  void vacate(Cell& cell);

  NodeId id_;
  Environment environment_;
  CellTable cells_;
  Registry registry_;
  OutsideAsks outside_;
  Timers timers_;
  Peers peers_;
  std::atomic<std::uint64_t> receptionist_{0};
  std::atomic<std::uint32_t> next_home_{0};
  std::atomic<std::size_t> live_{0};
  std::atomic<std::uint64_t> dead_letters_{0};
  std::atomic<bool> stopping_{false};
  std::mutex quiet_mutex_;
  std::condition_variable quiet_;
  std::vector<std::string> unfinished_;  ///< Under `quiet_mutex_`.
};

}  // namespace troupe::runtime
