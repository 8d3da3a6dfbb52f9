// What goes out, and the coming and going of links. What comes in: peers_inbound.cpp.

#include "runtime/remote/peers.hpp"

#include <algorithm>

#include "runtime/cell/cold_state.hpp"
#include "runtime/codec.hpp"
#include "runtime/engine/engine.hpp"

namespace troupe::runtime {
namespace {

using WireKind = WireHeader::Kind;

transport::Bytes as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string_view as_text(transport::Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> as_vector(std::string_view text) {
  const auto bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

LinkState state_of(transport::LinkState state) {
  switch (state) {
    case transport::LinkState::connecting:
      return LinkState::connecting;
    case transport::LinkState::up:
      return LinkState::up;
    case transport::LinkState::unreachable:
      return LinkState::unreachable;
    case transport::LinkState::down:
      break;
  }
  return LinkState::down;
}

std::string not_linked(NodeId node) {
  return "node " + to_string(node) + " is not linked";
}

std::string too_much_waits(NodeId node) {
  return "too much waits to be sent to node " + to_string(node) + " in large messages";
}

}  // namespace

Peers::Peers(Engine& engine, const Environment& environment, std::string name, Resources resources)
    : engine_(engine),
      reactor_(*environment.reactor),
      make_wire_(environment.make_wire),
      link_options_(environment.link_options),
      membership_(environment.membership),
      name_(std::move(name)),
      resources_(resources) {}

Peers::~Peers() = default;

void Peers::post(std::function<void()> code) {
  reactor_.post([alive = alive_for_posts_, code = std::move(code)] {
    if (!alive.expired()) code();
  });
}

// --- Sending: any thread.

void Peers::send(Address to, Envelope::Ptr envelope, Instant expires) {
  switch (envelope->kind()) {
    case Envelope::Kind::message:
      return send_message(to, *envelope, expires);
    case Envelope::Kind::watch:
    case Envelope::Kind::unwatch:
      return send_watch(to, *envelope);
    case Envelope::Kind::down: {
      const Down& down = envelope->payload<Down>();
      (void)enqueue(to.node,
                    {.kind = WireKind::down,
                     .detail = static_cast<std::uint8_t>(down.cause),
                     .to = to.actor,
                     .from = down.who.actor},
                    std::string_view(down.reason).substr(0, text_max));
      return;
    }
    case Envelope::Kind::stop:
      (void)enqueue(to.node, {.kind = WireKind::stop, .to = to.actor}, {});
      return;
    default:
      return;  // The rest stays inside a node.
  }
}

void Peers::send_message(Address to, Envelope& envelope, Instant expires) {
  const MessageType& type = *envelope.type();
  const auto fail = [&](ErrorKind kind, std::string why) {
    engine_.count_dead_letter();
    if (envelope.ask) engine_.answer_error(envelope.ask, kind, std::move(why));
  };
  if (type.pack == nullptr)
    return fail(ErrorKind::bad_input, "a message of this type cannot leave its process");
  WireHeader header{.kind = WireKind::message, .to = to.actor, .ask = envelope.ask.value};
  if (expires != Instant::never()) {
    const Duration left = expires - engine_.now();
    header.patience = std::max<std::int64_t>(left.count(), 1);
  }
  Outgoing outgoing(header, &type);
  type.pack(envelope.payload_address(), outgoing.bytes());
  const Queued queued = enqueue(to.node, header, std::move(outgoing));
  if (queued == Queued::not_linked) return fail(ErrorKind::gone, not_linked(to.node));
  if (queued == Queued::full) return fail(ErrorKind::exhausted, too_much_waits(to.node));
}

void Peers::send_watch(Address to, Envelope& envelope) {
  const Watch watch = envelope.payload<Watch>();
  const bool starts = envelope.kind() == Envelope::Kind::watch;
  {
    const std::lock_guard lock(mutex_);
    const auto peer = peers_.find(to.node);
    if (peer != peers_.end() && !watch.ask) {
      if (starts)
        peer->second.watches.emplace(watch.watcher, to);
      else
        peer->second.watches.erase({watch.watcher, to});
    }
  }
  const WireHeader header{.kind = starts ? WireKind::watch : WireKind::unwatch,
                          .to = to.actor,
                          .from = watch.watcher.actor,
                          .ask = watch.ask.value};
  if (enqueue(to.node, header, {}) != Queued::yes && starts)
    engine_.tell_watcher(watch, Down{to, Cause::node_lost, not_linked(to.node)});
}

void Peers::send_answer(NodeId to, std::uint64_t ask, Envelope& answer) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto peer = peers_.find(to); peer != peers_.end()) --peer->second.questions;
  }
  Error error{ErrorKind::bad_input, "an answer of this type cannot leave its process"};
  if (answer.kind() == Envelope::Kind::reply && answer.type()->pack != nullptr) {
    const WireHeader header{.kind = WireKind::reply, .ask = ask};
    Outgoing outgoing(header, answer.type());
    answer.type()->pack(answer.payload_address(), outgoing.bytes());
    if (enqueue(to, header, std::move(outgoing)) != Queued::full) return;
    error = {ErrorKind::exhausted, too_much_waits(to)};
  }
  if (answer.kind() == Envelope::Kind::error) error = answer.payload<Error>();
  (void)enqueue(
      to, {.kind = WireKind::error, .detail = static_cast<std::uint8_t>(error.kind), .ask = ask},
      std::string_view(error.what).substr(0, text_max));
}

