#include "transport/endpoint.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"
#include "transport/address.hpp"

namespace troupe::transport {

struct Endpoint::Session {
  std::uint64_t number = 0;
  Link link;
  Route route{};                   ///< Where its frames go.
  Route dialed{};                  ///< The route that this side dialed, if it did.
  std::string key{};               ///< Of the other end, as text; empty without keys.
  std::optional<Member> member{};  ///< Whose that is, if it came with it.
  std::string machine{};           ///< That it came from.
  std::string address{};           ///< What it dials.
  Instant redial_at{};
  Instant patience = Instant::never();  ///< While connecting.
  std::vector<OnDialed> waiting{};      ///< For it to be up.
  LinkState reported = LinkState::connecting;
  bool was_up = false;
  bool dirty = false;
  Reactor::TimerId timer = Reactor::TimerId::none;
  Instant timer_at = Instant::never();

  /// Whether a frame that names this peer may be its own.
  [[nodiscard]] bool speaks_through(Route from, const Sender& sender) const {
    if (from == dialed && sender.key.empty()) return true;  // It proved its key to be dialed.
    return sender.key == key;
  }
};

Endpoint::Endpoint(Reactor& reactor, std::unique_ptr<Wire> wire, Identity self, LinkOptions options,
                   Callbacks callbacks)
    : reactor_(reactor),
      wire_(std::move(wire)),
      self_(std::move(self)),
      options_(options),
      callbacks_(std::move(callbacks)),
      alive_(std::make_shared<const bool>(true)) {
  check(self_.id != 0, "a node's id is not 0");
  check(callbacks_.on_up && callbacks_.on_message && callbacks_.on_down && callbacks_.on_room,
        "an endpoint has somebody to call back");
  wire_->receive_with(
      [this](Route route, const Sender& sender, Bytes bytes) { on_frame(route, sender, bytes); });
  wire_->shut_with([this](Route dialed, const std::string& reason) { on_shut(dialed, reason); });
}

Endpoint::~Endpoint() {
  for (const auto& [number, session] : sessions_) reactor_.cancel(session->timer);
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
  if (sessions_.size() >= sessions_max)
    return fail(
        {ErrorKind::exhausted, "this node has " + std::to_string(sessions_max) + " links already"});
  const auto route = wire_->dial(address);
  if (!route) return fail(route.error());
  const Instant now = reactor_.now();
  Session& session = add(Link::dialing(self_, options_, now));
  session.route = session.dialed = *route;
  session.address = address;
  session.key = key_in(address);
  session.patience = now + patience;
  session.waiting.push_back(std::move(done));
  touch(session);
}

Result<void> Endpoint::send(PeerId to, Bytes message) {
  Session* const session = session_of(to);
  if (session == nullptr || !session->was_up) {
    const Departed* const gone = departed(to);
    return Error{ErrorKind::gone, gone == nullptr ? "no link to that node"
                                                  : "node '" + gone->name + "': " + gone->reason};
  }
  auto sent = session->link.send(message, reactor_.now());
  if (sent) touch(*session);
  return sent;
}

void Endpoint::leave(PeerId peer, const std::string& reason) {
  Session* const session = session_of(peer);
  if (session == nullptr) return;
  session->link.leave(reason, reactor_.now());
  touch(*session);
}

void Endpoint::close(const std::string& reason, Duration patience, std::function<void()> done) {
  check(!closing_, "an endpoint is closed once");
  closing_ = true;
  closed_ = std::move(done);
  const Instant now = reactor_.now();
  for (const auto& [number, session] : sessions_) {
    session->link.leave(reason, now);
    touch(*session);
  }
  closing_timer_ = reactor_.at(sessions_.empty() ? now : now + patience, [this] {
    while (!sessions_.empty()) bury(*sessions_.begin()->second);
    finish_closing();
  });
}

void Endpoint::finish_closing() {
  reactor_.cancel(closing_timer_);
  reactor_.post(std::exchange(closed_, {}));
}

void Endpoint::check_members() {
  for (const auto& [number, session] : sessions_) {
    if (!session->member) continue;
    const auto member = member_with(session->key);
    if (member == session->member) continue;
    const std::string why =
        member ? "its key belongs to another name or role now" : "its key was revoked";
    refusals_.note(session->member->name, session->machine, why, reactor_.now());
    expel(session->link.peer(), why);
  }
}

void Endpoint::expel(PeerId peer, const std::string& reason) {
  Session* const session = session_of(peer);
  if (session == nullptr) return;
  refuse(session->route, peer, reason);
  session->link.give_up({Departure::Cause::refused, reason});
  touch(*session);
}

std::optional<Member> Endpoint::member(PeerId peer) const {
  const Session* const session = session_of(peer);
  return session == nullptr ? std::nullopt : session->member;
}

void Endpoint::note_refusal(PeerId peer, std::string why) {
  const Session* const session = session_of(peer);
  if (session == nullptr) return;
  refusals_.note(session->link.peer_name(), session->machine, std::move(why), reactor_.now());
}

std::vector<Refusal> Endpoint::refusals() const {
  std::vector<Refusal> all = wire_->refusals().kept();
  all.insert(all.end(), refusals_.kept().begin(), refusals_.kept().end());
  return all;
}

std::vector<Peer> Endpoint::peers() const {
  std::vector<Peer> peers;
  const Instant now = reactor_.now();
  for (const auto& [number, session] : sessions_) {
    const Link& link = session->link;
    if (!session->was_up) continue;
    peers.push_back({link.peer(), link.peer_name(), link.state(), now - link.last_heard(),
                     link.lag(now), link.buffered_bytes(), session->key,
                     session->member ? session->member->role : std::string(), session->machine});
  }
  for (const Departed& gone : departed_)
    peers.push_back({.id = gone.id,
                     .name = gone.name,
                     .state = LinkState::down,
                     .address = gone.address,
                     .reason = gone.reason});
  return peers;
}

// What arrives.

void Endpoint::on_frame(Route route, const Sender& sender, Bytes bytes) {
  // ZeroMQ cannot hang up on one that connected: its key may have been revoked since.
  if (!sender.key.empty() && !member_with(sender.key))
    return drop(sender, "its key is not admitted");
  const auto frame = decode_frame(bytes, options_.frame_max);
  if (!frame) return drop(sender, "its frame was dropped: " + frame.error().what);
  const FrameHeader& header = frame->header;
  if (const Session* known = session_of(header.from);
      known != nullptr && !known->speaks_through(route, sender))
    return drop(sender, "it spoke for node '" + known->link.peer_name() + "'");
  if (header.kind == FrameKind::hello) return on_hello(route, sender, *frame);
  if (header.kind != FrameKind::welcome && header.kind != FrameKind::refusal)
    return on_sequenced(route, *frame);
  // Whoever connected with a key is not who was dialed, whatever it calls its route.
  Session* const dialing = sender.key.empty() ? session_dialed_on(route) : nullptr;
  if (header.kind == FrameKind::welcome) {
    if (dialing != nullptr && dialing->link.peer() == 0) on_welcome(*dialing, *frame);
    return;
  }
  // Who refuses on a dialed route may be another node than the one that was dialed.
  Session* const session = dialing != nullptr ? dialing : session_of(header.from);
  if (session == nullptr) return;
  session->link.receive(*frame, reactor_.now());
  touch(*session);
}

void Endpoint::drop(const Sender& sender, std::string why) {
  ++frames_dropped_;
  refusals_.note(name_of(sender), std::string(sender.address), std::move(why), reactor_.now());
}

/// The other end knows this node's key, and says that it is not admitted.
void Endpoint::on_shut(Route dialed, const std::string& reason) {
  Session* const session = session_dialed_on(dialed);
  if (session == nullptr) return;
  session->link.give_up({Departure::Cause::refused, session->address + ": " + reason});
  touch(*session);
}

/// Why this node does not talk to whoever says so, whatever its links.
std::optional<std::string> Endpoint::objection(const Sender& sender, const Frame& hello) const {
  if (auto of_the_link = Link::objection(self_, hello.header)) return of_the_link;
  if (sender.key.empty()) return std::nullopt;
  const auto member = member_with(sender.key);
  if (!member) return "its key is not admitted";
  const auto greeting = decode_greeting(hello.body);
  if (greeting && !member->name.empty() && greeting->name != member->name)
    return "the key belongs to node '" + member->name + "', not to '" +
           std::string(greeting->name) + "'";
  return std::nullopt;
}

void Endpoint::on_hello(Route route, const Sender& sender, const Frame& frame) {
  const FrameHeader& header = frame.header;
  if (const auto why = objection(sender, frame)) {
    refusals_.note(name_of(sender), std::string(sender.address), *why, reactor_.now());
    return refuse(route, header.from, *why);
  }
  if (const auto member = member_with(sender.key); member && member->invited)
    return on_invited(route, sender, frame);
  if (const Departed* gone = departed(header.from))
    return refuse(route, header.from, "this node has given it up: " + gone->reason);
  if (closing_) return refuse(route, header.from, "node '" + self_.name + "' is leaving");
  if (header.to == 0) {
    wire_->send(route, Link::welcome(self_, header));
    return;
  }
  Session* const session = session_of(header.from);
  if (session == nullptr) return accept(route, sender, frame);
  const auto attempt = session->link.peer_attempt();
  session->link.receive(frame, reactor_.now());
  if (session->link.peer_attempt() > attempt) session->route = route;
  touch(*session);
  report(*session);
}

/// The invitation's holder has shown its name already; the greeting is the key that it brings.
void Endpoint::on_invited(Route route, const Sender& sender, const Frame& hello) {
  const PeerId peer = hello.header.from;
  const auto greeting = decode_greeting(hello.body);
  Key key;
  if (!greeting || greeting->payload.size() != key.bytes.size())
    return refuse(route, peer, "an invitation is good for bringing a key, and nothing else");
  std::ranges::copy(greeting->payload, key.bytes.begin());
  const auto enrolled = callbacks_.enrol
                            ? callbacks_.enrol(sender.key, key)
                            : Result<void>(Error{ErrorKind::refused, "nobody is invited"});
  if (enrolled) {
    wire_->send(route, Link::welcome(self_, hello.header));
    return;
  }
  refusals_.note(name_of(sender), std::string(sender.address), enrolled.error().what,
                 reactor_.now());
  refuse(route, peer, enrolled.error().what);
}

void Endpoint::accept(Route route, const Sender& sender, const Frame& hello) {
  const PeerId peer = hello.header.from;
  if (sessions_.size() >= sessions_max)
    return refuse(
        route, peer,
        "node '" + self_.name + "' has " + std::to_string(sessions_max) + " links already");
  auto link = Link::accepted(self_, options_, hello, reactor_.now());
  if (!link) return refuse(route, peer, link.error().what);
  Session& session = add(std::move(*link));
  session.route = route;
  session.key = sender.key;
  session.machine = sender.address;
  if (!sender.key.empty()) session.member = member_with(sender.key);
  by_peer_.emplace(peer, &session);
  touch(session);
  report(session);
}

void Endpoint::on_welcome(Session& dialing, const Frame& frame) {
  const PeerId peer = frame.header.from;
  if (const Departed* gone = departed(peer)) {
    dialing.link.give_up({Departure::Cause::refused, "this node has given it up: " + gone->reason});
  } else if (Session* existing = session_of(peer)) {
    return merge(dialing, *existing);
  } else {
    dialing.link.receive(frame, reactor_.now());
    if (dialing.link.peer() != 0) by_peer_.emplace(peer, &dialing);
  }
  touch(dialing);
}

/// The node that was dialed has a link already: it dialed too, or was dialed twice.
void Endpoint::merge(Session& dialing, Session& existing) {
  for (OnDialed& done : dialing.waiting) {
    if (existing.was_up)
      done(existing.link.peer());
    else
      existing.waiting.push_back(std::move(done));
  }
  dialing.waiting.clear();
  if (existing.link.state() == LinkState::unreachable) {  // Here it was heard.
    if (existing.dialed) wire_->hang_up(existing.dialed);
    existing.route = existing.dialed = std::exchange(dialing.dialed, {});
    existing.address = dialing.address;
    existing.link.redialed(reactor_.now());
    touch(existing);
  }
  bury(dialing);
}

void Endpoint::on_sequenced(Route route, const Frame& frame) {
  const FrameHeader& header = frame.header;
  Session* const session = session_of(header.from);
  if (header.to != self_.id || session == nullptr) {
    const Departed* const gone = departed(header.from);
    return refuse(route, header.from,
                  header.to != self_.id
                      ? "node '" + self_.name + "' answers here, not the one meant"
                  : gone == nullptr ? "node '" + self_.name + "' has no link to it"
                                    : "this node has given it up: " + gone->reason);
  }
  session->link.receive(frame, reactor_.now());
  touch(*session);
  if (session->link.state() == LinkState::up) report(*session);
  while (const auto message = session->link.next_message())
    if (!closing_) callbacks_.on_message(header.from, *message);
}

void Endpoint::refuse(Route route, PeerId to, std::string_view reason) {
  wire_->send(route, Link::refusal(self_, to, reason));
}

// What is due.

void Endpoint::touch(Session& session) {
  if (!std::exchange(session.dirty, true)) dirty_.push_back(session.number);
  if (std::exchange(flush_posted_, true)) return;
  reactor_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) flush();
  });
}

