// The second connection of a link, for large messages: opened when there is one, by the side that
// dialed the link; the other side asks it to, on the link.

#include <utility>

#include "transport/endpoint.hpp"
#include "transport/endpoint_session.hpp"

namespace troupe::transport {

Result<void> Endpoint::send_bulk(PeerId to, std::string& message) {
  Session* const session = session_of(to);
  if (session == nullptr || !session->was_up) return no_link(to);
  if (session->leaving) return Error{ErrorKind::gone, "this node is leaving"};
  if (session->link.state() == LinkState::down)
    return Error{ErrorKind::gone, session->link.departure().reason};
  if (!session->lane) open_lane(*session);
  auto sent = session->lane->send(message, reactor_.now());
  if (sent) touch(*session);
  return sent;
}

void Endpoint::open_lane(Session& session) {
  const Instant now = reactor_.now();
  const auto side = session.address.empty() ? Lane::Side::answers : Lane::Side::dials;
  session.lane.emplace(self_, session.link.peer(), options_, side, now);
  if (side == Lane::Side::dials) dial_lane(session, now);
  touch(session);
}

void Endpoint::dial_lane(Session& session, Instant now) {
  session.lane_redial_at = now + options_.unreachable_after;
  if (session.lane_dialed) wire_->hang_up(std::exchange(session.lane_dialed, {}));
  const auto route = wire_->dial_bulk(session.address);
  if (route) session.lane_route = session.lane_dialed = *route;
}

/// Who says so has proved that it is the link's peer: see on_frame.
void Endpoint::on_lane_hello(Route route, const Frame& frame) {
  Session* const session = session_of(frame.header.from);
  if (session == nullptr || !session->was_up || frame.header.to != self_.id)
    return refuse(route, frame.header.from, "node '" + self_.name + "' has no link to it");
  const Instant now = reactor_.now();
  if (!session->lane)
    session->lane.emplace(self_, frame.header.from, options_, Lane::Side::answers, now);
  const auto attempt = session->lane->peer_attempt();
  session->lane->receive(frame, now);
  if (session->lane->peer_attempt() > attempt) session->lane_route = route;
  touch(*session);
}

void Endpoint::on_lane_frame(Session& session, const Frame& frame) {
  if (!session.lane || session.link.state() == LinkState::down) return;
  session.lane->receive(frame, reactor_.now());
  touch(session);
  while (const auto message = session.lane->next_message())
    if (!closing_ && callbacks_.on_bulk) callbacks_.on_bulk(frame.header.from, *message);
}

/// What the lane has to say on the link.
void Endpoint::apply_lane_state(Session& session, Instant now) {
  const Lane& lane = *session.lane;
  if (lane.malformed())
    session.link.give_up({Departure::Cause::refused,
                          "node '" + session.link.peer_name() + "' sent " + *lane.malformed()});
  session.link.want_bulk(lane.side() == Lane::Side::answers && lane.is_connecting(), now);
  if (session.farewell && lane.buffered_bytes() == 0)
    session.link.leave(*std::exchange(session.farewell, std::nullopt), now);
}

void Endpoint::settle_lane(Session& session, Instant now) {
  if (session.link.state() == LinkState::down) return;
  Lane& lane = *session.lane;
  while (const SharedFrame frame = lane.next_frame(now))
    wire_->send_shared(session.lane_route, frame);
  if (lane.take_room() && !closing_ && callbacks_.on_bulk_room)
    callbacks_.on_bulk_room(session.link.peer());
}

void Endpoint::tick_lane(Session& session, Instant now) {
  Lane& lane = *session.lane;
  lane.tick(now);
  if (!lane.is_silent() || lane.side() == Lane::Side::answers) return;
  if (now < session.lane_redial_at) return;
  dial_lane(session, now);
  lane.redialed(now);
}

}  // namespace troupe::transport