Peers::Queued Peers::enqueue(NodeId to, const WireHeader& header, std::string_view text) {
  Outgoing outgoing(header, nullptr);
  outgoing.bytes() += text;
  return enqueue(to, header, std::move(outgoing));
}

Peers::Queued Peers::enqueue(NodeId to, const WireHeader& header, Outgoing outgoing) {
  const std::lock_guard lock(mutex_);
  const auto found = peers_.find(to);
  if (found == peers_.end()) return Queued::not_linked;
  Peer& peer = found->second;
  OutgoingQueue& queue = peer.queues[outgoing.lane()];
  const bool hoards = !queue.fits(outgoing.size(), OutgoingQueue::send_queue_bytes_max);
  if (outgoing.lane() == Lane::bulk) {
    if (hoards) return Queued::full;
    if (header.ask != 0 && !queue.fits(outgoing.size(), OutgoingQueue::answers_bytes_max))
      return Queued::full;
  } else if (hoards && queue.bytes <= OutgoingQueue::send_queue_bytes_max) {
    post([this, to] {
      const std::string why = "it does not take what is sent to it: 64 MiB wait";
      endpoint_->note_refusal(to.value, why);
      endpoint_->expel(to.value, why);
    });
  }
  const bool is_ours = header.kind == WireKind::message || header.kind == WireKind::watch;
  if (is_ours && header.ask != 0) peer.asks.insert(header.ask);
  queue.bytes += outgoing.size();
  queue.outgoing.push_back(std::move(outgoing));
  if (!std::exchange(peer.flush_posted, true)) post([this, to] { flush(to); });
  return Queued::yes;
}

bool Peers::is_full(NodeId node, Lane lane) const {
  const std::lock_guard lock(mutex_);
  const auto peer = peers_.find(node);
  return peer != peers_.end() && peer->second.queues[lane].is_full();
}

void Peers::on_writable(NodeId node, Lane lane, CorrelationId ask) {
  {
    const std::lock_guard lock(mutex_);
    const auto peer = peers_.find(node);
    if (peer != peers_.end() && peer->second.queues[lane].is_full())
      return peer->second.queues[lane].waiting_for_room.push_back(ask);
  }
  auto go_on = Envelope::bare(Envelope::Kind::reply);
  go_on->ask = ask;
  engine_.answer(std::move(go_on));
}

void Peers::forget_ask(NodeId node, CorrelationId ask) {
  const std::lock_guard lock(mutex_);
  if (const auto peer = peers_.find(node); peer != peers_.end()) peer->second.asks.erase(ask.value);
}

std::uint64_t Peers::frames_refused() const {
  const std::lock_guard lock(mutex_);
  return frames_refused_;
}

// --- Sending: the reactor's thread.

void Peers::flush(NodeId node) {
  const auto found = links_.find(node);
  if (found == links_.end()) return;
  Link& link = found->second;
  {
    const std::lock_guard lock(mutex_);
    Peer& peer = peers_.at(node);
    peer.flush_posted = false;
    for (const Lane lane : lanes) {
      auto& outgoing = peer.queues[lane].outgoing;
      std::ranges::move(outgoing, std::back_inserter(link.streams[lane].sending));
      outgoing.clear();
    }
  }
  for (const Lane lane : lanes) flush(node, lane, link.streams[lane]);
}

