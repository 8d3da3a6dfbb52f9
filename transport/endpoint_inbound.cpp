// What arrives at an endpoint: who may say it, and which link it is for.

#include <algorithm>
#include <string>
#include <utility>

#include "transport/endpoint.hpp"
#include "transport/endpoint_session.hpp"

namespace troupe::transport {

void Endpoint::on_frame(Route route, const Sender& sender, Bytes bytes) {
  // ZeroMQ cannot hang up on one that connected: its key may have been revoked since.
  if (!sender.key.empty() && !member_with(sender.key))
    return drop(sender, "its key is not admitted");
  const auto frame = decode_frame(bytes, options_.frame_max, options_.bulk_frame_max);
  if (!frame) return drop(sender, "its frame was dropped: " + frame.error().what);
  const FrameHeader& header = frame->header;
  if (const Session* known = session_of(header.from);
      known != nullptr && !known->speaks_through(route, sender))
    return drop(sender, "it spoke for node '" + known->link.peer_name() + "'");
  if (header.kind == FrameKind::hello) return on_hello(route, sender, *frame);
  if (header.kind != FrameKind::welcome && header.kind != FrameKind::refusal)
    return on_sequenced(route, sender, *frame);
  // Whoever connected with a key is not who was dialed, whatever it calls its route.
  Session* const dialing = sender.key.empty() ? session_dialed_on(route) : nullptr;
  if (header.kind == FrameKind::welcome) {
    if (dialing != nullptr && dialing->link.peer() == 0) on_welcome(*dialing, *frame);
    return;
  }
  // Who refuses on a dialed route may be another node than the one that was dialed.
  Session* const session = dialing != nullptr ? dialing : session_of(header.from);
  // What is refused on a route that was given up was meant for the link that it had.
  if (session == nullptr || session->route != route) return;
  session->link.receive(*frame, reactor_.now());
  touch(*session);
}

void Endpoint::drop(const Sender& sender, std::string why) {
  ++frames_dropped_;
  refusals_.note(name_of(sender), std::string(sender.address), std::move(why), reactor_.now());
}

/// The other end knows this node's key, and says that it is not admitted.
void Endpoint::on_shut(Route dialed, const std::string& reason) {
  for (const auto& [number, session] : sessions_) {
    if (session->dialed != dialed && session->lane_dialed != dialed) continue;
    session->link.give_up({Departure::Cause::refused, reason});
    touch(*session);
  }
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
  if (const Departed* gone = departed(header.from)) return refuse_departed(route, sender, *gone);
  if (header.bulk) return on_lane_hello(route, frame);
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

void Endpoint::on_sequenced(Route route, const Sender& sender, const Frame& frame) {
  const FrameHeader& header = frame.header;
  Session* const session = session_of(header.from);
  if (header.to != self_.id || session == nullptr) {
    if (header.to != self_.id)
      return refuse(route, header.from,
                    "node '" + self_.name + "' answers here, not the one meant");
    if (const Departed* gone = departed(header.from)) return refuse_departed(route, sender, *gone);
    return refuse(route, header.from, "node '" + self_.name + "' has no link to it");
  }
  if (header.bulk) return on_lane_frame(*session, frame);
  session->link.receive(frame, reactor_.now());
  touch(*session);
  if (session->link.state() == LinkState::up) report(*session);
  if (session->link.peer_wants_bulk() && session->was_up && !session->lane) open_lane(*session);
  while (const auto message = session->link.next_message())
    if (!closing_) callbacks_.on_message(header.from, *message);
}

/// It may not know yet, and what it did since does not count.
void Endpoint::refuse_departed(Route route, const Sender& sender, const Departed& gone) {
  const std::string why = "this node has given it up: " + gone.reason;
  refusals_.note(gone.name, std::string(sender.address), "what it says is too late: " + why,
                 reactor_.now());
  refuse(route, gone.id, why);
}

void Endpoint::refuse(Route route, PeerId to, std::string_view reason) {
  wire_->send(route, Link::refusal(self_, to, reason));
}

}  // namespace troupe::transport
