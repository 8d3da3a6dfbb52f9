#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/address.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/engine/router.hpp"
#include "runtime/remote/membership.hpp"
#include "runtime/remote/outbound.hpp"
#include "runtime/remote/peer_table.hpp"
#include "runtime/remote/wire_format.hpp"

namespace troupe::runtime {

/// Turns bytes from other nodes into envelopes. Every byte is untrusted: malformed input is counted
/// and dropped; a question that cannot be understood is answered with an error. On the reactor's
/// thread.
class Inbound {
 public:
  /// The node that sent the bytes.
  struct Source {
    NodeId node;
    const std::string& role;  ///< Role of its key; empty if it has none.
    PeerTypes& types;         ///< Types that it has declared on this channel.
  };
  /// What the owner of the links does.
  struct Actions {
    std::function<void()> count_refused_frame;
    std::function<void(NodeId, std::string why)> note_refusal;
  };

  /// `permits` may be empty: every message is permitted.
  Inbound(Router& router, PeerTable& peers, Outbound& outbound, const Clock& clock,
          const Permits& permits, Actions actions)
      : router_(router),
        peers_(peers),
        outbound_(outbound),
        clock_(clock),
        permits_(permits),
        actions_(std::move(actions)) {}

  void receive(const Source& source, std::string_view bytes);

 private:
  void on_message(const Source& source, const WireHeader& header, std::string_view body);
  void on_answer(const Source& source, const WireHeader& header, std::string_view body);
  void on_watch(const Source& source, const WireHeader& header);
  void on_down(const Source& source, const WireHeader& header, std::string_view body);
  /// False, after noting the refusal, if the role of the node's key may not send the message.
  [[nodiscard]] bool may_send(const Source& source, std::string_view message);
  /// A correlation id whose answer is sent to the node. None if it has too many open questions.
  [[nodiscard]] CorrelationId open_question(NodeId node, std::uint64_t ask);

  Router& router_;
  PeerTable& peers_;
  Outbound& outbound_;
  const Clock& clock_;
  const Permits& permits_;
  const Actions actions_;
};

}  // namespace troupe::runtime
