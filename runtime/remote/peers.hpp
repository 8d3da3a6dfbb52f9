#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/address.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/core/result.hpp"
#include "runtime/engine/router.hpp"
#include "runtime/environment.hpp"
#include "runtime/remote/inbound.hpp"
#include "runtime/remote/membership.hpp"
#include "runtime/remote/network_report.hpp"
#include "runtime/remote/node_subscribers.hpp"
#include "runtime/remote/outbound.hpp"
#include "runtime/remote/outgoing.hpp"
#include "runtime/remote/peer_table.hpp"
#include "runtime/remote/wire_format.hpp"
#include "runtime/resources.hpp"
#include "transport/endpoint.hpp"

namespace troupe::runtime {

/// The other nodes: connects the parts that pack, queue and unpack messages with the transport's
/// endpoint.
///
/// Protocol: a sender packs on its own thread, appends to the send queue (PeerTable) and posts a
/// flush to the reactor if none is under way. The endpoint, `links_` and `subscribers_` are used on
/// the reactor's thread only.
class Peers {
 public:
  Peers(Router& router, const Environment& environment, std::string name, Resources resources);
  ~Peers();
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  // --- Any thread.

  /// Sends to an actor of another node: see Outbound::send.
  void send(Address to, Envelope::Ptr envelope, Instant expires) {
    outbound_.send(to, *envelope, expires);
  }
  /// Whether the send queue of that channel is above its high-water mark.
  [[nodiscard]] bool is_full(NodeId node, Channel channel) const {
    return table_.is_above_high_water(node, channel);
  }
  /// Answers `ask` with an empty reply as soon as the send queue is writable, or the node is gone.
  void answer_when_writable(NodeId node, Channel channel, CorrelationId ask);
  /// The sender of the question has stopped waiting.
  void forget_ask(NodeId node, CorrelationId ask) { table_.close_ask(node, ask); }
  /// Sends the actor a NodeUp for each node that is up, and NodeUp and NodeDown from then on.
  void subscribe(Address actor);
  /// Adds an entry to the refusals of the report: an actor refused a message of that node.
  void note_refusal(const std::string& name, const std::string& why);
  /// Number of frames that were malformed and dropped.
  [[nodiscard]] std::uint64_t frames_refused() const {
    return frames_refused_.load(std::memory_order_relaxed);
  }
  /// Runs `code` on the reactor's thread, unless `cut` was called before.
  void post(std::function<void()> code);

  // --- The reactor's thread.

  [[nodiscard]] NetworkReport report() const;
  [[nodiscard]] Result<std::string> listen(const std::string& address);
  void join(const std::string& address, Duration patience,
            std::function<void(Result<NodeId>)> done);
  /// Closes all links, after what was sent on them was acknowledged; waits at most `patience`.
  void close(Duration patience, std::function<void()> done);
  /// Drops all links at once. Nothing happens afterwards.
  void cut();

 private:
  /// A node whose link is up, as the reactor's thread sees it.
  struct Linked {
    PerChannel<OutgoingStream> outgoing;
    PerChannel<PeerTypes> types;
    std::string role;  ///< Role of the node's key; empty if it has none.
  };

  [[nodiscard]] Result<void> open();
  [[nodiscard]] transport::Endpoint::Callbacks make_callbacks();
  void flush(NodeId node);
  void expel(NodeId node, const std::string& why);
  void on_up(NodeId node, std::string_view name, std::string_view greeting);
  void on_down(NodeId node, const transport::Departure& departure);
  void on_bytes(NodeId node, Channel channel, std::string_view bytes);

  Router& router_;
  Reactor& reactor_;
  const MakeWire make_wire_;
  const transport::LinkOptions link_options_;
  const Membership membership_;
  const std::string name_;
  const Resources resources_;

  std::atomic<std::uint64_t> frames_refused_{0};
  PeerTable table_;
  Outbound outbound_;
  Inbound inbound_;
  NodeSubscribers subscribers_;
  std::unique_ptr<transport::Endpoint> endpoint_;
  std::map<NodeId, Linked> links_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  const std::weak_ptr<const bool> alive_for_posts_ = alive_;
};

}  // namespace troupe::runtime
