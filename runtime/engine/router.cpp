#include "runtime/engine/router.hpp"

#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/dispatch/dispatcher.hpp"
#include "runtime/remote/reception.hpp"

namespace troupe::runtime {

CorrelationId ExternalAsks::open(Callback callback) {
  check(static_cast<bool>(callback), "a question has a callback for its answer");
  const std::lock_guard lock(mutex_);
  const CorrelationId id{(std::uint64_t{top_byte} << Awaits::dispatcher_shift) | ++last_};
  pending_.emplace(id.value, std::move(callback));
  return id;
}

bool ExternalAsks::close(CorrelationId id) {
  const std::lock_guard lock(mutex_);
  return pending_.erase(id.value) > 0;
}

void ExternalAsks::answer(Envelope::Ptr answer) {
  Callback callback;
  {
    const std::lock_guard lock(mutex_);
    auto entry = pending_.extract(answer->ask.value);
    if (entry.empty()) return;
    callback = std::move(entry.mapped());
  }
  callback(std::move(answer));
}

bool Router::is_alive(Address actor) const {
  const Cell* const cell = actor.node == id_ ? cells_.find(actor.slot()) : nullptr;
  return cell != nullptr && cell->generation.load(std::memory_order_acquire) == actor.generation();
}

void Router::send(Address to, Envelope::Ptr envelope, Instant expires) {
  if (to.node != id_ && to.node != NodeId{}) return send_remote_(to, std::move(envelope), expires);
  if (to == reception_of(id_).address()) to.actor = receptionist_.load(std::memory_order_acquire);
  Cell* const cell = to.node == id_ ? cells_.find(to.slot()) : nullptr;
  envelope->generation = to.generation();
  if (cell == nullptr || cell->generation.load(std::memory_order_relaxed) != to.generation())
    drop(to, std::move(envelope));
  else
    put(*cell, std::move(envelope));
}

void Router::drop(Address to, Envelope::Ptr envelope) {
  using Kind = Envelope::Kind;
  switch (envelope->kind()) {
    case Kind::watch: {
      const Watch watch = envelope->payload<Watch>();
      notify_watcher(watch, Down{to, Cause::unknown, "there is no such actor any more"});
      return;
    }
    case Kind::message:
    case Kind::packed:
      count_dead_letter();
      if (envelope->ask)
        answer_error(envelope->ask, ErrorKind::gone, "actor " + to_string(to) + " is gone");
      return;
    default:
      return;  // Nobody waits for the other kinds.
  }
}

void Router::answer(Envelope::Ptr answer) {
  const auto top = static_cast<std::size_t>(answer->ask.value >> Awaits::dispatcher_shift);
  if (top == ExternalAsks::top_byte)
    external_asks_.answer(std::move(answer));
  else if (top < dispatchers_.size())
    dispatchers_[top]->answer(std::move(answer));
}

void Router::answer_error(CorrelationId ask, ErrorKind kind, std::string what) {
  auto envelope = Envelope::with(Envelope::Kind::error, Error{kind, std::move(what)});
  envelope->ask = ask;
  answer(std::move(envelope));
}

void Router::notify_watcher(const Watch& watch, const Down& down) {
  auto told = Envelope::with(watch.ask ? Envelope::Kind::reply : Envelope::Kind::down, down);
  told->ask = watch.ask;
  if (watch.ask)
    answer(std::move(told));
  else
    send(watch.watcher, std::move(told));
}

}  // namespace troupe::runtime
