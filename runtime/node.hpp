#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/answer.hpp"
#include "runtime/cell/behaviour.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "runtime/environment.hpp"
#include "runtime/ref.hpp"
#include "runtime/remote/network_report.hpp"
#include "runtime/remote/offer.hpp"
#include "runtime/resources.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::runtime {

class KeyFolder;

struct NodeOptions {
  std::string name;  ///< For people; need not be unique.
  Resources resources;
  // What make_node needs besides:
  std::size_t threads = 2;                   ///< Dispatchers.
  Duration lease = std::chrono::seconds(5);  ///< A node that is silent for so long is given up.
  /// For other machines: who this node is, and whom it lets in. Null: it stays on this one.
  std::shared_ptr<const KeyFolder> keys{};
  Permits permits{};  ///< What those may send whom `keys` lets in.
};

/// How a node stopped.
struct StopReport {
  /// Who did not stop in time, for people: type, name, address. Empty if all did.
  std::vector<std::string> left;
};

/// One running instance of the runtime, for plain threads: whoever is no actor. All calls may come
/// from any thread but the dispatchers' own.
class Node {
 public:
  Node(NodeOptions options, Environment environment);
  /// Ends what is left without asking it.
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] NodeId id() const;
  [[nodiscard]] const std::string& name() const { return options_.name; }
  [[nodiscard]] const Clock& clock() const;
  /// For what lives on the io thread. Post to it; nothing else from other threads.
  [[nodiscard]] Reactor& reactor() const;

  /// An actor that belongs to the node.
  template <Actor A, typename... Args>
    requires std::constructible_from<A, Args...>
  typename A::Ref spawn(Args&&... args) {
    return typename A::Ref(adopt(behaviour<A>, new A(std::forward<Args>(args)...)));
  }

  /// The actor of that name on this node, or a new one.
  template <Actor A, typename... Args>
  Result<typename A::Ref> get_or_spawn(const std::string& name, Args&&... args) {
    return as_ref<typename A::Ref>(
        named(name, behaviour<A>, [&]() -> void* { return new A(std::forward<Args>(args)...); }));
  }

  /// Offers to spawn actors on behalf of other nodes, and of this one's: `make(Context&, Spec)`
  /// spawns one with the context, whose child it becomes, and returns its ref, or a Result of it.
  template <Message Spec, typename Make>
  void offer(Make make) {
    add_offer(std::string(Spec::wire_name), offer_of<Spec>(std::move(make)));
  }
  /// See Context.
  template <typename R, Message Spec>
  [[nodiscard]] Result<R> spawn_on(NodeId node, Spec spec, Resources need, Duration deadline) {
    return spawn_through<R>(*this, id(), node, std::move(spec), need, deadline);
  }
  template <typename R>
  [[nodiscard]] Result<R> find(NodeId node, const std::string& name, Duration deadline) {
    return find_through<R>(*this, node, name, deadline);
  }

  /// Accepts other nodes at an address as "tcp://127.0.0.1:*"; returns the one to join.
  [[nodiscard]] Result<std::string> listen(const std::string& address);
  /// Links this node with the one that listens there, for good: a lost connection is made again
  /// until the link is given up.
  [[nodiscard]] Result<NodeId> join(const std::string& address, Duration deadline);
  /// The same without waiting, for any thread. Calls `done` once, on the reactor's thread, within
  /// `deadline`; never after the node is destroyed.
  void join(const std::string& address, Duration deadline,
            std::function<void(const Result<NodeId>&)> done);

  /// The actor of that name on this node, if it accepts what R does.
  template <typename R>
  [[nodiscard]] Result<R> find(const std::string& name) const {
    return as_ref<R>(look_up(name, message_types_of<R>));
  }

  template <typename M, typename... Ms>
    requires one_of<M, Ms...>
  void tell(const Ref<Ms...>& to, M message) {
    send(to.address(), Envelope::with(Envelope::Kind::message, std::move(message)));
  }

  /// Blocks the calling thread until the reply, an error or the deadline.
  template <Question Q, typename... Ms>
    requires one_of<Q, Ms...>
  Result<typename Q::Reply> ask(const Ref<Ms...>& to, Q question, Duration deadline) {
    return reply_in<typename Q::Reply>(request(
        to.address(), Envelope::with(Envelope::Kind::message, std::move(question)), deadline));
  }

  /// Blocks until the actor is gone; says how. An error if it is not at the deadline.
  Result<Down> wait(Address actor, Duration deadline);
  template <typename... Ms>
  Result<Down> wait(const Ref<Ms...>& actor, Duration deadline) {
    return wait(actor.address(), deadline);
  }

  /// Ends an actor in order, after what is in its mailbox now; its children first.
  void stop(Address actor);
  template <typename... Ms>
  void stop(const Ref<Ms...>& actor) {
    stop(actor.address());
  }

  /// Ends all actors in order, and with them the node: nothing runs on it afterwards.
  StopReport stop(Duration deadline);

  /// Whether the actor lives on this node. For any thread; the answer may be outdated at once.
  [[nodiscard]] bool is_alive(Address actor) const;
  template <typename... Ms>
  [[nodiscard]] bool is_alive(const Ref<Ms...>& actor) const {
    return is_alive(actor.address());
  }

  /// How many actors live.
  [[nodiscard]] std::size_t actors() const;
  /// How many messages found nobody, or nobody who handles or understands them.
  [[nodiscard]] std::uint64_t dead_letters() const;
  /// How many messages of other nodes were not even messages.
  [[nodiscard]] std::uint64_t frames_refused() const;

  /// The links and refusals now. To be called on the reactor's thread.
  [[nodiscard]] NetworkReport network() const;
  /// Calls `receive` with the links and refusals, once, on the reactor's thread; never after the
  /// node is destroyed. For any thread.
  void report_network(std::function<void(const NetworkReport&)> receive);
  /// Where actors note messages of other nodes that they refused.
  [[nodiscard]] RefusalLog refusal_log();

  /// For the runtime and its tests.
  [[nodiscard]] Engine& engine() { return *engine_; }

 private:
  void send(Address to, Envelope::Ptr envelope);
  [[nodiscard]] Result<Envelope::Ptr> request(Address to, Envelope::Ptr question,
                                              Duration deadline);
  Address adopt(const Behaviour& behaviour, void* actor);
  Result<Address> named(const std::string& name, const Behaviour& behaviour,
                        const std::function<void*()>& make);

  [[nodiscard]] Result<Address> look_up(const std::string& name,
                                        std::span<const MessageType* const> accepted) const;

  void add_offer(const std::string& kind, Offers::Offer offer);
  void ensure_receptionist();

  NodeOptions options_;
  std::shared_ptr<Offers> offers_;
  std::once_flag receptionist_made_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace troupe::runtime
