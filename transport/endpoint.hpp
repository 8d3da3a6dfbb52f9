#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/reactor.hpp"
#include "runtime/core/result.hpp"
#include "transport/admission.hpp"
#include "transport/inbound_handshake.hpp"
#include "transport/link.hpp"
#include "transport/link_options.hpp"
#include "transport/security.hpp"
#include "transport/session.hpp"
#include "transport/session_table.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// A wire and the links on it: one link for each incarnation of a peer, whichever side dialed. This
/// class connects the parts to the reactor and to its owner; Session, SessionTable, Admission and
/// InboundHandshake decide.
///
/// Created, called, called back and destroyed on the reactor's thread. A callback may call the
/// endpoint, but may not destroy it.
class Endpoint final {
 public:
  struct Callbacks {
    /// A link is up for the first time. Each such peer goes down once, unless this endpoint is
    /// closed before.
    std::function<void(PeerId, std::string_view name, Bytes greeting)> on_up;
    /// In the order sent, each once. The bytes are valid during the call only.
    std::function<void(PeerId, Bytes message)> on_message;
    /// The peer is gone for good: it left, was lost, or one side refused the other. The same
    /// incarnation cannot come back.
    std::function<void(PeerId, const Departure&)> on_down;
    /// There is room again after a `send` that was `exhausted`.
    std::function<void(PeerId)> on_room;
    /// The peer became silent (`unreachable`) or was heard again (`up`). May be empty.
    std::function<void(PeerId, LinkState)> on_state;
    MemberOf member_of;  ///< May be empty if the wire carries no keys.
    Enrol enrol;         ///< May be empty: no key is an invitation.
    /// As on_message and on_room, for the bulk lane. May be empty if the lane is not used.
    std::function<void(PeerId, Bytes message)> on_bulk;
    std::function<void(PeerId)> on_bulk_room;
  };
  using OnDialed = transport::OnDialed;

  Endpoint(Reactor& reactor, std::unique_ptr<Wire> wire, Identity self, LinkOptions options,
           Callbacks callbacks);
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Accepts peers at `address`; returns the address to dial.
  Result<std::string> listen(const std::string& address);

  /// Calls `done` once, later: with the peer that answered, after its `on_up`; or with `refused` or
  /// `timed_out` (after `patience`). A lost connection is dialed again as long as the link lives.
  void dial(const std::string& address, Duration patience, OnDialed done);

  /// Queues a message. It is transmitted together with all that is queued until the reactor has run
  /// the callbacks that are due. `exhausted`: the queue is full, and on_room follows. `gone`: there
  /// is no such link.
  Result<void> send(PeerId to, Bytes message);

  /// The same for a large message on the bulk lane: a second connection, opened on first use, which
  /// ends with the link. The lanes do not wait for each other, and there is no order between them.
  /// `message` starts with `bulk_headroom` bytes of any content, and is moved from unless there is
  /// an error. After `exhausted`, on_bulk_room follows.
  Result<void> send_bulk(PeerId to, std::string& message);

  /// Says goodbye to one peer after all that was sent to it. Its on_down follows when it has
  /// acknowledged that, or when it is lost.
  void leave(PeerId peer, const std::string& reason);

  /// Says goodbye to every peer, waits at most `patience` until they have acknowledged all that was
  /// sent, then calls `done`. From now on there are no other callbacks.
  void close(const std::string& reason, Duration patience, std::function<void()> done);

  /// All links that were up, and the latest peers that are gone (`down`).
  [[nodiscard]] std::vector<Peer> peers() const;

  [[nodiscard]] const Identity& self() const { return self_; }

  /// Asks for the owner of each peer's key again, and gives up the peers whose owner has changed.
  void check_members();

  /// None if there is no link, or the peer did not connect with a key.
  [[nodiscard]] std::optional<Member> member(PeerId peer) const;

  /// Gives a peer up at once, and refuses its frames from now on.
  void expel(PeerId peer, const std::string& reason);

  /// Notes that a linked peer said what it may not.
  void note_refusal(PeerId peer, std::string why);
  /// The same of a peer that is known by name only.
  void note_refusal(std::string name, std::string why);

  /// Number of frames that were dropped: malformed, or not from the node that they name.
  [[nodiscard]] std::uint64_t frames_dropped() const { return frames_dropped_; }
  /// Refused peers: by the wire before their first frame, then by this endpoint.
  [[nodiscard]] std::vector<Refusal> refusals() const;

 private:
  // Frames that arrive.
  void on_frame(Route route, const Sender& sender, Bytes bytes);
  void on_hello(Route route, const Sender& sender, const Frame& hello);
  void on_dial_rejected(Route dialed, const std::string& reason);
  void on_welcome(SessionEntry& dialing, const Frame& frame);
  void on_refusal(Route route, SessionEntry* dialing, const Frame& frame);
  void on_link_frame(Route route, const Sender& sender, const Frame& frame);
  void on_bulk_frame(SessionEntry& entry, const Frame& frame);
  void merge(SessionEntry& dialing, SessionEntry& existing);
  void drop(const Sender& sender, std::string why);

  // Frames and timeouts that are due.
  void schedule(SessionEntry& entry);
  void flush_scheduled();
  void flush(SessionEntry& entry);
  void set_timer(SessionEntry& entry);
  void on_timer(std::uint64_t number);

  // Reports to the owner.
  void report(SessionEntry& entry);
  void report_up(SessionEntry& entry);
  void report_down(SessionEntry& entry);
  void finish_closing();

  void finalize(SessionEntry& entry);
  void hang_up_later(Route route);
  [[nodiscard]] SessionEntry* entry_that_was_up(PeerId peer) const;
  [[nodiscard]] Error no_link(PeerId peer) const;

  Reactor& reactor_;
  std::unique_ptr<Wire> wire_;
  const Identity self_;
  const LinkOptions options_;
  Callbacks callbacks_;
  const Session::Context context_;
  const Admission admission_;
  SessionTable sessions_;
  RefusalLog refusals_;
  InboundHandshake handshake_;
  std::vector<std::uint64_t> scheduled_;  ///< Numbers of the sessions to flush.
  bool flush_posted_ = false;
  std::uint64_t frames_dropped_ = 0;
  bool closing_ = false;
  std::function<void()> closed_;
  Reactor::TimerId closing_timer_ = Reactor::TimerId::none;
  std::shared_ptr<const bool> alive_;  ///< Posted callbacks hold it weakly.
};

}  // namespace troupe::transport
