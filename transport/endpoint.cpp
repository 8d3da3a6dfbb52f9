#include "transport/endpoint.hpp"

#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::transport {

Endpoint::Endpoint(Reactor& reactor, std::unique_ptr<Wire> wire, Identity self, LinkOptions options,
                   Callbacks callbacks)
    : reactor_(reactor),
      wire_(std::move(wire)),
      self_(std::move(self)),
      options_(options),
      callbacks_(std::move(callbacks)),
      context_{self_, options_, *wire_},
      admission_(self_, callbacks_.member_of, callbacks_.enrol),
      handshake_(context_, admission_, sessions_, refusals_),
      alive_(std::make_shared<const bool>(true)) {
  check(self_.id != 0, "a node's id is not 0");
  check(callbacks_.on_up && callbacks_.on_message && callbacks_.on_down && callbacks_.on_room,
        "an endpoint has the callbacks that may not be empty");
  wire_->receive_with(
      [this](Route route, const Sender& sender, Bytes bytes) { on_frame(route, sender, bytes); });
  wire_->dial_rejected_with(
      [this](Route dialed, const std::string& reason) { on_dial_rejected(dialed, reason); });
}

Endpoint::~Endpoint() {
  for (const auto& [number, entry] : sessions_.entries()) reactor_.cancel(entry->timer);
  reactor_.cancel(closing_timer_);
}

Result<std::string> Endpoint::listen(const std::string& address) {
  return wire_->listen(address);
}

void Endpoint::dial(const std::string& address, Duration patience, OnDialed done) {
  const auto fail = [&](Error error) {
    reactor_.post([done = std::move(done), error = std::move(error)] { done(error); });
  };
  if (closing_) return fail({ErrorKind::gone, "this node is leaving"});
  if (sessions_.is_full())
    return fail({ErrorKind::exhausted,
                 "this node has " + std::to_string(SessionTable::sessions_max) + " links already"});
  const auto route = wire_->dial(address);
  if (!route) return fail(route.error());
  const Instant now = reactor_.now();
  SessionEntry& entry =
      sessions_.add(Session::dialing(context_, address, *route, now + patience, now));
  entry.dialers.push_back(std::move(done));
  schedule(entry);
}

Error Endpoint::no_link(PeerId peer) const {
  const DepartedPeer* const gone = sessions_.departed(peer);
  return {ErrorKind::gone,
          gone == nullptr ? "no link to that node" : "node '" + gone->name + "': " + gone->reason};
}

SessionEntry* Endpoint::entry_that_was_up(PeerId peer) const {
  SessionEntry* const entry = sessions_.with_peer(peer);
  return entry != nullptr && entry->was_up ? entry : nullptr;
}

Result<void> Endpoint::send(PeerId to, Bytes message) {
  SessionEntry* const entry = entry_that_was_up(to);
  if (entry == nullptr) return no_link(to);
  auto sent = entry->session.send(message, reactor_.now());
  if (sent) schedule(*entry);
  return sent;
}

Result<void> Endpoint::send_bulk(PeerId to, std::string& message) {
  SessionEntry* const entry = entry_that_was_up(to);
  if (entry == nullptr) return no_link(to);
  const bool had_lane = entry->session.has_bulk_lane();
  auto sent = entry->session.send_bulk(message, reactor_.now());
  if (sent || entry->session.has_bulk_lane() != had_lane) schedule(*entry);
  return sent;
}

void Endpoint::leave(PeerId peer, const std::string& reason) {
  SessionEntry* const entry = sessions_.with_peer(peer);
  if (entry == nullptr) return;
  if (entry->session.leave(reason, reactor_.now())) schedule(*entry);
}

void Endpoint::close(const std::string& reason, Duration patience, std::function<void()> done) {
  check(!closing_, "an endpoint is closed once");
  closing_ = true;
  closed_ = std::move(done);
  handshake_.stop_accepting();
  const Instant now = reactor_.now();
  for (const auto& [number, entry] : sessions_.entries())
    if (entry->session.leave(reason, now)) schedule(*entry);
  closing_timer_ = reactor_.at(sessions_.is_empty() ? now : now + patience, [this] {
    while (!sessions_.is_empty()) finalize(*sessions_.entries().begin()->second);
    finish_closing();
  });
}

void Endpoint::finish_closing() {
  reactor_.cancel(closing_timer_);
  reactor_.post(std::exchange(closed_, {}));
}

void Endpoint::check_members() {
  for (const auto& [number, entry] : sessions_.entries()) {
    const Session::Remote& remote = entry->session.remote();
    if (!remote.member) continue;
    const auto why = admission_.revocation(remote.key, *remote.member);
    if (!why) continue;
    refusals_.note(remote.member->name, remote.machine, *why, reactor_.now());
    expel(entry->session.peer(), *why);
  }
}

void Endpoint::expel(PeerId peer, const std::string& reason) {
  SessionEntry* const entry = sessions_.with_peer(peer);
  if (entry == nullptr) return;
  handshake_.refuse(entry->session.route(), peer, reason);
  entry->session.give_up({Departure::Cause::refused, reason});
  schedule(*entry);
}