/// What is left goes on when the endpoint has room.
void Peers::flush(NodeId node, Lane lane, Stream& stream) {
  std::size_t sent = 0;
  while (!stream.sending.empty()) {
    const std::size_t size = stream.sending.front().size();  // Its bytes may be handed over.
    if (!transmit(node, stream, stream.sending.front())) break;
    sent += size;
    stream.sending.pop_front();
  }
  if (sent > 0) note_sent(node, lane, sent);
}

Result<void> Peers::hand_over(NodeId node, Outgoing& outgoing) {
  return outgoing.lane() == Lane::bulk ? endpoint_->send_bulk(node.value, outgoing.bytes())
                                       : endpoint_->send(node.value, as_bytes(outgoing.content()));
}

bool Peers::transmit(NodeId node, Stream& stream, Outgoing& outgoing) {
  const auto is_exhausted = [](const Result<void>& sent) {
    return !sent && sent.error().kind == ErrorKind::exhausted;
  };
  const MessageType* const type = outgoing.type();
  if (type != nullptr && stream.declared.number(type) == 0) {
    Outgoing declaration(outgoing.lane(),
                         DeclaredTypes::declaration(type, stream.declared.next_number()));
    if (is_exhausted(hand_over(node, declaration))) return false;
    stream.declared.add(type);
  }
  if (type != nullptr) outgoing.set_type_number(stream.declared.number(type));
  const auto sent = hand_over(node, outgoing);
  if (is_exhausted(sent)) return false;
  if (!sent) return_to_sender(node, outgoing, sent.error());
  return true;
}

/// The endpoint does not take it at all: it is too large, or the link is about to go down.
void Peers::return_to_sender(NodeId node, const Outgoing& outgoing, const Error& error) {
  const auto header = WireHeader::read(outgoing.content());
  if (header->kind == WireKind::message) engine_.count_dead_letter();
  if (header->kind == WireKind::message && header->ask != 0) {
    forget_ask(node, CorrelationId{header->ask});
    engine_.answer_error(CorrelationId{header->ask}, error.kind, error.what);
  } else if (header->kind == WireKind::reply) {
    (void)enqueue(node,
                  {.kind = WireKind::error,
                   .detail = static_cast<std::uint8_t>(error.kind),
                   .ask = header->ask},
                  "the answer could not be sent: " + error.what);
  }
}

void Peers::note_sent(NodeId node, Lane lane, std::size_t bytes) {
  std::vector<CorrelationId> released;
  {
    const std::lock_guard lock(mutex_);
    OutgoingQueue& queue = peers_.at(node).queues[lane];
    queue.bytes -= bytes;
    if (queue.bytes <= OutgoingQueue::full_bytes / 2) released.swap(queue.waiting_for_room);
  }
  for (const CorrelationId ask : released) on_writable(node, lane, ask);
}

// --- Links: the reactor's thread.

Result<void> Peers::open() {
  if (endpoint_ != nullptr) return {};
  if (!make_wire_ || alive_ == nullptr)
    return Error{ErrorKind::refused, "this node has no network"};
  const auto greeting = as_vector(pack_named(resources_));
  transport::Endpoint::Callbacks callbacks;
  callbacks.on_up = [this](transport::PeerId peer, std::string_view name,
                           transport::Bytes greeted) {
    on_up(NodeId{peer}, name, as_text(greeted));
  };
  callbacks.on_message = [this](transport::PeerId peer, transport::Bytes message) {
    on_bytes(NodeId{peer}, Lane::ordinary, as_text(message));
  };
  callbacks.on_bulk = [this](transport::PeerId peer, transport::Bytes message) {
    on_bytes(NodeId{peer}, Lane::bulk, as_text(message));
  };
  callbacks.on_down = [this](transport::PeerId peer, const transport::Departure& departure) {
    on_down(NodeId{peer}, departure);
  };
  callbacks.on_room = [this](transport::PeerId peer) { flush(NodeId{peer}); };
  callbacks.on_bulk_room = callbacks.on_room;
  callbacks.member_of = membership_.member_of;
  callbacks.enrol = membership_.enrol;
  const transport::PeerId self = engine_.id().value;
  endpoint_ = std::make_unique<transport::Endpoint>(reactor_, make_wire_(reactor_, self),
                                                    transport::Identity{self, name_, greeting},
                                                    link_options_, std::move(callbacks));
  if (membership_.follow)
    membership_.follow([this, alive = alive_for_posts_] {
      if (!alive.expired()) endpoint_->check_members();
    });
  return {};
}

Result<std::string> Peers::listen(const std::string& address) {
  if (auto opened = open(); !opened) return opened.error();
  return endpoint_->listen(address);
}

