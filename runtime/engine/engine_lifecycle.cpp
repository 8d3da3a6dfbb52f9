// How an actor begins, handles, fails, ends and is made anew: all on the thread of its home.

#include <algorithm>
#include <exception>
#include <utility>

#include "runtime/cell/packed.hpp"
#include "runtime/context.hpp"
#include "runtime/engine/engine.hpp"

namespace troupe::runtime {
namespace {

using Kind = Envelope::Kind;
using Phase = Cell::Phase;

/// What came out of code of an actor instead of a return.
struct Thrown {
  Cause cause;
  std::string what;
  bool unwound = false;  ///< The dispatcher stopped while the code awaited.
};

/// The handler boundary: the one place where what an actor throws is caught.
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

}  // namespace

void Engine::handle(Cell& cell, Envelope::Ptr envelope) {
  const std::uint32_t generation = cell.generation.load(std::memory_order_relaxed);
  if (envelope->kind() == Kind::stop_root) {
    if (cell.phase != Phase::vacant && cell.parent == 0)
      handle(cell, [&] {
        auto stop = Envelope::bare(Kind::stop);
        stop->generation = generation;
        return stop;
      }());
    return;
  }
  if (envelope->kind() == Kind::start) return settle(cell, envelope->payload<ActorInit>());
  if (cell.phase == Phase::vacant || envelope->generation != generation) {
    const Address meant{id_, (std::uint64_t{cell.index} << 32) | envelope->generation};
    return drop(meant, std::move(envelope));
  }
  switch (envelope->kind()) {
    case Kind::child_ended:
      return on_child_ended(cell, envelope->payload<ChildEnded>());
    case Kind::watch:
      cell.make_cold().watchers.push_back(envelope->payload<Watch>());
      return;
    case Kind::unwatch:
      if (cell.cold) std::erase(cell.cold->watchers, envelope->payload<Watch>());
      return;
    default:
      break;
  }
  if (cell.phase == Phase::alive) return handle_alive(cell, std::move(envelope));
  if (envelope->kind() == Kind::stop)
    cell.phase = Phase::ending;  // It will not be made anew after all.
  else if (cell.phase == Phase::restarting)
    cell.cold->kept.push_back(std::move(envelope));
  else
    drop(address(cell), std::move(envelope));
}

void Engine::handle_alive(Cell& cell, Envelope::Ptr envelope) {
  switch (envelope->kind()) {
    case Kind::stop:
      return end(cell, Cause::stopped, {});
    case Kind::timer:
      if (!cell.cold || cell.cold->timers.erase(envelope->ask.value) == 0) return;  // Cancelled.
      envelope->ask = CorrelationId{};
      return deliver(cell, *envelope);
    case Kind::down:
      if (!cell.cold || cell.cold->watching.erase(envelope->payload<Down>().who) == 0) return;
      return deliver(cell, *envelope);
    case Kind::packed:
      return deliver_packed(cell, *envelope);
    default:
      return deliver(cell, *envelope);
  }
}

void Engine::refuse(const Envelope& envelope, ErrorKind kind, std::string why) {
  count_dead_letter();
  if (envelope.ask) answer_error(envelope.ask, kind, std::move(why));
}

void Engine::deliver_packed(Cell& cell, Envelope& envelope) {
  const Packed& packed = envelope.payload<Packed>();
  if (packed.expires < now()) return refuse(envelope, ErrorKind::timed_out, "it came too late");
  const Handler* const handler = cell.behaviour->find_public(packed.wire_name);
  if (handler == nullptr)
    return refuse(envelope, ErrorKind::refused, "the actor does not handle " + packed.wire_name);
  const Envelope::Ptr message = Envelope::bare(Kind::message);
  if (auto unpacked = handler->type->unpack(packed.bytes, *packed.schemas, *message); !unpacked)
    return refuse(envelope, ErrorKind::bad_input, unpacked.error().what);
  message->ask = envelope.ask;
  deliver(cell, *message);
}

void Engine::settle(Cell& cell, ActorInit& init) {
  cell.behaviour = &init.behaviour();
  cell.actor = init.take();
  cell.cold = std::move(init.cold);
  cell.phase = Phase::alive;
  start(cell);
}

void Engine::start(Cell& cell) {
  if (cell.behaviour->started == nullptr) return;
  Context self(*this, cell, CorrelationId{});
  if (auto thrown = run_code([&] { cell.behaviour->started(cell.actor, self); })) {
    if (thrown->unwound) note_unfinished(cell);
    end(cell, thrown->cause, std::move(thrown->what));
  }
}

void Engine::deliver(Cell& cell, Envelope& envelope) {
  const Handler* const handler = cell.behaviour->find(envelope.type());
  if (handler == nullptr) {
    if (envelope.kind() == Kind::down || envelope.kind() == Kind::notice) return;
    return refuse(envelope, ErrorKind::refused,
                  "the actor does not handle " + std::string(envelope.type()->wire_name));
  }
  Context self(*this, cell, envelope.ask);
  auto thrown = run_code([&] { handler->handle(cell.actor, self, envelope.payload_address()); });
  if (const CorrelationId open = self.take_question())
    answer_error(open, ErrorKind::gone,
                 thrown ? "the actor failed while it answered: " + thrown->what
                        : "the actor did not answer");
  if (!thrown) return;
  if (thrown->unwound) note_unfinished(cell);
  end(cell, thrown->cause, std::move(thrown->what));
}

void Engine::link_child(Cell& parent, Cell& child) {
  child.parent = parent.index;
  child.previous_sibling = 0;
  child.next_sibling = parent.first_child;
  if (Cell* const next = cells_.find(child.next_sibling)) next->previous_sibling = child.index;
  parent.first_child = child.index;
}

void Engine::unlink_child(Cell& parent, Cell& child) {
  Cell* const previous = cells_.find(child.previous_sibling);
  Cell* const next = cells_.find(child.next_sibling);
  (previous != nullptr ? previous->next_sibling : parent.first_child) = child.next_sibling;
  if (next != nullptr) next->previous_sibling = child.previous_sibling;
  child.parent = child.next_sibling = child.previous_sibling = 0;
}

void Engine::on_child_ended(Cell& parent, const ChildEnded& ended) {
  Cell& child = *cells_.find(ended.index);
  unlink_child(parent, child);
  cells_.give_back(child);
  const std::uint64_t slot = ended.index;
  const Down down{{id_, (slot << 32) | ended.generation}, ended.cause, ended.reason};
  if (parent.cold) parent.cold->watching.erase(down.who);  // Told once, also if it is monitored.
  if (parent.phase == Phase::alive)
    deliver(parent, *Envelope::with(Kind::down, down));
  else if (parent.first_child == 0)
    finish(parent);
}

void Engine::end(Cell& cell, Cause cause, std::string reason) {
  ColdState& cold = cell.make_cold();
  cold.cause = cause;
  cold.reason = std::move(reason);
  cell.phase = cause == Cause::failed && may_restart(cell) ? Phase::restarting : Phase::ending;
  if (cell.first_child == 0) return finish(cell);
  stop_children(cell);
}

bool Engine::may_restart(Cell& cell) {
  if (!cell.cold->supervision) return false;
  Supervision& supervision = *cell.cold->supervision;
  std::erase_if(supervision.restarts,
                [&](Instant restart) { return now() - restart > supervision.policy.within; });
  if (supervision.restarts.size() < supervision.policy.restarts_max) return true;
  cell.cold->reason += " (given up after " + std::to_string(supervision.count) + " restarts)";
  return false;
}

void Engine::stop_children(Cell& cell) {
  for (Cell* child = cells_.find(cell.first_child); child != nullptr;
       child = cells_.find(child->next_sibling)) {
    auto stop = Envelope::bare(Kind::stop);
    stop->generation = child->generation.load(std::memory_order_relaxed);
    put(*child, std::move(stop));
  }
}

void Engine::finish(Cell& cell) {
  if (cell.behaviour->stopping != nullptr && !std::exchange(cell.cold->said_goodbye, true)) {
    Context self(*this, cell, CorrelationId{});
    const auto thrown = run_code([&] { cell.behaviour->stopping(cell.actor, self); });
    if (thrown && cell.cold->cause == Cause::stopped) {
      cell.cold->cause = thrown->cause;
      cell.cold->reason = thrown->what;
    }
    if (cell.first_child != 0) return stop_children(cell);  // Born while it said goodbye.
  }
  bury(cell);
  if (cell.phase == Phase::restarting)
    restart(cell);
  else
    vacate(cell);
}

/// The actor's state goes, and with it what it wanted to be told.
void Engine::bury(Cell& cell) {
  ColdState& cold = *cell.cold;
  for (const std::uint64_t timer : std::exchange(cold.timers, {})) timers_.cancel(timer);
  for (const Address& actor : std::exchange(cold.watching, {}))
    send(actor, Envelope::with(Kind::unwatch, Watch{address(cell), CorrelationId{}}));
  void* const actor = std::exchange(cell.actor, nullptr);
  (void)run_code([&] { cell.behaviour->destroy(actor); });
}

void Engine::restart(Cell& cell) {
  Supervision& supervision = *cell.cold->supervision;
  if (auto thrown = run_code([&] { cell.actor = supervision.make(); })) {
    cell.cold->cause = Cause::failed;
    cell.cold->reason += " (and could not be made anew: " + thrown->what + ")";
    return vacate(cell);
  }
  supervision.restarts.push_back(now());
  cell.phase = Phase::alive;
  cell.cold->said_goodbye = false;
  if (Cell* const parent = cells_.find(cell.parent)) {
    const Restarted restarted{address(cell), std::move(cell.cold->reason), ++supervision.count};
    send(address(*parent), Envelope::with(Kind::notice, restarted));
  }
  start(cell);
  for (auto& envelope : std::exchange(cell.cold->kept, {})) handle(cell, std::move(envelope));
}

void Engine::vacate(Cell& cell) {
  const Down down{address(cell), cell.cold->cause, std::move(cell.cold->reason)};
  const std::unique_ptr<ColdState> cold = std::move(cell.cold);
  if (!cold->name.empty()) registry_.forget(cold->name, down.who);
  cell.phase = Phase::vacant;
  const std::uint32_t next = down.who.generation() + 1;
  cell.generation.store(next == 0 ? 1 : next, std::memory_order_release);
  for (auto& envelope : cold->kept) drop(down.who, std::move(envelope));
  if (Cell* const parent = cells_.find(cell.parent)) {
    auto ended = Envelope::with(
        Kind::child_ended, ChildEnded{cell.index, down.who.generation(), down.cause, down.reason});
    ended->generation = parent->generation.load(std::memory_order_relaxed);
    put(*parent, std::move(ended));
  } else {
    cells_.give_back(cell);
  }
  // After the parent, which is told once, also if it monitors its child.
  for (const Watch& watch : cold->watchers) tell_watcher(watch, down);
  if (live_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    const std::lock_guard lock(quiet_mutex_);
    quiet_.notify_all();
  }
}

void Engine::tell_watcher(const Watch& watch, const Down& down) {
  auto told = Envelope::with(watch.ask ? Kind::reply : Kind::down, down);
  told->ask = watch.ask;
  if (watch.ask)
    answer(std::move(told));
  else
    send(watch.watcher, std::move(told));
}

void Engine::watch(Cell& watcher, Address actor) {
  if (!watcher.make_cold().watching.insert(actor).second) return;
  send(actor, Envelope::with(Kind::watch, Watch{address(watcher), CorrelationId{}}));
}

void Engine::unwatch(Cell& watcher, Address actor) {
  if (!watcher.cold || watcher.cold->watching.erase(actor) == 0) return;
  send(actor, Envelope::with(Kind::unwatch, Watch{address(watcher), CorrelationId{}}));
}

}  // namespace troupe::runtime
