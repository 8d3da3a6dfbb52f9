#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/cell/envelope.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "runtime/engine/router.hpp"
#include "runtime/remote/outgoing.hpp"
#include "runtime/remote/peer_table.hpp"

namespace troupe::runtime {

/// Turns envelopes for actors of other nodes into bytes, and puts them into the send queues. All
/// functions are for any thread.
class Outbound {
 public:
  /// What the owner of the links does, on the reactor's thread, after the call returns.
  struct Actions {
    std::function<void(NodeId)> flush;  ///< Sends what is queued for the node.
    /// Gives up a node that does not take what is sent to it.
    std::function<void(NodeId, const std::string& why)> expel;
  };

  /// Limit on the text of an error or a reason, in bytes; longer texts are cut.
  static constexpr std::size_t text_bytes_max = 4096;

  Outbound(Router& router, PeerTable& peers, const Clock& clock, Actions actions)
      : router_(router), peers_(peers), clock_(clock), actions_(std::move(actions)) {}

  /// Sends an envelope. A question that cannot be sent is answered with an error, a watch with a
  /// Down. `expires`: when the sender of a question stops waiting.
  void send(Address to, Envelope& envelope, Instant expires);
  /// Sends the answer to the question `ask` of that node.
  void send_answer(NodeId to, std::uint64_t ask, Envelope& answer);
  void send_error(NodeId to, std::uint64_t ask, ErrorKind kind, std::string_view why);
  /// The link refused a message for good: it is too large, or the link is about to go down. Tells
  /// the sender of a question; sends an error in place of an answer.
  void return_to_sender(NodeId node, const Outgoing& outgoing, const Error& error);

 private:
  PeerTable::Status enqueue(NodeId to, const WireHeader& header, Outgoing outgoing);
  PeerTable::Status enqueue_text(NodeId to, const WireHeader& header, std::string_view text);
  void send_message(Address to, Envelope& envelope, Instant expires);
  void send_watch(Address to, Envelope& envelope);

  Router& router_;
  PeerTable& peers_;
  const Clock& clock_;
  const Actions actions_;
};

}  // namespace troupe::runtime
