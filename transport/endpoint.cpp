#include "transport/endpoint.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::transport {

struct Endpoint::Session {
  std::uint64_t number = 0;
  Link link;
  Route route{};          ///< Where its frames go.
  Route dialed{};         ///< The route that this side dialed, if it did.
  std::string address{};  ///< What it dials.
  Instant redial_at{};
  Instant patience = Instant::never();  ///< While connecting.
  std::vector<OnDialed> waiting{};      ///< For it to be up.
  LinkState reported = LinkState::connecting;
  bool was_up = false;
  bool dirty = false;
  Reactor::TimerId timer = Reactor::TimerId::none;
  Instant timer_at = Instant::never();
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
  wire_->receive_with([this](Route route, Bytes bytes) { on_frame(route, bytes); });
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

std::vector<Peer> Endpoint::peers() const {
  std::vector<Peer> peers;
  const Instant now = reactor_.now();
  for (const auto& [number, session] : sessions_) {
    const Link& link = session->link;
    if (!session->was_up) continue;
    peers.push_back({link.peer(), link.peer_name(), link.state(), now - link.last_heard(),
                     link.lag(now), link.buffered_bytes()});
  }
  for (const Departed& gone : departed_)
    peers.push_back({.id = gone.id, .name = gone.name, .state = LinkState::down});
  return peers;
}

// What arrives.

void Endpoint::on_frame(Route route, Bytes bytes) {
  const auto frame = decode_frame(bytes, options_.frame_max);
  if (!frame) {
    ++frames_dropped_;
    return;
  }
  const FrameHeader& header = frame->header;
  if (header.kind == FrameKind::hello) return on_hello(route, *frame);
  if (header.kind != FrameKind::welcome && header.kind != FrameKind::refusal)
    return on_sequenced(route, *frame);
  Session* const dialing = session_dialed_on(route);
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

void Endpoint::on_hello(Route route, const Frame& frame) {
  const FrameHeader& header = frame.header;
  if (const auto objection = Link::objection(self_, header))
    return refuse(route, header.from, *objection);
  if (const Departed* gone = departed(header.from))
    return refuse(route, header.from, "this node has given it up: " + gone->reason);
  if (closing_) return refuse(route, header.from, "node '" + self_.name + "' is leaving");
  if (header.to == 0) {
    wire_->send(route, Link::welcome(self_, header));
    return;
  }
  Session* session = session_of(header.from);
  if (session == nullptr) {
    if (sessions_.size() >= sessions_max)
      return refuse(
          route, header.from,
          "node '" + self_.name + "' has " + std::to_string(sessions_max) + " links already");
    auto link = Link::accepted(self_, options_, frame, reactor_.now());
    if (!link) return refuse(route, header.from, link.error().what);
    session = &add(std::move(*link));
    session->route = route;
    by_peer_.emplace(header.from, session);
  } else {
    const auto attempt = session->link.peer_attempt();
    session->link.receive(frame, reactor_.now());
    if (session->link.peer_attempt() > attempt) session->route = route;
  }
  touch(*session);
  report(*session);
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
    departed_.push_back({peer, session.link.peer_name(), session.link.departure().reason});
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
