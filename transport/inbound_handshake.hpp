#pragma once

#include <string>
#include <string_view>

#include "transport/admission.hpp"
#include "transport/frame.hpp"
#include "transport/session.hpp"
#include "transport/session_table.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// Answers nodes that have no link here: welcomes, refuses or enrols them, or makes a session. A
/// node costs no memory before its second hello.
class InboundHandshake {
 public:
  /// All of it outlives this.
  InboundHandshake(const Session::Context& context, const Admission& admission,
                   SessionTable& sessions, RefusalLog& refusals);

  /// Answers a hello, or gives it to the session that it belongs to. Returns that session, which
  /// has frames to transmit; null if the hello was answered otherwise.
  SessionEntry* on_hello(Route route, const Sender& sender, const Frame& hello, Instant now);

  /// Refuses a frame that belongs to no link of this node.
  void refuse_unlinked(Route route, const Sender& sender, const FrameHeader& header, Instant now);
  void refuse(Route route, PeerId to, std::string_view reason);
  /// From now on every new node is refused.
  void stop_accepting() { is_accepting_ = false; }

 private:
  void on_invited(Route route, const Sender& sender, const Frame& hello, Instant now);
  SessionEntry* on_bulk_hello(Route route, const Frame& hello, Instant now);
  SessionEntry* accept(Route route, const Sender& sender, const Frame& hello, Instant now);
  void refuse_departed(Route route, const Sender& sender, const DepartedPeer& gone, Instant now);
  [[nodiscard]] std::string this_node() const;

  const Session::Context& context_;
  const Admission& admission_;
  SessionTable& sessions_;
  RefusalLog& refusals_;
  bool is_accepting_ = true;
};

}  // namespace troupe::transport
