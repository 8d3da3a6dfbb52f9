#include "runtime/context.hpp"

#include "runtime/core/check.hpp"
#include "runtime/engine/engine.hpp"

namespace troupe::runtime {

namespace detail {

void give_answer(Engine& engine, CorrelationId question, Envelope::Ptr answer) {
  answer->ask = question;
  engine.router().answer(std::move(answer));
}

}  // namespace detail

Address Context::address() const {
  return engine_->router().address(*cell_);
}

NodeId Context::node() const {
  return engine_->id();
}

Instant Context::now() const {
  return engine_->clock().now();
}

std::chrono::microseconds Context::wall() const {
  return engine_->clock().wall();
}

void Context::send(Address to, Envelope::Ptr envelope) {
  const Channel channel = channel_of(envelope->type());
  engine_->router().send(to, std::move(envelope));
  if (to.node == engine_->id() || !engine_->peers().is_full(to.node, channel)) return;
  Dispatcher& dispatcher = engine_->router().dispatcher(*cell_);
  Await writable;
  const CorrelationId id = dispatcher.open(writable);
  engine_->peers().answer_when_writable(to.node, channel, id);
  dispatcher.wait(writable, id, Instant::never());
}

void Context::watch_nodes() {
  engine_->peers().subscribe(address());
}

RefusalReporter Context::refusal_reporter() const {
  return RefusalReporter(engine_->peers());
}

Result<Envelope::Ptr> Context::request(Address to, Envelope::Ptr question, Duration deadline) {
  if (to == address()) return Error{ErrorKind::refused, "an actor cannot ask itself"};
  Dispatcher& dispatcher = engine_->router().dispatcher(*cell_);
  Await await;
  const CorrelationId id = dispatcher.open(await);
  question->ask = id;
  const Instant until = engine_->after(deadline);
  engine_->router().send(to, std::move(question), until);
  dispatcher.wait(await, id, until);
  if (await.outcome == Await::Outcome::timed_out) {
    engine_->peers().forget_ask(to.node, id);
    return Error{ErrorKind::timed_out, "no answer from actor " + to_string(to) + " in time"};
  }
  return std::move(await.answer);
}

Address Context::adopt(const Behaviour& behaviour, void* actor) {
  return engine_->spawn(ActorInit(behaviour, actor), cell_);
}

Address Context::adopt_supervised(const Behaviour& behaviour, RestartPolicy policy,
                                  std::function<void*()> make, Placement placement) {
  ActorInit init(behaviour, make());
  init.make_cold().supervision = Supervision{policy, std::move(make), {}, 0};
  return engine_->spawn(std::move(init), cell_, placement);
}

Result<Address> Context::named(const std::string& name, const Behaviour& behaviour,
                               const std::function<void*()>& make) {
  return engine_->get_or_spawn(name, behaviour, make);
}

void Context::monitor(Address actor) {
  engine_->monitors().add(*cell_, actor);
}

void Context::demonitor(Address actor) {
  engine_->monitors().remove(*cell_, actor);
}

TimerId Context::start_timer(Duration duration, Envelope::Ptr message) {
  check(cell_->behaviour->find(message->type()) != nullptr,
        "an actor handles the message that it sends itself");
  const std::uint64_t id =
      engine_->timers().start(engine_->after(duration), address(), std::move(message));
  cell_->make_cold().timers.insert(id);
  return TimerId{id};
}

void Context::cancel(TimerId timer) {
  const auto id = static_cast<std::uint64_t>(timer);
  if (cell_->cold && cell_->cold->timers.erase(id) > 0) engine_->timers().cancel(id);
}

void Context::stop(Address actor) {
  engine_->router().send(actor, Envelope::bare(Envelope::Kind::stop));
}

}  // namespace troupe::runtime
