#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/core/reactor.hpp"
#include "runtime/core/result.hpp"
#include "transport/link.hpp"
#include "transport/link_options.hpp"
#include "transport/refusals.hpp"
#include "transport/security.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// A peer as it is now.
struct Peer {
  PeerId id = 0;
  std::string name{};
  LinkState state = LinkState::connecting;
  Duration silent_for{};           ///< Since anything was heard of it.
  Instant lease_from{};            ///< As Link::lease_from; of one that is up or unreachable.
  Duration lag{};                  ///< How long the oldest message that it has not confirmed waits.
  std::size_t buffered_bytes = 0;  ///< Sent to it and not confirmed.
  std::string key{};               ///< That it proved, as text; empty: none.
  std::string role{};              ///< That goes with its key.
  std::string address{};           ///< Of its machine, where it dialed and the wire knows.
  std::string reason{};            ///< Of one that is down.
};

/// A wire and the links on it: one link for each peer's incarnation, whoever dialed.
///
/// Lives on the reactor's thread: made, called, called back and destroyed there. It may be called
/// from its callbacks, but not destroyed in them.
class Endpoint final {
 public:
  struct Callbacks {
    /// A link is up for the first time. Each peer that came up goes down once, unless this
    /// endpoint closes before.
    std::function<void(PeerId, std::string_view name, Bytes greeting)> on_up;
    /// In the order sent, each once. The bytes are valid during the call only.
    std::function<void(PeerId, Bytes message)> on_message;
    /// The peer is gone for good: it left, was lost, or refused. It cannot come back as the same.
    std::function<void(PeerId, const Departure&)> on_down;
    /// After a `send` that was `exhausted`: there is room again.
    std::function<void(PeerId)> on_room;
    /// It fell silent (`unreachable`), or was heard again (`up`). May be empty.
    std::function<void(PeerId, LinkState)> on_state;
    /// Whose key it is, where connections carry keys.
    MemberOf member_of;
    Enrol enrol;  ///< May be empty: nobody is invited.
    /// As on_message and on_room, of the lane for large messages. May be empty: it is not used.
    std::function<void(PeerId, Bytes message)> on_bulk;
    std::function<void(PeerId)> on_bulk_room;
  };
  using OnDialed = std::function<void(Result<PeerId>)>;

  Endpoint(Reactor& reactor, std::unique_ptr<Wire> wire, Identity self, LinkOptions options,
           Callbacks callbacks);
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Accepts peers at `address`; returns the address to dial.
  Result<std::string> listen(const std::string& address);

  /// Calls `done` once, later: with the peer that answered, after its `on_up`; or refused, or
  /// timed out after `patience`. While the link lives a lost connection is dialed again.
  void dial(const std::string& address, Duration patience, OnDialed done);

  /// Queues for `to`; sent when the reactor has run what is due, with all else that was queued by
  /// then. `exhausted`: the buffer is full, on_room will follow. `gone`: no such link.
  Result<void> send(PeerId to, Bytes message);

  /// The same for a large message, on a lane of its own: a second connection, which is opened when
  /// it is first needed and ends with the link. What is sent on one lane does not wait for the
  /// other, and may overtake it. `message` starts with `bulk_headroom` bytes of any content; it is
  /// taken unless there is an error. After `exhausted` comes on_bulk_room.
  Result<void> send_bulk(PeerId to, std::string& message);

  /// Tells one peer goodbye, after all that was sent to it; its on_down comes when it confirms, or
  /// does not in time.
  void leave(PeerId peer, const std::string& reason);

  /// Tells every peer goodbye, waits at most `patience` until they have confirmed all that was
  /// sent, then calls `done`. From now on there are no other callbacks.
  void close(const std::string& reason, Duration patience, std::function<void()> done);

  /// Links, and the latest peers that are gone (`down`).
  [[nodiscard]] std::vector<Peer> peers() const;

  [[nodiscard]] const Identity& self() const { return self_; }

  /// Asks whose keys they are of every peer that came with one, and gives up those who are not the
  /// same any more.
  void check_members();