std::optional<Member> Endpoint::member(PeerId peer) const {
  const SessionEntry* const entry = sessions_.with_peer(peer);
  return entry == nullptr ? std::nullopt : entry->session.remote().member;
}

void Endpoint::note_refusal(PeerId peer, std::string why) {
  const SessionEntry* const entry = sessions_.with_peer(peer);
  if (entry == nullptr) return;
  refusals_.note(entry->session.link().peer_name(), entry->session.remote().machine, std::move(why),
                 reactor_.now());
}

void Endpoint::note_refusal(std::string name, std::string why) {
  refusals_.note(std::move(name), {}, std::move(why), reactor_.now());
}

std::vector<Refusal> Endpoint::refusals() const {
  std::vector<Refusal> all = wire_->refusals().entries();
  all.insert(all.end(), refusals_.entries().begin(), refusals_.entries().end());
  return all;
}

std::vector<Peer> Endpoint::peers() const {
  std::vector<Peer> peers;
  const Instant now = reactor_.now();
  for (const auto& [number, entry] : sessions_.entries())
    if (entry->was_up) peers.push_back(entry->session.describe(now));
  for (const DepartedPeer& gone : sessions_.departed())
    peers.push_back({.id = gone.id,
                     .name = gone.name,
                     .state = LinkState::down,
                     .address = gone.machine,
                     .reason = gone.reason});
  return peers;
}

// Frames that arrive.

void Endpoint::on_frame(Route route, const Sender& sender, Bytes bytes) {
  // ZeroMQ cannot disconnect a peer, so the key of an open connection may have been revoked.
  if (!admission_.admits(sender)) return drop(sender, "its key is not admitted");
  const auto frame = decode_frame(bytes, options_.frame_max, options_.bulk_frame_max);
  if (!frame) return drop(sender, "its frame was dropped: " + frame.error().what);
  const FrameHeader& header = frame->header;
  if (const SessionEntry* known = sessions_.with_peer(header.from);
      known != nullptr && !known->session.may_speak(route, sender))
    return drop(sender, "it spoke for node '" + known->session.link().peer_name() + "'");
  if (header.kind == FrameKind::hello) return on_hello(route, sender, *frame);
  if (header.kind != FrameKind::welcome && header.kind != FrameKind::refusal)
    return on_link_frame(route, sender, *frame);
  // A peer that connected with a key is not the node that was dialed, whatever its route says.
  SessionEntry* const dialing = sender.key.empty() ? sessions_.with_dialed_route(route) : nullptr;
  if (header.kind == FrameKind::refusal) return on_refusal(route, dialing, *frame);
  if (dialing != nullptr && dialing->session.peer() == 0) on_welcome(*dialing, *frame);
}

void Endpoint::drop(const Sender& sender, std::string why) {
  ++frames_dropped_;
  refusals_.note(admission_.name_of(sender), std::string(sender.address), std::move(why),
                 reactor_.now());
}

void Endpoint::on_hello(Route route, const Sender& sender, const Frame& hello) {
  SessionEntry* const entry = handshake_.on_hello(route, sender, hello, reactor_.now());
  if (entry == nullptr) return;
  schedule(*entry);
  if (!hello.header.bulk) report(*entry);
}

/// The node that was dialed knows this node's key and does not admit it.
void Endpoint::on_dial_rejected(Route dialed, const std::string& reason) {
  for (const auto& [number, entry] : sessions_.entries()) {
    Session& session = entry->session;
    if (session.dialed() != dialed && session.bulk_dialed() != dialed) continue;
    session.give_up({Departure::Cause::refused, reason});
    schedule(*entry);
  }
}

void Endpoint::on_welcome(SessionEntry& dialing, const Frame& frame) {
  const PeerId peer = frame.header.from;
  if (const DepartedPeer* gone = sessions_.departed(peer)) {
    dialing.session.give_up(
        {Departure::Cause::refused, "this node has given it up: " + gone->reason});
  } else if (SessionEntry* existing = sessions_.with_peer(peer)) {
    return merge(dialing, *existing);
  } else {
    dialing.session.receive(frame, reactor_.now());
    if (dialing.session.peer() != 0) sessions_.bind_peer(dialing);
  }
  schedule(dialing);
}

/// The node that was dialed has a link already: it dialed too, or was dialed twice.
void Endpoint::merge(SessionEntry& dialing, SessionEntry& existing) {
  for (OnDialed& done : std::exchange(dialing.dialers, {})) {
    if (existing.was_up)
      done(existing.session.peer());
    else
      existing.dialers.push_back(std::move(done));
  }
  if (existing.session.adopt_route(dialing.session, reactor_.now())) schedule(existing);
  finalize(dialing);
}

void Endpoint::on_refusal(Route route, SessionEntry* dialing, const Frame& frame) {
  // Another node than the one that was dialed may refuse on the dialed route.
  SessionEntry* const entry = dialing != nullptr ? dialing : sessions_.with_peer(frame.header.from);
  // A refusal on a route that was given up is for an earlier connection.
  if (entry == nullptr || entry->session.route() != route) return;
  entry->session.receive(frame, reactor_.now());
  schedule(*entry);
}