void Endpoint::flush() {
  flush_posted_ = false;
  for (const std::uint64_t number : std::exchange(dirty_, {})) {
    const auto found = sessions_.find(number);
    if (found == sessions_.end()) continue;
    found->second->dirty = false;
    settle(*found->second);
  }
  if (closing_ && closed_ && sessions_.empty()) finish_closing();
}

void Endpoint::settle(Session& session) {
  const Instant now = reactor_.now();
  while (const auto frame = session.link.next_frame(now)) wire_->send(session.route, *frame);
  report(session);
  if (session.link.state() == LinkState::down) return bury(session);
  arm(session);
}

void Endpoint::arm(Session& session) {
  Instant due = session.link.deadline();
  if (session.link.state() == LinkState::connecting) due = std::min(due, session.patience);
  if (session.link.state() == LinkState::unreachable && session.dialed)
    due = std::min(due, session.redial_at);
  if (session.timer != Reactor::TimerId::none && session.timer_at <= due) return;
  reactor_.cancel(session.timer);
  session.timer_at = due;
  session.timer = reactor_.at(due, [this, number = session.number] { tick(number); });
}

void Endpoint::tick(std::uint64_t number) {
  Session& session = *sessions_.at(number);
  session.timer = Reactor::TimerId::none;
  const Instant now = reactor_.now();
  session.link.tick(now);
  if (session.link.state() == LinkState::connecting && now >= session.patience)
    session.link.give_up({Departure::Cause::lost, "nobody answered at " + session.address});
  if (session.link.state() == LinkState::unreachable && session.dialed && now >= session.redial_at)
    redial(session);
  touch(session);
}

