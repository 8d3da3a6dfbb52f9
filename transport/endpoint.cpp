#include "transport/endpoint.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"
#include "transport/address.hpp"
#include "transport/endpoint_session.hpp"

namespace troupe::transport {
namespace {

/// A peer that says that it lives, but confirms nothing, is given up after so many times the
/// silence that would end its link: who sends to it waits for room.
constexpr int stalls_max = 2;

}  // namespace

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

Error Endpoint::no_link(PeerId peer) const {
  const Departed* const gone = departed(peer);
  return {ErrorKind::gone,
          gone == nullptr ? "no link to that node" : "node '" + gone->name + "': " + gone->reason};
}

Result<void> Endpoint::send(PeerId to, Bytes message) {
  Session* const session = session_of(to);
  if (session == nullptr || !session->was_up) return no_link(to);
  if (session->farewell) return Error{ErrorKind::gone, "this node is leaving"};
  auto sent = session->link.send(message, reactor_.now());
  if (sent) touch(*session);
  return sent;
}

void Endpoint::leave(PeerId peer, const std::string& reason) {
  Session* const session = session_of(peer);
  if (session == nullptr) return;
  say_goodbye(*session, reason, reactor_.now());
}

/// After all that was sent: what the lane holds goes first.
void Endpoint::say_goodbye(Session& session, const std::string& reason, Instant now) {
  if (session.leaving) return;
  session.leaving = true;
  if (session.lane && session.lane->buffered_bytes() > 0)
    session.farewell = reason;
  else
    session.link.leave(reason, now);
  touch(session);
}

void Endpoint::close(const std::string& reason, Duration patience, std::function<void()> done) {
  check(!closing_, "an endpoint is closed once");
  closing_ = true;
  closed_ = std::move(done);
  const Instant now = reactor_.now();
  for (const auto& [number, session] : sessions_) say_goodbye(*session, reason, now);
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

void Endpoint::note_refusal(std::string name, std::string why) {
  refusals_.note(std::move(name), {}, std::move(why), reactor_.now());
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
                     link.lease_from(), link.lag(now),
                     link.buffered_bytes() + (session->lane ? session->lane->buffered_bytes() : 0),
                     session->key, session->member ? session->member->role : std::string(),
                     session->machine});
  }
  for (const Departed& gone : departed_)
    peers.push_back({.id = gone.id,
                     .name = gone.name,
                     .state = LinkState::down,
                     .address = gone.address,
                     .reason = gone.reason});
  return peers;
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
  if (session.lane) apply_lane_state(session, now);
  while (const auto frame = session.link.next_frame(now)) wire_->send(session.route, *frame);
  if (session.lane) settle_lane(session, now);
  report(session);
  if (session.link.state() == LinkState::down) return bury(session);
  arm(session);
}

void Endpoint::arm(Session& session) {
  Instant due = session.link.deadline();
  if (session.link.state() == LinkState::connecting) due = std::min(due, session.patience);
  if (session.link.state() == LinkState::unreachable && session.dialed)
    due = std::min(due, session.redial_at);
  if (session.lane) due = std::min(due, session.lane->deadline());
  if (session.lane && session.lane->is_silent() && session.lane->side() == Lane::Side::dials)
    due = std::min(due, session.lane_redial_at);
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
  if (session.lane) tick_lane(session, now);
  watch_progress(session, now);
  if (session.link.state() == LinkState::connecting && now >= session.patience)
    session.link.give_up({Departure::Cause::lost, "nobody answered at " + session.address});
  if (session.link.state() == LinkState::unreachable && session.dialed && now >= session.redial_at)
    redial(session);
  touch(session);
}

void Endpoint::watch_progress(Session& session, Instant now) {
  const bool is_up = session.link.state() == LinkState::up;
  Duration stalled = session.progress.stalled(now - session.link.lag(now),
                                              session.link.buffered_bytes(), is_up, now);
  if (session.lane)
    stalled =
        std::max(stalled, session.lane_progress.stalled(
                              session.lane->oldest(), session.lane->buffered_bytes(), is_up, now));
  if (stalled < stalls_max * options_.dead_after) return;
  const std::string why = "it does not take what is sent to it";
  note_refusal(session.link.peer(), why);
  session.link.give_up({Departure::Cause::lost, why});
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
  if (session.lane_dialed) hang_up_later(session.lane_dialed);
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
