#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/core/result.hpp"
#include "runtime/environment.hpp"
#include "runtime/remote/declaration.hpp"
#include "runtime/remote/membership.hpp"
#include "runtime/remote/network_report.hpp"
#include "runtime/remote/outgoing.hpp"
#include "runtime/remote/wire_header.hpp"
#include "runtime/resources.hpp"
#include "transport/endpoint.hpp"

namespace troupe::runtime {

class Engine;

/// The other nodes: packs what goes to their actors, and puts what comes from them into mailboxes.
///
/// Protocol: `peers_` and `frames_refused_` are under the mutex. Whoever sends packs on its own
/// thread, appends to the peer's queue under the mutex, and posts a flush to the reactor if none is
/// on its way. All that touches the endpoint, `links_` and `subscribers_` happens on the reactor's
/// thread. Nothing of the engine is called under the mutex.
///
/// Every byte from a peer is untrusted: what is malformed is counted and dropped; a question that
/// cannot be understood is answered with an error.
class Peers {
 public:
  Peers(Engine& engine, const Environment& environment, std::string name, Resources resources);
  ~Peers();
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  // --- Any thread.

  /// To an actor of another node. A question that cannot be sent is answered so. `expires`: when
  /// its asker gives up.
  void send(Address to, Envelope::Ptr envelope, Instant expires);
  /// Whether more waits to be sent to the node on that lane than should.
  [[nodiscard]] bool is_full(NodeId node, Lane lane) const;
  /// Answers the ask, with a bare reply, as soon as that is not so.
  void on_writable(NodeId node, Lane lane, CorrelationId ask);
  /// Nobody waits for this answer any more.
  void forget_ask(NodeId node, CorrelationId ask);
  /// The actor gets a NodeUp for each node that is up, and NodeUp and NodeDown from then on.
  void subscribe(Address actor);
  /// Messages of peers that were not understood and dropped.
  [[nodiscard]] std::uint64_t frames_refused() const;
  /// Runs code on the reactor's thread, unless all is cut by then.
  void post(std::function<void()> code);
  /// Adds an entry to the refusals of the report: an actor refused a message of that node.
  void note_refusal(const std::string& name, const std::string& why);

  // --- The reactor's thread.

  [[nodiscard]] NetworkReport report() const;
  [[nodiscard]] Result<std::string> listen(const std::string& address);
  void join(const std::string& address, Duration patience,
            std::function<void(Result<NodeId>)> done);
  /// Says goodbye to all, after what was sent to them.
  void close(Duration patience, std::function<void()> done);
  /// Without a word. Nothing more happens afterwards.
  void cut();

 private:
  static constexpr std::array lanes{Lane::ordinary, Lane::bulk};
  template <typename T>
  struct EachLane {
    std::array<T, lanes.size()> all{};
    T& operator[](Lane lane) { return all.at(static_cast<std::size_t>(lane)); }
    const T& operator[](Lane lane) const { return all.at(static_cast<std::size_t>(lane)); }
  };

  /// A node whose link is up, as all threads see it.
  struct Peer {
    std::string name;
    Resources resources;
    EachLane<OutgoingQueue> queues;
    bool flush_posted = false;
    std::unordered_set<std::uint64_t> asks;         ///< Ours, unanswered.
    std::size_t questions = 0;                      ///< Of the peer, unanswered.
    std::set<std::pair<Address, Address>> watches;  ///< Watcher here, actor there.
  };
  /// One lane as the reactor sees it. Types are declared on each: there is no order between them.
  struct Stream {
    DeclaredTypes declared;
    PeerTypes types;
    std::deque<Outgoing> sending;
  };
  /// The same node as the reactor sees it.
  struct Link {
    EachLane<Stream> streams;
    std::string role;  ///< Of the peer's key; empty: it has none.
  };

  static constexpr std::size_t questions_max = 65'536;
  static constexpr std::size_t text_max = 4096;  ///< Of an error or a reason.

  [[nodiscard]] Result<void> open();
  enum class Queued { yes, not_linked, full };
  [[nodiscard]] Queued enqueue(NodeId to, const WireHeader& header, Outgoing outgoing);
  /// With a body of text, or without.
  Queued enqueue(NodeId to, const WireHeader& header, std::string_view text);
  void send_message(Address to, Envelope& envelope, Instant expires);
  void send_watch(Address to, Envelope& envelope);
  void send_answer(NodeId to, std::uint64_t ask, Envelope& answer);

  void flush(NodeId node);
  void flush(NodeId node, Lane lane, Stream& stream);
  [[nodiscard]] bool transmit(NodeId node, Stream& stream, Outgoing& outgoing);
  [[nodiscard]] Result<void> hand_over(NodeId node, Outgoing& outgoing);
  void return_to_sender(NodeId node, const Outgoing& outgoing, const Error& error);
  void note_sent(NodeId node, Lane lane, std::size_t bytes);

  void on_up(NodeId node, std::string_view name, std::string_view greeting);
  void on_down(NodeId node, const transport::Departure& departure);
  void on_bytes(NodeId node, Lane lane, std::string_view bytes);
  void on_message(NodeId node, const Link& link, const PeerTypes& types, const WireHeader& header,
                  std::string_view body);
  void on_answer(NodeId node, const PeerTypes& types, const WireHeader& header,
                 std::string_view body);
  void on_watch(NodeId node, const WireHeader& header);
  void on_gone(NodeId node, const WireHeader& header, std::string_view body);
  void refuse_frame();
  /// Notes it if not.
  [[nodiscard]] bool may_send(NodeId node, const Link& link, std::string_view message);
  /// An ask whose answer goes to the peer. None if it has too many.
  [[nodiscard]] CorrelationId open_question(NodeId node, std::uint64_t ask);
  template <typename M>
  void publish(const M& message);

  Engine& engine_;
  Reactor& reactor_;
  const MakeWire make_wire_;
  const transport::LinkOptions link_options_;
  const Membership membership_;
  const std::string name_;
  const Resources resources_;

  mutable std::mutex mutex_;
  std::map<NodeId, Peer> peers_;
  std::uint64_t frames_refused_ = 0;

  std::unique_ptr<transport::Endpoint> endpoint_;
  std::map<NodeId, Link> links_;
  std::set<Address> subscribers_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  const std::weak_ptr<const bool> alive_for_posts_ = alive_;
};

}  // namespace troupe::runtime