void Endpoint::redial(Session& session) {
  session.redial_at = reactor_.now() + options_.heartbeat;
  wire_->hang_up(session.dialed);
  const auto route = wire_->dial(session.address);
  if (!route) return;  // The connection that there was may still come back.
  session.route = session.dialed = *route;
  session.link.redialed(reactor_.now());
}

// What the owner is told.

void Endpoint::report(Session& session) {
  const LinkState state = session.link.state();
  const LinkState before = std::exchange(session.reported, state);
  if (closing_) return;
  if (session.link.take_room()) callbacks_.on_room(session.link.peer());
  if (state == before) return;
  if (state == LinkState::down) return report_down(session);
  if (!session.was_up) return report_up(session);
  if (callbacks_.on_state) callbacks_.on_state(session.link.peer(), state);
}

void Endpoint::report_up(Session& session) {
  session.was_up = true;
  callbacks_.on_up(session.link.peer(), session.link.peer_name(), session.link.peer_greeting());
  for (const OnDialed& done : std::exchange(session.waiting, {})) done(session.link.peer());
}

void Endpoint::report_down(Session& session) {
  const Departure& departure = session.link.departure();
  if (session.was_up) return callbacks_.on_down(session.link.peer(), departure);
  const bool refused = departure.cause == Departure::Cause::refused;
  const Error error{refused ? ErrorKind::refused : ErrorKind::timed_out, departure.reason};
  for (const OnDialed& done : std::exchange(session.waiting, {})) done(error);
}