void Endpoint::on_link_frame(Route route, const Sender& sender, const Frame& frame) {
  const FrameHeader& header = frame.header;
  const Instant now = reactor_.now();
  SessionEntry* const entry = sessions_.with_peer(header.from);
  if (header.to != self_.id || entry == nullptr)
    return handshake_.refuse_unlinked(route, sender, header, now);
  if (header.bulk) return on_bulk_frame(*entry, frame);
  Session& session = entry->session;
  session.receive(frame, now);
  schedule(*entry);
  if (session.state() == LinkState::up) report(*entry);
  if (entry->was_up) session.open_requested_bulk_lane(now);
  while (const auto message = session.next_message())
    if (!closing_) callbacks_.on_message(header.from, *message);
}

void Endpoint::on_bulk_frame(SessionEntry& entry, const Frame& frame) {
  if (!entry.session.receive_bulk(frame, reactor_.now())) return;
  schedule(entry);
  while (const auto message = entry.session.next_bulk_message())
    if (!closing_ && callbacks_.on_bulk) callbacks_.on_bulk(frame.header.from, *message);
}

// Frames and timeouts that are due.

void Endpoint::schedule(SessionEntry& entry) {
  if (!std::exchange(entry.is_scheduled, true)) scheduled_.push_back(entry.number);
  if (std::exchange(flush_posted_, true)) return;
  reactor_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) flush_scheduled();
  });
}

void Endpoint::flush_scheduled() {
  flush_posted_ = false;
  for (const std::uint64_t number : std::exchange(scheduled_, {})) {
    SessionEntry* const entry = sessions_.with_number(number);
    if (entry == nullptr) continue;
    entry->is_scheduled = false;
    flush(*entry);
  }
  if (closing_ && closed_ && sessions_.is_empty()) finish_closing();
}

void Endpoint::flush(SessionEntry& entry) {
  Session& session = entry.session;
  session.transmit(reactor_.now());
  if (session.take_bulk_room() && !closing_ && callbacks_.on_bulk_room)
    callbacks_.on_bulk_room(session.peer());
  report(entry);
  if (session.state() == LinkState::down) return finalize(entry);
  set_timer(entry);
}

/// A timer that fires early is harmless, so a timer is replaced by an earlier one only.
void Endpoint::set_timer(SessionEntry& entry) {
  const Instant due = entry.session.deadline();
  if (entry.timer != Reactor::TimerId::none && entry.timer_at <= due) return;
  reactor_.cancel(entry.timer);
  entry.timer_at = due;
  entry.timer = reactor_.at(due, [this, number = entry.number] { on_timer(number); });
}

void Endpoint::on_timer(std::uint64_t number) {
  SessionEntry* const entry = sessions_.with_number(number);
  check(entry != nullptr, "the timer of a session ends with the session");
  entry->timer = Reactor::TimerId::none;
  if (const auto stalled = entry->session.tick(reactor_.now()))
    note_refusal(entry->session.peer(), *stalled);
  schedule(*entry);
}

// Reports to the owner.

void Endpoint::report(SessionEntry& entry) {
  const LinkState state = entry.session.state();
  const LinkState before = std::exchange(entry.reported, state);
  if (closing_) return;
  if (entry.session.take_room()) callbacks_.on_room(entry.session.peer());
  if (state == before) return;
  if (state == LinkState::down) return report_down(entry);
  if (!entry.was_up) return report_up(entry);
  if (callbacks_.on_state) callbacks_.on_state(entry.session.peer(), state);
}

void Endpoint::report_up(SessionEntry& entry) {
  entry.was_up = true;
  const Link& link = entry.session.link();
  callbacks_.on_up(link.peer(), link.peer_name(), link.peer_greeting());
  for (const OnDialed& done : std::exchange(entry.dialers, {})) done(link.peer());
}

void Endpoint::report_down(SessionEntry& entry) {
  const Departure& departure = entry.session.link().departure();
  if (entry.was_up) return callbacks_.on_down(entry.session.peer(), departure);
  const bool refused = departure.cause == Departure::Cause::refused;
  const Error error{refused ? ErrorKind::refused : ErrorKind::timed_out, departure.reason};
  for (const OnDialed& done : std::exchange(entry.dialers, {})) done(error);
}

void Endpoint::finalize(SessionEntry& entry) {
  if (const Route dialed = entry.session.dialed()) hang_up_later(dialed);
  if (const Route dialed = entry.session.bulk_dialed()) hang_up_later(dialed);
  reactor_.cancel(entry.timer);
  sessions_.remove(entry);
}

/// Hanging up at once would lose the last frame, which may acknowledge a goodbye.
void Endpoint::hang_up_later(Route route) {
  reactor_.at(reactor_.now() + options_.heartbeat, [this, alive = std::weak_ptr(alive_), route] {
    if (!alive.expired()) wire_->hang_up(route);
  });
}

}  // namespace troupe::transport
