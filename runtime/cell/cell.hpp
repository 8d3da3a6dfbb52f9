#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/cell/behaviour.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/cell/mailbox.hpp"
#include "runtime/spawn_options.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::runtime {

/// Who is told when an actor is gone: the actor `watcher`, or the sender of the question `ask`.
struct Watch {
  Address watcher;
  CorrelationId ask;
  friend bool operator==(const Watch&, const Watch&) = default;
};

/// Payload of the message from a child that has ended to its parent.
struct ChildEnded {
  std::uint32_t index;  ///< Index of the child's cell, which the parent gives back.
  std::uint32_t generation;
  Cause cause;
  std::string reason;
};

/// Restarts of a supervised child.
struct Supervision {
  RestartPolicy policy;
  std::function<void*()> make;    ///< Creates the actor again.
  std::vector<Instant> restarts;  ///< Times of the restarts within the policy's time.
  std::uint32_t count = 0;        ///< Number of all restarts.

  /// Whether the policy allows another restart at `now`. Forgets restarts that are too old to
  /// count.
  [[nodiscard]] bool allows_restart(Instant now) {
    std::erase_if(restarts, [&](Instant restart) { return now - restart > policy.within; });
    return restarts.size() < policy.restarts_max;
  }
};

/// State that few actors have. Belongs to the thread of the cell's dispatcher.
struct ColdState {
  std::vector<Watch> watchers;
  std::set<Address> watching;      ///< Actors that this one monitors.
  std::set<std::uint64_t> timers;  ///< Timers that were neither delivered nor cancelled.
  std::string name;                ///< Name in the node's registry; empty if none.
  std::optional<Supervision> supervision;
  std::vector<Envelope::Ptr> kept;  ///< Messages that arrived during a restart.
  bool stopping_called = false;     ///< `stopping` of the actor has been called.
  Cause cause = Cause::stopped;     ///< Why the actor ends.
  std::string reason;
};

/// The place of one actor at a time. Cells are never freed: a pointer to a cell stays valid, and a
/// late message finds another generation instead of freed memory.
///
/// Protocol: `mailbox` and `generation` are for every thread. For senders `generation` is a hint;
/// the dispatcher's thread compares it again. `index` and `dispatcher` never change once the cell
/// is in use. `parent` and the sibling links belong to the parent's thread and keep their values
/// until the parent has handled the ChildEnded of this actor. The rest belongs to the thread of the
/// cell's dispatcher; whoever spawns an actor sends its state in the first message.
struct Cell {
  enum class Phase : std::uint8_t {
    vacant,      ///< No actor; messages are dropped.
    alive,       ///< Messages are handled.
    ending,      ///< Waits until its children are gone; messages are dropped.
    restarting,  ///< Waits until its children are gone; messages are kept.
  };

  Mailbox mailbox;
  Cell* ready_next = nullptr;  ///< Next cell in the dispatcher's run queue.
  void* actor = nullptr;
  const Behaviour* behaviour = nullptr;
  std::unique_ptr<ColdState> cold;  ///< Null for most actors.
  std::atomic<std::uint32_t> generation{0};
  std::uint32_t index = 0;

  std::uint32_t parent = 0;  ///< Index of the parent's cell; 0: none. The parent ends later.
  std::uint32_t first_child = 0;
  std::uint32_t next_sibling = 0;
  std::uint32_t previous_sibling = 0;

  std::uint8_t dispatcher = 0;  ///< Index of the dispatcher that runs the actor.
  Phase phase = Phase::vacant;

  [[nodiscard]] ColdState& make_cold() {
    if (!cold) cold = std::make_unique<ColdState>();
    return *cold;
  }
};
static_assert(sizeof(Cell) <= 128, "an idle actor costs at most 128 bytes beyond its own state");

/// A new actor on its way to its cell, in the first message to the cell. Destroys the actor if it
/// never arrives.
class ActorInit {
 public:
  ActorInit(const Behaviour& behaviour, void* actor) : behaviour_(&behaviour), actor_(actor) {}
  ActorInit(ActorInit&& other) noexcept
      : cold(std::move(other.cold)),
        behaviour_(other.behaviour_),
        actor_(std::exchange(other.actor_, nullptr)) {}
  ActorInit& operator=(ActorInit&&) = delete;
  ~ActorInit() {
    if (actor_ != nullptr) behaviour_->destroy(actor_);
  }

  [[nodiscard]] const Behaviour& behaviour() const { return *behaviour_; }
  /// Passes ownership of the actor to the caller.
  [[nodiscard]] void* take() { return std::exchange(actor_, nullptr); }
  [[nodiscard]] ColdState& make_cold() {
    if (!cold) cold = std::make_unique<ColdState>();
    return *cold;
  }

  std::unique_ptr<ColdState> cold;

 private:
  const Behaviour* behaviour_;
  void* actor_;
};

}  // namespace troupe::runtime
