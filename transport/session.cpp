#include "transport/session.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"
#include "transport/address.hpp"

namespace troupe::transport {
namespace {

/// A peer that is heard but acknowledges nothing is given up after this many times `dead_after`:
/// otherwise those who send to it would wait for room without end.
constexpr int stalled_leases_max = 2;

}  // namespace

Session::Session(const Context& context, Link link, Route route, Remote remote)
    : context_(context), link_(std::move(link)), route_(route), remote_(std::move(remote)) {
  check(static_cast<bool>(route_), "the frames of a link have a route");
}

Session Session::dialing(const Context& context, std::string address, Route dialed,
                         Instant answer_by, Instant now) {
  Session session(context, Link::dialing(context.self, context.options, now), dialed,
                  {.key = key_in(address)});
  session.dialed_ = dialed;
  session.address_ = std::move(address);
  session.answer_by_ = answer_by;
  return session;
}

Session Session::accepted(const Context& context, Link link, Route route, Remote remote) {
  check(link.peer() != 0, "an accepted link has a peer");
  return {context, std::move(link), route, std::move(remote)};
}

void Session::receive(const Frame& frame, Instant now) {
  link_.receive(frame, now);
}

void Session::receive_hello(Route route, const Frame& hello, Instant now) {
  const auto attempt = link_.peer_attempt();
  link_.receive(hello, now);
  if (link_.peer_attempt() > attempt) route_ = route;
}

bool Session::receive_bulk(const Frame& frame, Instant now) {
  if (!bulk_ || link_.state() == LinkState::down) return false;
  bulk_->lane.receive(frame, now);
  return true;
}

void Session::receive_bulk_hello(Route route, const Frame& hello, Instant now) {
  Bulk& bulk = bulk_ ? *bulk_ : open_bulk_lane(BulkLane::Side::acceptor, now);
  const auto attempt = bulk.lane.peer_attempt();
  bulk.lane.receive(hello, now);
  if (bulk.lane.peer_attempt() > attempt) bulk.route = route;
}

std::optional<Bytes> Session::next_bulk_message() {
  return bulk_ ? bulk_->lane.next_message() : std::nullopt;
}

Result<void> Session::send(Bytes message, Instant now) {
  if (goodbye_) return Error{ErrorKind::gone, "this node is leaving"};
  return link_.send(message, now);
}

Result<void> Session::send_bulk(std::string& message, Instant now) {
  if (leaving_) return Error{ErrorKind::gone, "this node is leaving"};
  if (link_.state() == LinkState::down) return Error{ErrorKind::gone, link_.departure().reason};
  if (!bulk_) open_bulk_lane(dials_bulk() ? BulkLane::Side::dialer : BulkLane::Side::acceptor, now);
  return bulk_->lane.send(message, now);
}

bool Session::leave(const std::string& reason, Instant now) {
  if (std::exchange(leaving_, true)) return false;
  if (bulk_ && bulk_->lane.buffered_bytes() > 0)
    goodbye_ = reason;
  else
    link_.leave(reason, now);
  return true;
}

void Session::give_up(Departure departure) {
  link_.give_up(std::move(departure));
}

Session::Bulk& Session::open_bulk_lane(BulkLane::Side side, Instant now) {
  check(!bulk_, "a link has one bulk lane");
  bulk_.emplace(Bulk{BulkLane(context_.self, link_.peer(), context_.options, side, now)});
  if (side == BulkLane::Side::dialer) dial_bulk(*bulk_, now);
  return *bulk_;
}

void Session::open_requested_bulk_lane(Instant now) {
  if (bulk_ || !link_.peer_wants_bulk()) return;
  open_bulk_lane(dials_bulk() ? BulkLane::Side::dialer : BulkLane::Side::acceptor, now);
}

bool Session::adopt_route(Session& reached, Instant now) {
  check(static_cast<bool>(reached.dialed_), "a session that reached a peer dialed it");
  if (link_.state() != LinkState::unreachable) return false;
  if (dialed_) context_.wire.hang_up(dialed_);
  route_ = dialed_ = std::exchange(reached.dialed_, {});
  address_ = reached.address_;
  link_.redialed(now);
  return true;
}

std::optional<std::string> Session::tick(Instant now) {
  link_.tick(now);
  if (bulk_) tick_bulk(*bulk_, now);
  std::optional<std::string> stalled;
  if (stalled_for(now) >= stalled_leases_max * context_.options.dead_after) {
    stalled = "it does not take what is sent to it";
    link_.give_up({Departure::Cause::lost, *stalled});
  }
  if (link_.state() == LinkState::connecting && now >= answer_by_)
    link_.give_up({Departure::Cause::lost, "nobody answered at " + address_});
  if (link_.state() == LinkState::unreachable && dialed_ && now >= redial_at_) dial(now);
  return stalled;
}

void Session::tick_bulk(Bulk& bulk, Instant now) {
  bulk.lane.tick(now);
  if (!bulk.lane.is_silent() || bulk.lane.side() == BulkLane::Side::acceptor) return;
  if (now < bulk.redial_at) return;
  dial_bulk(bulk, now);
  bulk.lane.redialed(now);
}

Duration Session::stalled_for(Instant now) {
  const bool is_up = link_.state() == LinkState::up;
  Duration stalled = stall_.update(now - link_.lag(now), link_.buffered_bytes(), is_up, now);
  if (bulk_)
    stalled = std::max(stalled, bulk_->stall.update(bulk_->lane.oldest(),
                                                    bulk_->lane.buffered_bytes(), is_up, now));
  return stalled;
}

void Session::dial(Instant now) {
  redial_at_ = now + context_.options.heartbeat;
  context_.wire.hang_up(dialed_);
  const auto route = context_.wire.dial(address_);
  if (!route) return;  // The next attempt is a heartbeat later.
  route_ = dialed_ = *route;
  link_.redialed(now);
}

void Session::dial_bulk(Bulk& bulk, Instant now) {
  bulk.redial_at = now + context_.options.unreachable_after;
  if (bulk.dialed) context_.wire.hang_up(std::exchange(bulk.dialed, {}));
  const auto route = context_.wire.dial_bulk(address_);
  if (route) bulk.route = bulk.dialed = *route;
}

/// What the state of the bulk lane means for the link.
void Session::apply_lane_state(Instant now) {
  const BulkLane& lane = bulk_->lane;
  if (lane.malformed())
    link_.give_up(
        {Departure::Cause::refused, "node '" + link_.peer_name() + "' sent " + *lane.malformed()});
  link_.request_bulk_lane(lane.side() == BulkLane::Side::acceptor && lane.is_connecting(), now);
  if (goodbye_ && lane.buffered_bytes() == 0)
    link_.leave(*std::exchange(goodbye_, std::nullopt), now);
}

void Session::transmit(Instant now) {
  if (bulk_) apply_lane_state(now);
  while (const auto frame = link_.next_frame(now)) context_.wire.send(route_, *frame);
  if (!bulk_ || link_.state() == LinkState::down) return;
  while (const SharedFrame frame = bulk_->lane.next_frame(now))
    context_.wire.send_shared(bulk_->route, frame);
}

bool Session::take_bulk_room() {
  return bulk_ && link_.state() != LinkState::down && bulk_->lane.take_room();
}

Instant Session::deadline() const {
  Instant due = link_.deadline();
  if (link_.state() == LinkState::connecting) due = std::min(due, answer_by_);
  if (link_.state() == LinkState::unreachable && dialed_) due = std::min(due, redial_at_);
  if (!bulk_) return due;
  due = std::min(due, bulk_->lane.deadline());
  if (bulk_->lane.is_silent() && bulk_->lane.side() == BulkLane::Side::dialer)
    due = std::min(due, bulk_->redial_at);
  return due;
}

Peer Session::describe(Instant now) const {
  return {.id = link_.peer(),
          .name = link_.peer_name(),
          .state = link_.state(),
          .silent_for = now - link_.last_heard(),
          .lease_from = link_.lease_from(),
          .lag = link_.lag(now),
          .buffered_bytes = link_.buffered_bytes() + (bulk_ ? bulk_->lane.buffered_bytes() : 0),
          .key = remote_.key,
          .role = remote_.member ? remote_.member->role : std::string(),
          .address = remote_.machine};
}

bool Session::may_speak(Route from, const Sender& sender) const {
  // The other end of a dialed route has proved the key that was dialed.
  const bool is_dialed = from == dialed_ || (bulk_ && from == bulk_->dialed);
  return (is_dialed && sender.key.empty()) || sender.key == remote_.key;
}

}  // namespace troupe::transport