Endpoint::Session& Endpoint::add(Link link) {
  const std::uint64_t number = ++last_number_;
  auto session = std::make_unique<Session>(Session{.number = number, .link = std::move(link)});
  return *sessions_.emplace(number, std::move(session)).first->second;
}

void Endpoint::bury(Session& session) {
  const PeerId peer = session.link.peer();
  if (session_of(peer) == &session) by_peer_.erase(peer);
  if (session.was_up) {
    departed_.push_back({peer, session.link.peer_name(), session.link.departure().reason,
                         std::move(session.machine)});
    if (departed_.size() > departed_max) departed_.pop_front();
  }
  if (session.dialed) hang_up_later(session.dialed);
  reactor_.cancel(session.timer);
  sessions_.erase(session.number);
}

/// Not at once: hanging up would lose the last frame, which may confirm a goodbye.
void Endpoint::hang_up_later(Route route) {
  reactor_.at(reactor_.now() + options_.heartbeat, [this, alive = std::weak_ptr(alive_), route] {
    if (!alive.expired()) wire_->hang_up(route);
  });
}

std::optional<Member> Endpoint::member_with(std::string_view key) const {
  return callbacks_.member_of ? callbacks_.member_of(key) : std::nullopt;
}

std::string Endpoint::name_of(const Sender& sender) const {
  if (sender.key.empty()) return {};
  const auto member = member_with(sender.key);
  return member ? member->name : "key " + short_text(sender.key);
}

Endpoint::Session* Endpoint::session_of(PeerId peer) const {
  const auto found = by_peer_.find(peer);
  return found == by_peer_.end() ? nullptr : found->second;
}

Endpoint::Session* Endpoint::session_dialed_on(Route route) const {
  for (const auto& [number, session] : sessions_)
    if (session->dialed && session->dialed == route) return session.get();
  return nullptr;
}

const Endpoint::Departed* Endpoint::departed(PeerId peer) const {
  const auto found = std::ranges::find(departed_, peer, &Departed::id);
  return found == departed_.end() ? nullptr : &*found;
}

}  // namespace troupe::transport