NetworkReport Peers::report() const {
  NetworkReport report;
  if (endpoint_ == nullptr) return report;
  const std::lock_guard lock(mutex_);
  for (transport::Peer& peer : endpoint_->peers()) {
    LinkReport link{.node = NodeId{peer.id},
                    .name = std::move(peer.name),
                    .address = std::move(peer.address),
                    .role = std::move(peer.role),
                    .resources = {},
                    .state = state_of(peer.state),
                    .silent_for = peer.silent_for,
                    .lease_from = peer.lease_from,
                    .lag = peer.lag,
                    .buffered_bytes = peer.buffered_bytes,
                    .reason = std::move(peer.reason)};
    if (const auto found = peers_.find(link.node); found != peers_.end()) {
      link.resources = found->second.resources;
      for (const Lane lane : lanes) link.waiting_bytes += found->second.queues[lane].bytes;
    }
    report.links.push_back(std::move(link));
  }
  for (transport::Refusal& refusal : endpoint_->refusals())
    report.refusals.push_back({std::move(refusal.who), std::move(refusal.from),
                               std::move(refusal.why), refusal.times, refusal.last});
  if (membership_.trouble) report.trouble = membership_.trouble();
  return report;
}

void Peers::note_refusal(const std::string& name, const std::string& why) {
  post([this, name, why] {
    if (endpoint_ != nullptr) endpoint_->note_refusal(name, why);
  });
}

void RefusalLog::operator()(const std::string& who, const std::string& why) const {
  peers_->note_refusal(who, why);
}

void Peers::join(const std::string& address, Duration patience,
                 std::function<void(Result<NodeId>)> done) {
  if (auto opened = open(); !opened) return done(opened.error());
  endpoint_->dial(address, patience, [done = std::move(done)](Result<transport::PeerId> peer) {
    if (peer)
      done(NodeId{*peer});
    else
      done(peer.error());
  });
}

void Peers::close(Duration patience, std::function<void()> done) {
  if (endpoint_ == nullptr) return done();
  endpoint_->close("the node stops", patience, std::move(done));
}

void Peers::cut() {
  alive_.reset();
  endpoint_.reset();
}

void Peers::on_up(NodeId node, std::string_view name, std::string_view greeting) {
  Link& link = links_.insert_or_assign(node, Link{}).first->second;
  if (const auto member = endpoint_->member(node.value)) link.role = member->role;
  const auto resources = unpack_named<Resources>(greeting);
  NodeUp up{node, std::string(name), resources ? *resources : Resources{}};
  {
    const std::lock_guard lock(mutex_);
    Peer peer;
    peer.name = up.name;
    peer.resources = up.resources;
    peers_.insert_or_assign(node, std::move(peer));
  }
  publish(up);
}

void Peers::on_down(NodeId node, const transport::Departure& departure) {
  links_.erase(node);
  decltype(peers_)::node_type taken;
  {
    const std::lock_guard lock(mutex_);
    taken = peers_.extract(node);
  }
  if (taken.empty()) return;  // It was refused before it was up.
  Peer& peer = taken.mapped();
  const std::string why =
      "node " + peer.name + " (" + to_string(node) + ") is gone: " + departure.reason;
  for (const std::uint64_t ask : peer.asks)
    engine_.answer_error(CorrelationId{ask}, ErrorKind::gone, why);
  for (const auto& [watcher, actor] : peer.watches)
    engine_.tell_watcher({watcher, CorrelationId{}},
                         Down{actor, Cause::node_lost, why, departure.lease_from});
  for (const Lane lane : lanes)
    for (const CorrelationId ask : peer.queues[lane].waiting_for_room) on_writable(node, lane, ask);
  publish(NodeDown{node, peer.name, departure.reason});
}

void Peers::subscribe(Address actor) {
  post([this, actor] {
    subscribers_.insert(actor);
    std::vector<NodeUp> up;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [node, peer] : peers_) up.push_back({node, peer.name, peer.resources});
    }
    for (NodeUp& message : up)
      engine_.send(actor, Envelope::with(Envelope::Kind::notice, std::move(message)));
  });
}

template <typename M>
void Peers::publish(const M& message) {
  std::erase_if(subscribers_, [&](Address actor) { return !engine_.is_alive(actor); });
  for (const Address& actor : subscribers_)
    engine_.send(actor, Envelope::with(Envelope::Kind::notice, M(message)));
}

}  // namespace troupe::runtime
