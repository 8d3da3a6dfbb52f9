#include "runtime/engine/engine.hpp"

#include <future>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::runtime {
namespace {

/// Time that a stopping node waits until the other nodes have acknowledged what it sent.
constexpr Duration close_patience = std::chrono::seconds(1);

}  // namespace

Engine::Engine(NodeId id, std::string name, Resources resources, Environment environment)
    : environment_(std::move(environment)),
      cells_(environment_.dispatchers.size()),
      router_(id, cells_, environment_.dispatchers,
              [this](Address to, Envelope::Ptr envelope, Instant expires) {
                peers_.send(to, std::move(envelope), expires);
              }),
      registry_([this](Address actor) { return router_.is_alive(actor); }),
      timers_(*environment_.reactor, router_),
      monitors_(router_),
      lifecycle_(*this, {.cells = cells_,
                         .router = router_,
                         .registry = registry_,
                         .timers = timers_,
                         .monitors = monitors_,
                         .clock = *environment_.clock}),
      waiter_(environment_.drive),
      peers_(router_, environment_, std::move(name), resources) {
  check(environment_.dispatchers.size() > environment_.detached &&
            environment_.dispatchers.size() < ExternalAsks::top_byte,
        "a node has 1 to 254 dispatchers");
  for (std::size_t index = 0; index < environment_.dispatchers.size(); ++index)
    environment_.dispatchers[index]->start(
        static_cast<std::uint8_t>(index),
        [this](Cell& cell, std::size_t budget) { return lifecycle_.run(cell, budget); });
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
  return saturating_add(environment_.clock->now(), duration);
}

Cell* Engine::take_cell(const Cell* parent, Placement placement) {
  if (placement == Placement::beside_parent && parent != nullptr)
    return cells_.take(parent->dispatcher);
  const std::size_t shared = environment_.dispatchers.size() - environment_.detached;
  if (placement == Placement::detached && environment_.detached > 0)
    return cells_.take_of_least_used(shared, environment_.dispatchers.size());
  const auto count = static_cast<std::uint32_t>(shared);
  return cells_.take(
      static_cast<std::uint8_t>(next_dispatcher_.fetch_add(1, std::memory_order_relaxed) % count));
}

Address Engine::spawn(ActorInit init, Cell* parent, Placement placement) {
  Cell* const cell = take_cell(parent, placement);
  check(cell != nullptr, "a node has at most 8 million actors");
  const Address spawned = lifecycle_.add(*cell, std::move(init), parent);
  if (parent == nullptr && stopping_.load(std::memory_order_acquire))
    router_.send(spawned, Envelope::bare(Envelope::Kind::stop));  // stop_all may have missed it.
  return spawned;
}

Result<Address> Engine::get_or_spawn(const std::string& name, const Behaviour& behaviour,
                                     const std::function<void*()>& make) {
  return registry_.get_or_make(name, behaviour, [&] {
    ActorInit init(behaviour, make());
    init.make_cold().name = name;
    return spawn(std::move(init), nullptr);
  });
}

Result<Envelope::Ptr> Engine::ask_and_wait(Address to, Envelope::Ptr question, Duration deadline) {
  return wait_for_answer(deadline, to, [&](CorrelationId id) {
    question->ask = id;
    router_.send(to, std::move(question), after(deadline));
  });
}

Result<Envelope::Ptr> Engine::watch_and_wait(Address actor, Duration deadline) {
  return wait_for_answer(deadline, actor, [&](CorrelationId id) {
    router_.send(actor, Envelope::with(Envelope::Kind::watch, Watch{Address{}, id}));
  });
}

Result<Envelope::Ptr> Engine::wait_for_answer(Duration deadline, Address to,
                                              const std::function<void(CorrelationId)>& ask) {
  CorrelationId id;
  auto answer = waiter_.call<Envelope::Ptr>(after(deadline), [&](auto finish) {
    id = router_.external_asks().open(std::move(finish));
    ask(id);
  });
  if (answer) return std::move(*answer);
  router_.external_asks().close(id);
  peers_.forget_ask(to.node, id);
  return Error{ErrorKind::timed_out, "no answer from actor " + to_string(to) + " in time"};
}

void Engine::wait_until_writable(NodeId node, Channel channel) {
  if (!peers_.is_full(node, channel)) return;
  (void)wait_for_answer(Duration::max(), Address{node, 0},
                        [&](CorrelationId id) { peers_.answer_when_writable(node, channel, id); });
}

template <typename T>
Result<T> Engine::call_reactor(const std::function<void(std::function<void(Result<T>)>)>& start) {
  auto result = waiter_.call<Result<T>>(
      Instant::never(), [&](auto finish) { peers_.post([start, finish] { start(finish); }); });
  if (result) return std::move(*result);
  return Error{ErrorKind::timed_out, "the io thread did not answer in time"};
}

Result<std::string> Engine::listen(const std::string& address) {
  return call_reactor<std::string>(
      [this, address](auto finish) { finish(peers_.listen(address)); });
}

Result<NodeId> Engine::join(const std::string& address, Duration deadline) {
  return call_reactor<NodeId>([this, address, deadline](auto finish) {
    peers_.join(address, deadline, std::move(finish));  // Peers::join ends at the deadline.
  });
}

std::vector<std::string> Engine::stop_all(Duration deadline) {
  stopping_.store(true, std::memory_order_release);
  const Instant until = after(deadline);
  cells_.for_each([this](Cell& cell) {
    // A cell that is vacant or has a parent ignores it: see Lifecycle.
    router_.put(cell, Envelope::bare(Envelope::Kind::stop_root));
  });
  lifecycle_.wait_until_quiet(waiter_, until);
  (void)call_reactor<NodeId>([this](auto finish) {
    peers_.close(close_patience, [finish, self = id()] { finish(self); });
  });
  for (const auto& dispatcher : environment_.dispatchers) dispatcher->stop();
  return lifecycle_.take_unfinished();
}

std::size_t Engine::messages_waiting() const {
  std::size_t sum = 0;
  cells_.for_each([&](const Cell& cell) { sum += cell.mailbox.size(); });
  return sum;
}

}  // namespace troupe::runtime