  /// None if there is no link, or it carries no key of a member.
  [[nodiscard]] std::optional<Member> member(PeerId peer) const;

  /// Gives a peer up at once, and refuses what it says from now on.
  void expel(PeerId peer, const std::string& reason);

  /// Somebody who may link said what it may not; for the owner.
  void note_refusal(PeerId peer, std::string why);
  /// Somebody known by name only.
  void note_refusal(std::string name, std::string why);

  /// Frames that were not understood, or named a node that their sender is not, and were dropped.
  [[nodiscard]] std::uint64_t frames_dropped() const { return frames_dropped_; }
  /// Who was turned away, before its first frame or for what it said.
  [[nodiscard]] std::vector<Refusal> refusals() const;

 private:
  struct Session;
  struct Departed {
    PeerId id = 0;
    std::string name{};
    std::string reason{};
    std::string address{};
  };
  static constexpr std::size_t departed_max = 1024;
  static constexpr std::size_t sessions_max = 1024;

  // What arrives.
  void on_frame(Route route, const Sender& sender, Bytes bytes);
  void on_hello(Route route, const Sender& sender, const Frame& frame);
  void on_invited(Route route, const Sender& sender, const Frame& hello);
  void accept(Route route, const Sender& sender, const Frame& hello);
  void on_shut(Route dialed, const std::string& reason);
  void on_welcome(Session& dialing, const Frame& frame);
  void on_sequenced(Route route, const Sender& sender, const Frame& frame);
  void merge(Session& dialing, Session& existing);
  void on_lane_hello(Route route, const Frame& frame);
  void on_lane_frame(Session& session, const Frame& frame);
  void refuse(Route route, PeerId to, std::string_view reason);
  void refuse_departed(Route route, const Sender& sender, const Departed& gone);
  void drop(const Sender& sender, std::string why);
  [[nodiscard]] std::optional<std::string> objection(const Sender& sender,
                                                     const Frame& hello) const;

  // What is due.
  void touch(Session& session);
  void flush();
  void settle(Session& session);
  void arm(Session& session);
  void tick(std::uint64_t number);
  void redial(Session& session);
  void watch_progress(Session& session, Instant now);
  void open_lane(Session& session);
  void dial_lane(Session& session, Instant now);
  void apply_lane_state(Session& session, Instant now);
  void settle_lane(Session& session, Instant now);
  void tick_lane(Session& session, Instant now);
  void say_goodbye(Session& session, const std::string& reason, Instant now);

  // What the owner is told.
  void report(Session& session);
  void report_up(Session& session);
  void report_down(Session& session);
  void finish_closing();

  Session& add(Link link);
  void bury(Session& session);
  void hang_up_later(Route route);
  [[nodiscard]] std::optional<Member> member_with(std::string_view key) const;
  [[nodiscard]] std::string name_of(const Sender& sender) const;
  [[nodiscard]] Error no_link(PeerId peer) const;
  Session* session_of(PeerId peer) const;
  Session* session_dialed_on(Route route) const;
  const Departed* departed(PeerId peer) const;

  Reactor& reactor_;
  std::unique_ptr<Wire> wire_;
  const Identity self_;
  const LinkOptions options_;
  Callbacks callbacks_;
  std::map<std::uint64_t, std::unique_ptr<Session>> sessions_;  ///< By a number never used again.
  std::uint64_t last_number_ = 0;
  std::unordered_map<PeerId, Session*> by_peer_;
  std::deque<Departed> departed_;     ///< They are refused when they come back. Oldest first.
  std::vector<std::uint64_t> dirty_;  ///< Sessions to flush.
  bool flush_posted_ = false;
  std::uint64_t frames_dropped_ = 0;
  Refusals refusals_;
  bool closing_ = false;
  std::function<void()> closed_;
  Reactor::TimerId closing_timer_ = Reactor::TimerId::none;
  std::shared_ptr<const bool> alive_;  ///< What is posted holds it weakly.
};

}  // namespace troupe::transport
