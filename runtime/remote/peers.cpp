#include "runtime/remote/peers.hpp"

#include <span>
#include <utility>
#include <vector>

#include "runtime/codec.hpp"
#include "runtime/core/check.hpp"

namespace troupe::runtime {
namespace {

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

}  // namespace

Peers::Peers(Router& router, const Environment& environment, std::string name, Resources resources)
    : router_(router),
      reactor_(*environment.reactor),
      make_wire_(environment.make_wire),
      link_options_(environment.link_options),
      membership_(environment.membership),
      name_(std::move(name)),
      resources_(resources),
      outbound_(router, table_, *environment.clock,
                {.flush = [this](NodeId node) { post([this, node] { flush(node); }); },
                 .expel =
                     [this](NodeId node, const std::string& why) {
                       post([this, node, why] { expel(node, why); });
                     }}),
      inbound_(router, table_, outbound_, *environment.clock, membership_.permits,
               {.count_refused_frame =
                    [this] { frames_refused_.fetch_add(1, std::memory_order_relaxed); },
                .note_refusal =
                    [this](NodeId node, std::string why) {
                      endpoint_->note_refusal(node.value, std::move(why));
                    }}),
      subscribers_(router) {}

Peers::~Peers() = default;

// --- Any thread.

void Peers::post(std::function<void()> code) {
  reactor_.post([alive = alive_for_posts_, code = std::move(code)] {
    if (!alive.expired()) code();
  });
}

void Peers::answer_when_writable(NodeId node, Channel channel, CorrelationId ask) {
  if (table_.wait_until_writable(node, channel, ask)) return;
  auto writable = Envelope::bare(Envelope::Kind::reply);
  writable->ask = ask;
  router_.answer(std::move(writable));
}

void Peers::subscribe(Address actor) {
  post([this, actor] { subscribers_.add(actor, table_.nodes()); });
}

void Peers::note_refusal(const std::string& name, const std::string& why) {
  post([this, name, why] {
    if (endpoint_ != nullptr) endpoint_->note_refusal(name, why);
  });
}

void RefusalReporter::operator()(const std::string& who, const std::string& why) const {
  peers_->note_refusal(who, why);
}

// --- The reactor's thread.

/// Sends what is queued for a node. What does not fit into the link is sent when the endpoint has
/// room again.
void Peers::flush(NodeId node) {
  const auto found = links_.find(node);
  if (found == links_.end()) return;
  auto& outgoing = found->second.outgoing;
  table_.take_queued(
      node, {{&outgoing[Channel::ordinary].messages(), &outgoing[Channel::bulk].messages()}});
  const auto send = [&](Outgoing& message) {
    return message.channel() == Channel::bulk
               ? endpoint_->send_bulk(node.value, message.bytes())
               : endpoint_->send(node.value, as_bytes(message.content()));
  };
  const auto refused = [&](const Outgoing& message, const Error& error) {
    outbound_.return_to_sender(node, message, error);
  };
  for (const Channel channel : channels) {
    const std::size_t sent = outgoing[channel].flush(send, refused);
    if (sent == 0) continue;
    for (const CorrelationId ask : table_.release(node, channel, sent))
      answer_when_writable(node, channel, ask);
  }
}

void Peers::expel(NodeId node, const std::string& why) {
  endpoint_->note_refusal(node.value, why);
  endpoint_->expel(node.value, why);
}

transport::Endpoint::Callbacks Peers::make_callbacks() {
  transport::Endpoint::Callbacks callbacks;
  callbacks.on_up = [this](transport::PeerId peer, std::string_view name,
                           transport::Bytes greeting) {
    on_up(NodeId{peer}, name, as_text(greeting));
  };
  callbacks.on_message = [this](transport::PeerId peer, transport::Bytes message) {
    on_bytes(NodeId{peer}, Channel::ordinary, as_text(message));
  };
  callbacks.on_bulk = [this](transport::PeerId peer, transport::Bytes message) {
    on_bytes(NodeId{peer}, Channel::bulk, as_text(message));
  };
  callbacks.on_down = [this](transport::PeerId peer, const transport::Departure& departure) {
    on_down(NodeId{peer}, departure);
  };
  callbacks.on_room = [this](transport::PeerId peer) { flush(NodeId{peer}); };
  callbacks.on_bulk_room = callbacks.on_room;
  callbacks.member_of = membership_.member_of;
  callbacks.enrol = membership_.enrol;
  return callbacks;
}

/// Makes the endpoint, once.
Result<void> Peers::open() {
  if (endpoint_ != nullptr) return {};
  if (!make_wire_ || alive_ == nullptr)
    return Error{ErrorKind::refused, "this node has no network"};
  const auto greeting = as_vector(pack_named(resources_));
  const transport::PeerId self = router_.id().value;
  endpoint_ = std::make_unique<transport::Endpoint>(reactor_, make_wire_(reactor_, self),
                                                    transport::Identity{self, name_, greeting},
                                                    link_options_, make_callbacks());
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

NetworkReport Peers::report() const {
  NetworkReport report;
  if (endpoint_ == nullptr) return report;
  for (transport::Peer& peer : endpoint_->peers()) {
    const NodeId node{peer.id};
    report.links.push_back({.node = node,
                            .name = std::move(peer.name),
                            .address = std::move(peer.address),
                            .role = std::move(peer.role),
                            .resources = table_.resources(node),
                            .state = state_of(peer.state),
                            .silent_for = peer.silent_for,
                            .lease_from = peer.lease_from,
                            .lag = peer.lag,
                            .buffered_bytes = peer.buffered_bytes,
                            .waiting_bytes = table_.queued_bytes(node),
                            .reason = std::move(peer.reason)});
  }
  for (transport::Refusal& refusal : endpoint_->refusals())
    report.refusals.push_back({std::move(refusal.who), std::move(refusal.from),
                               std::move(refusal.why), refusal.times, refusal.last});
  if (membership_.trouble) report.trouble = membership_.trouble();
  return report;
}

void Peers::on_bytes(NodeId node, Channel channel, std::string_view bytes) {
  const auto link = links_.find(node);
  if (link == links_.end()) {
    frames_refused_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  inbound_.receive({.node = node, .role = link->second.role, .types = link->second.types[channel]},
                   bytes);
}

void Peers::on_up(NodeId node, std::string_view name, std::string_view greeting) {
  Linked& link = links_.insert_or_assign(node, Linked{}).first->second;
  if (const auto member = endpoint_->member(node.value)) link.role = member->role;
  const auto resources = unpack_named<Resources>(greeting);
  const NodeUp up{node, std::string(name), resources ? *resources : Resources{}};
  table_.add(node, up.name, up.resources);
  subscribers_.publish(up);
}

void Peers::on_down(NodeId node, const transport::Departure& departure) {
  links_.erase(node);
  const auto lost = table_.remove(node);
  if (!lost) return;  // It was refused before its link was up.
  const std::string why =
      "node " + lost->name + " (" + to_string(node) + ") is gone: " + departure.reason;
  for (const CorrelationId ask : lost->asks) router_.answer_error(ask, ErrorKind::gone, why);
  for (const auto& [watcher, actor] : lost->watches)
    router_.notify_watcher({watcher, CorrelationId{}},
                           Down{actor, Cause::node_lost, why, departure.lease_from});
  for (const CorrelationId ask : lost->waiting)
    answer_when_writable(node, Channel::ordinary, ask);  // At once: the node is gone.
  subscribers_.publish(NodeDown{node, lost->name, departure.reason});
}

}  // namespace troupe::runtime
