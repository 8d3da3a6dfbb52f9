#include "runtime/engine/engine.hpp"

#include <cstdlib>
#include <future>
#include <utility>

#include <cxxabi.h>

#include "runtime/core/check.hpp"
#include "runtime/remote/reception.hpp"

namespace troupe::runtime {
namespace {

/// How long a node that stops waits for the others to confirm what it sent.
constexpr Duration goodbye_max = std::chrono::seconds(1);

}  // namespace

Engine::Engine(NodeId id, std::string name, Resources resources, Environment environment)
    : id_(id),
      environment_(std::move(environment)),
      cells_(environment_.dispatchers.size()),
      timers_(*environment_.reactor, *this),
      peers_(*this, environment_, std::move(name), resources) {
  check(!environment_.dispatchers.empty() && environment_.dispatchers.size() < OutsideAsks::home,
        "a node has 1 to 254 dispatchers");
  for (std::size_t home = 0; home < environment_.dispatchers.size(); ++home)
    environment_.dispatchers[home]->start(
        static_cast<std::uint8_t>(home),
        [this](Cell& cell, std::size_t budget) { return run(cell, budget); });
}

Engine::~Engine() {
  for (const auto& dispatcher : environment_.dispatchers) dispatcher->stop();
  if (environment_.drive) {
    peers_.cut();
  } else {
    std::promise<void> cut;
    peers_.post([&] {
      peers_.cut();
      cut.set_value();
    });
    cut.get_future().wait();
  }
  cells_.for_each([](Cell& cell) {
    cell.mailbox.clear();
    cell.cold.reset();
    if (cell.actor != nullptr) cell.behaviour->destroy(std::exchange(cell.actor, nullptr));
  });
}

Instant Engine::after(Duration duration) const {
  const Instant start = now();
  if (duration > Instant::never() - start) return Instant::never();
  return start + duration;
}

Address Engine::address(const Cell& cell) const {
  const std::uint64_t slot = cell.index;
  return {id_, (slot << 32) | cell.generation.load(std::memory_order_relaxed)};
}

void Engine::put(Cell& cell, Envelope::Ptr envelope) {
  if (cell.mailbox.put(std::move(envelope))) dispatcher(cell).ready(cell);
}

void Engine::send(Address to, Envelope::Ptr envelope, Instant expires) {
  if (to.node != id_ && to.node != NodeId{}) return peers_.send(to, std::move(envelope), expires);
  if (to == reception_of(id_).address()) to.actor = receptionist_.load(std::memory_order_acquire);
  Cell* const cell = to.node == id_ ? cells_.find(to.slot()) : nullptr;
  envelope->generation = to.generation();
  if (cell == nullptr || cell->generation.load(std::memory_order_relaxed) != to.generation())
    drop(to, std::move(envelope));
  else
    put(*cell, std::move(envelope));
}

void Engine::drop(Address to, Envelope::Ptr envelope) {
  using Kind = Envelope::Kind;
  switch (envelope->kind()) {
    case Kind::watch: {
      Watch watch = envelope->payload<Watch>();
      tell_watcher(watch, Down{to, Cause::unknown, "there is no such actor any more"});
      return;
    }
    case Kind::message:
    case Kind::packed:
      dead_letters_.fetch_add(1, std::memory_order_relaxed);
      if (envelope->ask)
        answer_error(envelope->ask, ErrorKind::gone, "actor " + to_string(to) + " is gone");
      return;
    default:
      return;  // Nobody waits for these.
  }
}

void Engine::answer(Envelope::Ptr answer) {
  const auto home = static_cast<std::size_t>(answer->ask.value >> Awaits::home_shift);
  if (home == OutsideAsks::home)
    outside_.answer(std::move(answer));
  else if (home < environment_.dispatchers.size())
    environment_.dispatchers[home]->answer(std::move(answer));
}

void Engine::answer_error(CorrelationId ask, ErrorKind kind, std::string what) {
  auto envelope = Envelope::with(Envelope::Kind::error, Error{kind, std::move(what)});
  envelope->ask = ask;
  answer(std::move(envelope));
}

std::uint8_t Engine::choose_home(const Cell* parent, Home home) {
  if (home == Home::beside_parent && parent != nullptr) return parent->home;
  const auto homes = static_cast<std::uint32_t>(environment_.dispatchers.size());
  return static_cast<std::uint8_t>(next_home_.fetch_add(1, std::memory_order_relaxed) % homes);
}

Address Engine::spawn(ActorInit init, Cell* parent, Home home) {
  Cell* const cell = cells_.take(choose_home(parent, home));
  check(cell != nullptr, "a node has at most 8 million actors");
  if (parent != nullptr) link_child(*parent, *cell);
  live_.fetch_add(1, std::memory_order_relaxed);

  const Address born = address(*cell);
  send(born, Envelope::with(Envelope::Kind::start, std::move(init)));
  if (parent == nullptr && stopping_.load(std::memory_order_acquire))
    send(born, Envelope::bare(Envelope::Kind::stop));  // Too late to live: stop_all has passed.
  return born;
}

bool Engine::is_alive(Address actor) const {
  const Cell* const cell = actor.node == id_ ? cells_.find(actor.slot()) : nullptr;
  return cell != nullptr && cell->generation.load(std::memory_order_acquire) == actor.generation();
}

Result<Address> Engine::get_or_spawn(const std::string& name, const Behaviour& behaviour,
                                     const std::function<void*()>& make) {
  const auto spawn_named = [&] {
    ActorInit init(behaviour, make());
    init.make_cold().name = name;
    return spawn(std::move(init), nullptr);
  };
  const Registry::Entry entry = registry_.get_or_make(
      name, behaviour, [this](Address actor) { return is_alive(actor); }, spawn_named);
  if (entry.behaviour == &behaviour) return entry.actor;
  return Error{ErrorKind::refused, "the name " + name + " belongs to an actor of another type"};
}

Result<Address> Engine::find_named(const std::string& name,
                                   std::span<const MessageType* const> accepted) const {
  const auto entry = registry_.find(name);
  if (!entry || !is_alive(entry->actor)) return Error{ErrorKind::gone, "no actor is named " + name};
  for (const MessageType* const message : accepted)
    if (entry->behaviour->find(message) == nullptr)
      return Error{ErrorKind::refused, "the actor named " + name + " does not handle " +
                                           std::string(message->wire_name)};
  return entry->actor;
}

Result<Address> Engine::find_named(const std::string& name,
                                   const std::vector<std::string>& accepted) const {
  const auto entry = registry_.find(name);
  if (!entry || !is_alive(entry->actor)) return Error{ErrorKind::gone, "no actor is named " + name};
  for (const std::string& message : accepted)
    if (entry->behaviour->find_public(message) == nullptr)
      return Error{ErrorKind::refused, "the actor named " + name + " does not handle " + message};
  return entry->actor;
}

Result<Envelope::Ptr> Engine::ask_and_wait(Address to, Envelope::Ptr question, Duration deadline) {
  return wait_outside(deadline, to, [&](CorrelationId id) {
    question->ask = id;
    send(to, std::move(question), after(deadline));
  });
}

Result<Envelope::Ptr> Engine::watch_and_wait(Address actor, Duration deadline) {
  return wait_outside(deadline, actor, [&](CorrelationId id) {
    send(actor, Envelope::with(Envelope::Kind::watch, Watch{Address{}, id}));
  });
}

Result<Envelope::Ptr> Engine::wait_outside(Duration deadline, Address to,
                                           const std::function<void(CorrelationId)>& ask) {
  struct Waiter {
    std::mutex mutex;
    std::condition_variable answered;
    Envelope::Ptr answer;
  };
  const auto waiter = std::make_shared<Waiter>();  // The answer may still be on its way at the end.
  const Instant until = after(deadline);
  const CorrelationId id = outside_.open([waiter](Envelope::Ptr answer) {
    const std::lock_guard lock(waiter->mutex);
    waiter->answer = std::move(answer);
    waiter->answered.notify_one();
  });
  ask(id);

  block([&] { return waiter->answer != nullptr; }, until, waiter->mutex, waiter->answered);
  const std::lock_guard lock(waiter->mutex);
  if (waiter->answer != nullptr) return std::move(waiter->answer);
  outside_.close(id);
  peers_.forget_ask(to.node, id);
  return Error{ErrorKind::timed_out, "no answer from actor " + to_string(to) + " in time"};
}

void Engine::wait_for_room(NodeId node, Lane lane) {
  if (!peers_.is_full(node, lane)) return;
  (void)wait_outside(Duration::max(), Address{node, 0},
                     [&](CorrelationId id) { peers_.on_writable(node, lane, id); });
}

template <typename T>
Result<T> Engine::call_reactor(Instant until,
                               const std::function<void(std::function<void(Result<T>)>)>& start) {
  struct Slot {
    std::mutex mutex;
    std::condition_variable filled;
    std::optional<Result<T>> result;
  };
  const auto slot = std::make_shared<Slot>();  // The result may come after the deadline.
  peers_.post([start, slot] {
    start([slot](Result<T> result) {
      const std::lock_guard lock(slot->mutex);
      slot->result.emplace(std::move(result));
      slot->filled.notify_one();
    });
  });
  block([&] { return slot->result.has_value(); }, until, slot->mutex, slot->filled);
  const std::lock_guard lock(slot->mutex);
  if (slot->result) return std::move(*slot->result);
  return Error{ErrorKind::timed_out, "the io thread did not answer in time"};
}

Result<std::string> Engine::listen(const std::string& address) {
  return call_reactor<std::string>(Instant::never(),
                                   [this, address](auto done) { done(peers_.listen(address)); });
}

Result<NodeId> Engine::join(const std::string& address, Duration deadline) {
  return call_reactor<NodeId>(Instant::never(), [this, address, deadline](auto done) {
    peers_.join(address, deadline, std::move(done));  // It answers by then.
  });
}

void Engine::block(const std::function<bool()>& done, Instant until, std::mutex& mutex,
                   std::condition_variable& changed) const {
  if (environment_.drive) return environment_.drive(done, until);
  std::unique_lock lock(mutex);
  if (until == Instant::never())
    changed.wait(lock, done);
  else
    changed.wait_until(lock, std::chrono::steady_clock::time_point(until.since_zero), done);
}

std::vector<std::string> Engine::stop_all(Duration deadline) {
  stopping_.store(true, std::memory_order_release);
  const Instant until = after(deadline);
  cells_.for_each([this](Cell& cell) {
    // A cell that is vacant or has a parent ignores it: see handle().
    put(cell, Envelope::bare(Envelope::Kind::stop_root));
  });
  block([this] { return live() == 0; }, until, quiet_mutex_, quiet_);
  (void)call_reactor<NodeId>(Instant::never(), [this](auto done) {
    peers_.close(goodbye_max, [done, self = id_] { done(self); });
  });
  for (const auto& dispatcher : environment_.dispatchers) dispatcher->stop();
  cells_.for_each([this](const Cell& cell) {
    if (cell.phase != Cell::Phase::vacant) note_unfinished(cell);
  });
  const std::lock_guard lock(quiet_mutex_);
  return std::exchange(unfinished_, {});
}

std::size_t Engine::messages_waiting() const {
  std::size_t sum = 0;
  cells_.for_each([&](const Cell& cell) { sum += cell.mailbox.size(); });
  return sum;
}

void Engine::note_unfinished(const Cell& cell) {
  int status = 0;
  const char* const mangled = cell.behaviour->type->name();
  char* const readable = abi::__cxa_demangle(mangled, nullptr, nullptr, &status);
  std::string text = status == 0 ? readable : mangled;
  std::free(readable);  // NOLINT: the ABI hands over memory of malloc.
  if (cell.cold && !cell.cold->name.empty()) text += " \"" + cell.cold->name + "\"";
  text += " " + to_string(address(cell));
  const std::lock_guard lock(quiet_mutex_);
  unfinished_.push_back(std::move(text));
}

bool Engine::run(Cell& cell, std::size_t budget) {
  for (; budget > 0; --budget) {
    Envelope::Ptr envelope = cell.mailbox.take();
    if (envelope != nullptr)
      handle(cell, std::move(envelope));
    else if (cell.mailbox.rest())
      return false;
  }
  return !cell.mailbox.rest();
}

}  // namespace troupe::runtime
