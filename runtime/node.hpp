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
  std::string name;  ///< For people; several nodes may have the same name.
  Resources resources;
  // Used by make_node only:
  std::size_t threads = 2;  ///< Number of dispatchers.
  Duration lease =
      std::chrono::seconds(5);  ///< Silence after which the link to a node is given up.
  /// This node's key and the keys that it admits. Null: it links with no other node, unless
  /// `insecure_loopback` is set. For a study's folder see actors/head/study_access.hpp.
  std::shared_ptr<const KeyFolder> keys{};
  /// Permits links without keys on loopback: every user of this machine may link.
  bool insecure_loopback = false;
  Permits permits{};  ///< Which role of an admitted key may send which messages.
};

/// Result of stopping a node.
struct StopReport {
  /// Actors that did not stop in time, as text: type, name, address.
  std::vector<std::string> left;
};

/// One running instance of the runtime: its interface for plain threads. Functions may be called
/// from any thread except the dispatchers' threads, unless they say otherwise.
class Node {
 public:
  Node(NodeOptions options, Environment environment);
  /// Destroys the remaining actors without calling `stopping`.
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] NodeId id() const;
  [[nodiscard]] const std::string& name() const { return options_.name; }
  [[nodiscard]] const Clock& clock() const;
  /// The reactor of the io thread. Other threads may only post to it.
  [[nodiscard]] Reactor& reactor() const;

  /// Spawns an actor without a parent.
  template <Actor A, typename... Args>
    requires std::constructible_from<A, Args...>
  typename A::Ref spawn(Args&&... args) {
    return typename A::Ref(adopt(behaviour<A>, new A(std::forward<Args>(args)...)));
  }

  /// Returns the actor of that name on this node, or spawns it.
  template <Actor A, typename... Args>
  Result<typename A::Ref> get_or_spawn(const std::string& name, Args&&... args) {
    return as_ref<typename A::Ref>(
        named(name, behaviour<A>, [&]() -> void* { return new A(std::forward<Args>(args)...); }));
  }

  /// Lets other nodes, and actors here, spawn actors of this spec on this node. `make(Context&,
  /// Spec)` spawns the actor with the context and returns its ref, or a Result of it.
  template <Message Spec, typename Make>
  void offer(Make make) {
    add_offer(std::string(Spec::wire_name), offer_of<Spec>(std::move(make)));
  }
  /// Spawns or finds an actor on a node: see Context.
  template <typename R, Message Spec>
  [[nodiscard]] Result<R> spawn_on(NodeId node, Spec spec, Resources need, Duration deadline) {
    return spawn_through<R>(*this, id(), node, std::move(spec), need, deadline);
  }
  template <typename R>
  [[nodiscard]] Result<R> find(NodeId node, const std::string& name, Duration deadline) {
    return find_through<R>(*this, node, name, deadline);
  }

  /// Accepts other nodes at an address such as "tcp://127.0.0.1:*". Returns the address to join.
  [[nodiscard]] Result<std::string> listen(const std::string& address);
  /// Links this node with the node that listens at `address`. A lost connection is dialed again
  /// until the link is given up.
  [[nodiscard]] Result<NodeId> join(const std::string& address, Duration deadline);
  /// The same without waiting, for any thread. Calls `done` once, on the reactor's thread, within
  /// `deadline`; never after the node is destroyed.
  void join(const std::string& address, Duration deadline,
            std::function<void(const Result<NodeId>&)> done);

  /// Returns the actor of that name on this node, if it accepts the messages of R.
  template <typename R>
  [[nodiscard]] Result<R> find(const std::string& name) const {
    return as_ref<R>(look_up(name, message_types_of<R>));
  }

  template <typename M, typename... Ms>
    requires one_of<M, Ms...>
  void tell(const Ref<Ms...>& to, M message) {
    send(to.address(), Envelope::with(Envelope::Kind::message, std::move(message)));
  }

  /// Sends a question and blocks the calling thread until the reply, an error or the deadline.
  template <Question Q, typename... Ms>
    requires one_of<Q, Ms...>
  Result<typename Q::Reply> ask(const Ref<Ms...>& to, Q question, Duration deadline) {
    return reply_in<typename Q::Reply>(request(
        to.address(), Envelope::with(Envelope::Kind::message, std::move(question)), deadline));
  }

  /// Blocks until the actor is gone, and returns its Down. `timed_out`: it is not gone by the
  /// deadline.
  Result<Down> wait(Address actor, Duration deadline);
  template <typename... Ms>
  Result<Down> wait(const Ref<Ms...>& actor, Duration deadline) {
    return wait(actor.address(), deadline);
  }

  /// Stops an actor after it has handled what is in its mailbox now. Its children stop first.
  void stop(Address actor);
  template <typename... Ms>
  void stop(const Ref<Ms...>& actor) {
    stop(actor.address());
  }

  /// Stops all actors, and then the node: nothing runs on it afterwards.
  StopReport stop(Duration deadline);

  /// Whether the actor lives on this node. For any thread; the answer may be outdated at once.
  [[nodiscard]] bool is_alive(Address actor) const;
  template <typename... Ms>
  [[nodiscard]] bool is_alive(const Ref<Ms...>& actor) const {
    return is_alive(actor.address());
  }

  /// Number of actors that exist.
  [[nodiscard]] std::size_t actors() const;
  /// Number of messages whose receiver was gone, or did not handle or understand them.
  [[nodiscard]] std::uint64_t dead_letters() const;
  /// Number of malformed frames from other nodes.
  [[nodiscard]] std::uint64_t frames_refused() const;

  /// The links and refusals now. To be called on the reactor's thread.
  [[nodiscard]] NetworkReport network() const;
  /// Calls `receive` with the links and refusals, once, on the reactor's thread; never after the
  /// node is destroyed. For any thread.
  void report_network(std::function<void(const NetworkReport&)> receive);
  /// Log for messages of other nodes that actors refuse. For any thread.
  [[nodiscard]] RefusalReporter refusal_reporter();

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
