#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/remote/outgoing.hpp"
#include "runtime/remote/wire_format.hpp"
#include "runtime/resources.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::runtime {

/// The nodes whose links are up: their send queues, the unanswered questions in both directions and
/// the monitors of actors there.
///
/// Protocol: all state is guarded by one mutex; all functions are for any thread and call nothing
/// else of the runtime.
class PeerTable {
 public:
  /// Limit on the unanswered questions of one node.
  static constexpr std::size_t questions_max = 65'536;

  enum class Status {
    queued,
    not_linked,  ///< The link to the node is not up.
    full,        ///< Too much is queued in bulk messages.
  };
  struct Enqueued {
    Status status;
    bool needs_flush = false;  ///< No flush is under way: the caller posts one.
    bool overflows = false;    ///< The limit of ordinary messages was passed just now.
  };
  /// What a lost node leaves behind.
  struct Lost {
    std::string name;
    std::vector<CorrelationId> asks;                   ///< Questions of actors here.
    std::vector<std::pair<Address, Address>> watches;  ///< Watcher here, actor there.
    std::vector<CorrelationId> waiting;                ///< Senders that wait for the send queues.
  };

  /// The link to a node is up.
  void add(NodeId node, const std::string& name, const Resources& resources);
  /// The link to a node is down. None if the node is not in the table.
  [[nodiscard]] std::optional<Lost> remove(NodeId node);
  /// A NodeUp for each node, in the order of their ids.
  [[nodiscard]] std::vector<NodeUp> nodes() const;
  /// Total resources of a node; none if it is not in the table.
  [[nodiscard]] Resources resources(NodeId node) const;
  /// Size of the node's send queues.
  [[nodiscard]] std::size_t queued_bytes(NodeId node) const;

  /// Appends a message to the send queue of its channel. If `header` is of a question from here,
  /// the question is noted as unanswered.
  [[nodiscard]] Enqueued enqueue(NodeId to, const WireHeader& header, Outgoing outgoing);
  /// Moves the queued messages to `taken`. The next `enqueue` needs a flush.
  void take_queued(NodeId node, PerChannel<std::deque<Outgoing>*> taken);
  /// `bytes` of a channel were sent. Returns the senders that may continue.
  [[nodiscard]] std::vector<CorrelationId> release(NodeId node, Channel channel, std::size_t bytes);
  [[nodiscard]] bool is_above_high_water(NodeId node, Channel channel) const;
  /// Notes that a sender waits until the queue is writable. False if it is writable now.
  [[nodiscard]] bool wait_until_writable(NodeId node, Channel channel, CorrelationId ask);

  /// A question from here was answered or given up. False if it was not unanswered.
  bool close_ask(NodeId node, CorrelationId ask);
  /// A question from the node came in. False if the node has too many unanswered questions.
  [[nodiscard]] bool open_question(NodeId node);
  /// A question from the node was answered.
  void close_question(NodeId node);

  void add_watch(Address watcher, Address actor);
  /// False if the watcher did not monitor the actor.
  bool remove_watch(Address watcher, Address actor);

 private:
  struct Peer {
    std::string name;
    Resources resources;
    PerChannel<SendQueue> queues;
    bool flush_pending = false;
    std::unordered_set<std::uint64_t> asks;  ///< Unanswered questions from here.
    std::size_t questions = 0;               ///< Unanswered questions from the node.
    std::set<std::pair<Address, Address>> watches;
  };
  [[nodiscard]] Peer* find(NodeId node);
  [[nodiscard]] const Peer* find(NodeId node) const;

  mutable std::mutex mutex_;
  std::map<NodeId, Peer> peers_;
};

}  // namespace troupe::runtime
