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
#include "runtime/ref.hpp"
#include "runtime/remote/asking.hpp"
#include "runtime/remote/network_report.hpp"
#include "runtime/spawn_options.hpp"

namespace troupe::runtime {

struct Cell;
class ActorInit;

/// Identifies a timer of an actor. Zero is none.
enum class TimerId : std::uint64_t { none = 0 };

/// The interface of a running handler to the runtime. Valid while the handler runs.
class Context {
 public:
  Context(Engine& engine, Cell& cell, CorrelationId question, NodeId sender)
      : engine_(&engine), cell_(&cell), question_(question), sender_(sender) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// Address of the running actor.
  [[nodiscard]] Address address() const;
  /// Ref of the running actor, whose class is A.
  template <Actor A>
  [[nodiscard]] typename A::Ref ref() const {
    return typename A::Ref(address());
  }
  [[nodiscard]] NodeId node() const;
  /// The node that sent the message that is handled: this one, or one that a link has proved.
  [[nodiscard]] NodeId sender() const { return sender_; }
  [[nodiscard]] Instant now() const;
  /// Time since 1970, for people and files only.
  [[nodiscard]] std::chrono::microseconds wall() const;

  /// Sends a message without waiting for the receiver. Messages to one receiver keep their order; a
  /// message to an actor that is gone is dropped. To another node: the handler is suspended while
  /// the send queue is above its high-water mark. Bulk messages have a send queue of their own, and
  /// keep their order among each other only.
  template <typename M, typename... Ms>
    requires one_of<M, Ms...>
  void tell(const Ref<Ms...>& to, M message) {
    send(to.address(), Envelope::with(Envelope::Kind::message, std::move(message)));
  }

  /// Sends a question and suspends the handler until the reply, an error or the deadline. Other
  /// actors of the thread run meanwhile; this actor handles no other message.
  template <Question Q, typename... Ms>
    requires one_of<Q, Ms...>
  Result<typename Q::Reply> ask(const Ref<Ms...>& to, Q question, Duration deadline) {
    return reply_in<typename Q::Reply>(request(
        to.address(), Envelope::with(Envelope::Kind::message, std::move(question)), deadline));
  }

  /// For a handler of Q that returns void: returns the object through which the answer is given
  /// later. To be called once in a handler.
  template <Question Q>
  [[nodiscard]] Answer<Q> answer_later() {
    return Answer<Q>(*engine_, take_question());
  }

  /// Spawns a child. This actor gets the child's Down; when this actor ends, the child is stopped
  /// first.
  template <Actor A, typename... Args>
    requires std::constructible_from<A, Args...>
  typename A::Ref spawn(Args&&... args) {
    return typename A::Ref(adopt(behaviour<A>, new A(std::forward<Args>(args)...)));
  }

  /// Spawns a child that `make()` creates now, and again after each failure that the policy allows.
  /// The child keeps its ref and mailbox, and this actor gets Restarted. `make` returns an A; it
  /// must not use this actor's state, since it may run on another thread. A child that the parent
  /// asks often answers faster with Placement::beside_parent.
  template <Actor A, typename Make>
    requires std::same_as<std::invoke_result_t<Make>, A>
  typename A::Ref spawn_supervised(RestartPolicy policy, Make make,
                                   Placement placement = Placement::any) {
    return typename A::Ref(adopt_supervised(
        behaviour<A>, policy, [make = std::move(make)]() mutable -> void* { return new A(make()); },
        placement));
  }

  /// Returns the actor of that name on this node, or spawns it. It has no parent.
  template <Actor A, typename... Args>
  Result<typename A::Ref> get_or_spawn(const std::string& name, Args&&... args) {
    return as_ref<typename A::Ref>(
        named(name, behaviour<A>, [&]() -> void* { return new A(std::forward<Args>(args)...); }));
  }

  /// Asks a node for the actor of that name, if it accepts the messages of R.
  template <typename R>
  [[nodiscard]] Result<R> find(NodeId node, const std::string& name, Duration deadline) {
    return find_through<R>(*this, node, name, deadline);
  }

  /// Spawns an actor on a node that offers actors of this spec. `infeasible`: `need` exceeds the
  /// node's total resources; `exhausted`: it exceeds the free resources now.
  template <typename R, Message Spec>
  [[nodiscard]] Result<R> spawn_on(NodeId node, Spec spec, Resources need, Duration deadline) {
    return spawn_through<R>(*this, this->node(), node, std::move(spec), need, deadline);
  }

  /// Sends this actor a NodeUp for each node whose link is up, and NodeUp and NodeDown from then
  /// on.
  void watch_nodes();

  /// Log for messages of other nodes that this actor refuses.
  [[nodiscard]] RefusalReporter refusal_reporter() const;

  /// Requests a Down when the actor is gone; at once if it is gone already. Repeated calls result
  /// in one Down.
  void monitor(Address actor);
  template <typename... Ms>
  void monitor(const Ref<Ms...>& actor) {
    monitor(actor.address());
  }
  /// Ends monitoring: no Down of the actor is delivered any more.
  void demonitor(Address actor);

  /// Sends this actor a message after `duration`, unless the timer is cancelled or the actor
  /// restarts.
  template <typename M>
  TimerId after(Duration duration, M message) {
    return start_timer(duration, Envelope::with(Envelope::Kind::timer, std::move(message)));
  }
  /// Cancels a timer: its message is not delivered any more, even if it was due.
  void cancel(TimerId timer);

  /// Stops an actor after it has handled what is in its mailbox now. Its children stop first.
  void stop(Address actor);
  template <typename... Ms>
  void stop(const Ref<Ms...>& actor) {
    stop(actor.address());
  }
  /// Stops the running actor.
  void stop() { stop(address()); }

  /// For the runtime: returns the correlation id of the handled question; none afterwards.
  CorrelationId take_question() { return std::exchange(question_, CorrelationId{}); }
  Engine& engine() { return *engine_; }

 private:
  void send(Address to, Envelope::Ptr envelope);
  [[nodiscard]] Result<Envelope::Ptr> request(Address to, Envelope::Ptr question,
                                              Duration deadline);
  Address adopt(const Behaviour& behaviour, void* actor);
  Address adopt_supervised(const Behaviour& behaviour, RestartPolicy policy,
                           std::function<void*()> make, Placement placement);
  Result<Address> named(const std::string& name, const Behaviour& behaviour,
                        const std::function<void*()>& make);
  TimerId start_timer(Duration duration, Envelope::Ptr message);

  Engine* engine_;
  Cell* cell_;
  CorrelationId question_;
  NodeId sender_;
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
