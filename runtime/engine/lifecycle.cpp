#include "runtime/engine/lifecycle.hpp"

#include <cstdlib>
#include <exception>
#include <optional>
#include <typeinfo>
#include <utility>

#include <cxxabi.h>

#include "runtime/context.hpp"
#include "runtime/core/check.hpp"

namespace troupe::runtime {
namespace {

using Kind = Envelope::Kind;
using Phase = Cell::Phase;

/// How code of an actor ended, if not by a return.
struct Thrown {
  Cause cause;
  std::string what;
  bool unwound = false;  ///< The dispatcher stopped while the code awaited an answer.
};

/// Runs code of an actor. This is the only place where exceptions of actors are caught.
template <typename Code>
std::optional<Thrown> run_code(Code code) {
  try {
    code();
    return std::nullopt;
  } catch (const Unwound&) {
    return Thrown{Cause::stopped, "the node stopped while it waited for an answer", true};
  } catch (const std::exception& thrown) {
    return Thrown{Cause::failed, thrown.what()};
  } catch (...) {
    return Thrown{Cause::failed, "something was thrown that is no std::exception"};
  }
}

/// Name of a C++ type for people.
std::string readable_name(const std::type_info& type) {
  int status = 0;
  char* const readable = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string text = status == 0 ? readable : type.name();
  std::free(readable);  // NOLINT: __cxa_demangle allocates with malloc.
  return text;
}

Envelope::Ptr stop_of(std::uint32_t generation) {
  auto stop = Envelope::bare(Kind::stop);
  stop->generation = generation;
  return stop;
}

}  // namespace

Address Lifecycle::add(Cell& cell, ActorInit init, Cell* parent) {
  if (parent != nullptr) children_.link(*parent, cell);
  live_.fetch_add(1, std::memory_order_relaxed);
  const Address added = router_.address(cell);
  router_.send(added, Envelope::with(Kind::start, std::move(init)));
  return added;
}

void Lifecycle::wait_until_quiet(const ThreadWaiter& waiter, Instant until) {
  waiter.wait([this] { return live() == 0; }, until, quiet_mutex_, quiet_);
}

bool Lifecycle::run(Cell& cell, std::size_t budget) {
  for (; budget > 0; --budget) {
    Envelope::Ptr envelope = cell.mailbox.pop();
    if (envelope != nullptr)
      handle(cell, std::move(envelope));
    else if (cell.mailbox.try_become_idle())
      return false;
  }
  return !cell.mailbox.try_become_idle();
}

// --- Messages.

void Lifecycle::handle(Cell& cell, Envelope::Ptr envelope) {
  if (envelope->kind() == Kind::stop_root) return handle_stop_root(cell);
  if (envelope->kind() == Kind::start) return install(cell, envelope->payload<ActorInit>());
  const std::uint32_t generation = cell.generation.load(std::memory_order_relaxed);
  if (cell.phase == Phase::vacant || envelope->generation != generation) {
    const std::uint64_t slot = cell.index;
    const Address meant{router_.id(), (slot << 32) | envelope->generation};
    return router_.drop(meant, std::move(envelope));
  }
  switch (envelope->kind()) {
    case Kind::child_ended:
      return on_child_ended(cell, envelope->payload<ChildEnded>());
    case Kind::watch:
      return Monitors::add_watcher(cell, envelope->payload<Watch>());
    case Kind::unwatch:
      return Monitors::remove_watcher(cell, envelope->payload<Watch>());
    default:
      break;
  }
  if (cell.phase == Phase::alive) return handle_alive(cell, std::move(envelope));
  if (envelope->kind() == Kind::stop)
    cell.phase = Phase::ending;  // It is not restarted after all.
  else if (cell.phase == Phase::restarting)
    cell.cold->kept.push_back(std::move(envelope));
  else
    router_.drop(router_.address(cell), std::move(envelope));
}

/// The node stops: only actors without a parent are stopped, since they stop their children.
void Lifecycle::handle_stop_root(Cell& cell) {
  if (cell.phase == Phase::vacant || cell.parent != 0) return;
  handle(cell, stop_of(cell.generation.load(std::memory_order_relaxed)));
}

void Lifecycle::handle_alive(Cell& cell, Envelope::Ptr envelope) {
  switch (envelope->kind()) {
    case Kind::stop:
      return end(cell, Cause::stopped, {});
    case Kind::timer:
      if (!cell.cold || cell.cold->timers.erase(envelope->ask.value) == 0) return;  // Cancelled.
      envelope->ask = CorrelationId{};
      return deliver(cell, *envelope, router_.id());
    case Kind::down:
      if (!Monitors::take(cell, envelope->payload<Down>().who)) return;
      return deliver(cell, *envelope, router_.id());
    case Kind::packed:
      return deliver_packed(cell, *envelope);
    default:
      return deliver(cell, *envelope, router_.id());
  }
}

void Lifecycle::refuse(const Envelope& envelope, ErrorKind kind, std::string why) {
  router_.count_dead_letter();
  if (envelope.ask) router_.answer_error(envelope.ask, kind, std::move(why));
}

void Lifecycle::deliver_packed(Cell& cell, Envelope& envelope) {
  const Packed& packed = envelope.payload<Packed>();
  if (packed.expires < clock_.now())
    return refuse(envelope, ErrorKind::timed_out, "it came too late");
  const Handler* const handler = cell.behaviour->find_public(packed.wire_name);
  if (handler == nullptr)
    return refuse(envelope, ErrorKind::refused, "the actor does not handle " + packed.wire_name);
  const Envelope::Ptr message = Envelope::bare(Kind::message);
  if (auto unpacked = handler->type->unpack(packed.bytes, *packed.schemas, *message); !unpacked)
    return refuse(envelope, ErrorKind::bad_input, unpacked.error().what);
  message->ask = envelope.ask;
  deliver(cell, *message, packed.from);
}

void Lifecycle::deliver(Cell& cell, Envelope& envelope, NodeId sender) {
  const Handler* const handler = cell.behaviour->find(envelope.type());
  if (handler == nullptr) {
    if (envelope.kind() == Kind::down || envelope.kind() == Kind::notice) return;
    return refuse(envelope, ErrorKind::refused,
                  "the actor does not handle " + std::string(envelope.type()->wire_name));
  }
  Context self(engine_, cell, envelope.ask, sender);
  auto thrown = run_code([&] { handler->handle(cell.actor, self, envelope.payload_address()); });
  if (const CorrelationId open = self.take_question())
    router_.answer_error(open, ErrorKind::gone,
                         thrown ? "the actor failed while it answered: " + thrown->what
                                : "the actor did not answer");
  if (!thrown) return;
  if (thrown->unwound) note_unfinished(cell);
  end(cell, thrown->cause, std::move(thrown->what));
}

// --- Start and end.

void Lifecycle::install(Cell& cell, ActorInit& init) {
  check(cell.phase == Phase::vacant && cell.actor == nullptr, "an actor starts in a vacant cell");
  cell.behaviour = &init.behaviour();
  cell.actor = init.take();
  cell.cold = std::move(init.cold);
  cell.phase = Phase::alive;
  start(cell);
}

void Lifecycle::start(Cell& cell) {
  if (cell.behaviour->started == nullptr) return;
  Context self(engine_, cell, CorrelationId{}, router_.id());
  if (auto thrown = run_code([&] { cell.behaviour->started(cell.actor, self); })) {
    if (thrown->unwound) note_unfinished(cell);
    end(cell, thrown->cause, std::move(thrown->what));
  }
}

void Lifecycle::on_child_ended(Cell& parent, const ChildEnded& ended) {
  Cell& child = *cells_.find(ended.index);
  check(child.phase == Phase::vacant, "a child that has ended left its cell vacant");
  children_.unlink(parent, child);
  cells_.give_back(child);
  const std::uint64_t slot = ended.index;
  const Down down{{router_.id(), (slot << 32) | ended.generation}, ended.cause, ended.reason};
  (void)Monitors::take(parent, down.who);  // One Down, even if the parent also monitors the child.
  if (parent.phase == Phase::alive)
    deliver(parent, *Envelope::with(Kind::down, down), router_.id());
  else if (!Children::has_any(parent))
    finish(parent);
}

void Lifecycle::end(Cell& cell, Cause cause, std::string reason) {
  check(cell.phase == Phase::alive, "an actor ends once");
  ColdState& cold = cell.make_cold();
  cold.cause = cause;
  cold.reason = std::move(reason);
  const bool restarts =
      cause == Cause::failed && cold.supervision && cold.supervision->allows_restart(clock_.now());
  if (cause == Cause::failed && cold.supervision && !restarts)
    cold.reason += " (given up after " + std::to_string(cold.supervision->count) + " restarts)";
  cell.phase = restarts ? Phase::restarting : Phase::ending;
  if (!Children::has_any(cell)) return finish(cell);
  stop_children(cell);
}

void Lifecycle::stop_children(Cell& cell) {
  children_.for_each(cell, [this](Cell& child) {
    router_.put(child, stop_of(child.generation.load(std::memory_order_relaxed)));
  });
}

/// Ends an actor that has no children any more.
void Lifecycle::finish(Cell& cell) {
  check(cell.phase == Phase::ending || cell.phase == Phase::restarting,
        "only an actor that ends or restarts is finished");
  if (cell.behaviour->stopping != nullptr && !std::exchange(cell.cold->stopping_called, true)) {
    Context self(engine_, cell, CorrelationId{}, router_.id());
    const auto thrown = run_code([&] { cell.behaviour->stopping(cell.actor, self); });
    if (thrown && cell.cold->cause == Cause::stopped) {
      cell.cold->cause = thrown->cause;
      cell.cold->reason = thrown->what;
    }
    if (Children::has_any(cell)) return stop_children(cell);  // Spawned by `stopping`.
  }
  finalize(cell);
  if (cell.phase == Phase::restarting)
    restart(cell);
  else
    release(cell);
}

/// Destroys the actor, its timers and its monitors.
void Lifecycle::finalize(Cell& cell) {
  for (const std::uint64_t timer : std::exchange(cell.cold->timers, {})) timers_.cancel(timer);
  monitors_.remove_all(cell);
  void* const actor = std::exchange(cell.actor, nullptr);
  check(actor != nullptr, "an actor is destroyed once");
  (void)run_code([&] { cell.behaviour->destroy(actor); });
}

/// Creates the actor again in the same cell, and handles the messages that were kept meanwhile.
void Lifecycle::restart(Cell& cell) {
  Supervision& supervision = *cell.cold->supervision;
  if (auto thrown = run_code([&] { cell.actor = supervision.make(); })) {
    cell.cold->cause = Cause::failed;
    cell.cold->reason += " (and could not be made anew: " + thrown->what + ")";
    return release(cell);
  }
  supervision.restarts.push_back(clock_.now());
  cell.phase = Phase::alive;
  cell.cold->stopping_called = false;
  if (Cell* const parent = cells_.find(cell.parent)) {
    const Restarted restarted{router_.address(cell), std::move(cell.cold->reason),
                              ++supervision.count};
    router_.send(router_.address(*parent), Envelope::with(Kind::notice, restarted));
  }
  auto kept = std::exchange(cell.cold->kept, {});  // `start` may end the actor for good.
  start(cell);
  for (auto& envelope : kept) handle(cell, std::move(envelope));
}

/// Leaves the cell vacant for another actor, and tells the parent and the watchers.
void Lifecycle::release(Cell& cell) {
  check(cell.actor == nullptr && !Children::has_any(cell),
        "a cell is released without its actor and children");
  const Down down{router_.address(cell), cell.cold->cause, std::move(cell.cold->reason)};
  const std::unique_ptr<ColdState> cold = std::move(cell.cold);
  if (!cold->name.empty()) registry_.forget(cold->name, down.who);
  cell.phase = Phase::vacant;
  const std::uint32_t next = down.who.generation() + 1;
  cell.generation.store(next == 0 ? 1 : next, std::memory_order_release);
  for (auto& envelope : cold->kept) router_.drop(down.who, std::move(envelope));
  if (Cell* const parent = cells_.find(cell.parent)) {
    auto ended = Envelope::with(
        Kind::child_ended, ChildEnded{cell.index, down.who.generation(), down.cause, down.reason});
    ended->generation = parent->generation.load(std::memory_order_relaxed);
    router_.put(*parent, std::move(ended));
  } else {
    cells_.give_back(cell);
  }
  monitors_.notify(cold->watchers, down);  // After the parent: see on_child_ended.
  if (live_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    const std::lock_guard lock(quiet_mutex_);
    quiet_.notify_all();
  }
}

// --- Actors that did not stop in time.

void Lifecycle::note_unfinished(const Cell& cell) {
  std::string text = readable_name(*cell.behaviour->type);
  if (cell.cold && !cell.cold->name.empty()) text += " \"" + cell.cold->name + "\"";
  text += " " + to_string(router_.address(cell));
  const std::lock_guard lock(quiet_mutex_);
  unfinished_.push_back(std::move(text));
}

std::vector<std::string> Lifecycle::take_unfinished() {
  cells_.for_each([this](const Cell& cell) {
    if (cell.phase != Phase::vacant) note_unfinished(cell);
  });
  const std::lock_guard lock(quiet_mutex_);
  return std::exchange(unfinished_, {});
}

}  // namespace troupe::runtime
