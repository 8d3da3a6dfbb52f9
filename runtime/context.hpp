#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "runtime/answer.hpp"
#include "runtime/cell/behaviour.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "runtime/home.hpp"
#include "runtime/ref.hpp"
#include "runtime/remote/asking.hpp"
#include "runtime/remote/network_report.hpp"
#include "runtime/restart_policy.hpp"

namespace troupe::runtime {

struct Cell;
class ActorInit;

/// A message that an actor sends itself for later. Zero is none.
enum class TimerId : std::uint64_t { none = 0 };

/// What a handler may do besides change its actor's state. Lives as long as the handler runs.
class Context {
 public:
  Context(Engine& engine, Cell& cell, CorrelationId question)
      : engine_(&engine), cell_(&cell), question_(question) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Of the running actor.
  [[nodiscard]] Address address() const;
  /// Of the running actor, which is an A.
  template <Actor A>
  [[nodiscard]] typename A::Ref ref() const {
    return typename A::Ref(address());
  }
  [[nodiscard]] NodeId node() const;
  [[nodiscard]] Instant now() const;
  /// For people and files only.
  [[nodiscard]] std::chrono::microseconds wall() const;

  /// Sends without waiting for the receiver. In order to one receiver; lost if the receiver is
  /// gone. To another node: waits, as `ask` does, while too much for that node waits to be sent;
  /// messages that say `bulk` go on a lane of their own, in order among themselves only, and wait
  /// only for each other.
  template <typename M, typename... Ms>
    requires one_of<M, Ms...>
  void tell(const Ref<Ms...>& to, M message) {
    send(to.address(), Envelope::with(Envelope::Kind::message, std::move(message)));
  }

  /// Waits for the answer; other actors of the thread go on meanwhile, this one does not. Ends with
  /// the reply, an error, or at the deadline.
  template <Question Q, typename... Ms>
    requires one_of<Q, Ms...>
  Result<typename Q::Reply> ask(const Ref<Ms...>& to, Q question, Duration deadline) {
    return reply_in<typename Q::Reply>(request(
        to.address(), Envelope::with(Envelope::Kind::message, std::move(question)), deadline));
  }

  /// In a handler of Q that returns nothing: the answer comes later, through the returned object.
  /// Once in a handler.
  template <Question Q>
  [[nodiscard]] Answer<Q> answer_later() {
    return Answer<Q>(*engine_, take_question());
  }

  /// A child: this actor gets its Down, and it is stopped with this actor, before it.
  template <Actor A, typename... Args>
    requires std::constructible_from<A, Args...>
  typename A::Ref spawn(Args&&... args) {
    return typename A::Ref(adopt(behaviour<A>, new A(std::forward<Args>(args)...)));
  }

  /// A child that is made by `make()`, now and after each failure, as often as the policy allows:
  /// this actor gets Restarted; ref and mailbox stay. `make` returns an A and is kept; it must not
  /// use this actor's state, which may be on another thread. One that is asked often is quicker to
  /// answer beside its parent.
  template <Actor A, typename Make>
    requires std::same_as<std::invoke_result_t<Make>, A>
  typename A::Ref spawn_supervised(RestartPolicy policy, Make make, Home home = Home::any) {
    return typename A::Ref(adopt_supervised(
        behaviour<A>, policy, [make = std::move(make)]() mutable -> void* { return new A(make()); },
        home));
  }

  /// The actor of that name on this node, or a new one, which belongs to the node.
  template <Actor A, typename... Args>
  Result<typename A::Ref> get_or_spawn(const std::string& name, Args&&... args) {
    return as_ref<typename A::Ref>(
        named(name, behaviour<A>, [&]() -> void* { return new A(std::forward<Args>(args)...); }));
  }

  /// The actor of that name on that node, if it accepts what R does.
  template <typename R>
  [[nodiscard]] Result<R> find(NodeId node, const std::string& name, Duration deadline) {
    return find_through<R>(*this, node, name, deadline);
  }

  /// A new actor on that node, which must offer actors of this spec and have free what it needs.
  /// It belongs to that node. `infeasible`: the node never has so much; `exhausted`: not now.
  template <typename R, Message Spec>
  [[nodiscard]] Result<R> spawn_on(NodeId node, Spec spec, Resources need, Duration deadline) {
    return spawn_through<R>(*this, this->node(), node, std::move(spec), need, deadline);
  }

  /// This actor gets a NodeUp for each node whose link is up, and NodeUp and NodeDown from then on.
  void watch_nodes();

  /// Where this actor notes messages of other nodes that it refused.
  [[nodiscard]] RefusalLog refusal_log() const;

  /// Asks for a Down when the actor is gone; at once if it already is. One Down, however often
  /// asked.
  void monitor(Address actor);
  template <typename... Ms>
  void monitor(const Ref<Ms...>& actor) {
    monitor(actor.address());
  }
  /// No Down of it comes any more.
  void demonitor(Address actor);

  /// Sends this actor a message after that time, unless it is cancelled or the actor restarts.
  template <typename M>
  TimerId after(Duration duration, M message) {
    return start_timer(duration, Envelope::with(Envelope::Kind::timer, std::move(message)));
  }
  /// The message does not come any more, not even if it was due.
  void cancel(TimerId timer);

  /// Ends an actor in order, after what is in its mailbox now; its children first.
  void stop(Address actor);
  template <typename... Ms>
  void stop(const Ref<Ms...>& actor) {
    stop(actor.address());
  }
  /// The running one.
  void stop() { stop(address()); }

  /// For the runtime: who asked what is being handled; nobody afterwards.
  CorrelationId take_question() { return std::exchange(question_, CorrelationId{}); }
  Engine& engine() { return *engine_; }

 private:
  void send(Address to, Envelope::Ptr envelope);
  [[nodiscard]] Result<Envelope::Ptr> request(Address to, Envelope::Ptr question,
                                              Duration deadline);
  Address adopt(const Behaviour& behaviour, void* actor);
  Address adopt_supervised(const Behaviour& behaviour, RestartPolicy policy,
                           std::function<void*()> make, Home home);
  Result<Address> named(const std::string& name, const Behaviour& behaviour,
                        const std::function<void*()>& make);
  TimerId start_timer(Duration duration, Envelope::Ptr message);

  Engine* engine_;
  Cell* cell_;
  CorrelationId question_;
};

namespace detail {

template <Question Q, typename R>
void answer_with(Context& self, R result) {
  static_assert(std::same_as<R, typename Q::Reply> || std::same_as<R, Result<typename Q::Reply>>,
                "a handler of a question returns its Reply or a Result of it");
  Answer<Q> answer(self.engine(), self.take_question());
  answer.give(std::move(result));
}

}  // namespace detail

}  // namespace troupe::runtime
