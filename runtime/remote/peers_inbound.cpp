// What comes from other nodes: the reactor's thread, and bytes that nobody vouches for.

#include <string>
#include <string_view>
#include <utility>

#include "runtime/cell/cold_state.hpp"
#include "runtime/cell/packed.hpp"
#include "runtime/engine/engine.hpp"
#include "runtime/remote/peers.hpp"

namespace troupe::runtime {

using WireKind = WireHeader::Kind;

void Peers::refuse_frame() {
  const std::lock_guard lock(mutex_);
  ++frames_refused_;
}

void Peers::on_bytes(NodeId node, Lane lane, std::string_view bytes) {
  const auto link = links_.find(node);
  const auto header = WireHeader::read(bytes);
  if (link == links_.end() || !header) return refuse_frame();
  PeerTypes& types = link->second.streams[lane].types;
  const std::string_view body = bytes.substr(WireHeader::bytes);
  const Address to{engine_.id(), header->to};
  switch (header->kind) {
    case WireKind::declare:
      if (!types.declare(header->type, body)) refuse_frame();
      return;
    case WireKind::message:
      return on_message(node, link->second, types, *header, body);
    case WireKind::reply:
    case WireKind::error:
      return on_answer(node, types, *header, body);
    case WireKind::watch:
      return on_watch(node, *header);
    case WireKind::unwatch:
      return engine_.send(to, Envelope::with(Envelope::Kind::unwatch,
                                             Watch{{node, header->from}, CorrelationId{}}));
    case WireKind::down:
      return on_gone(node, *header, body);
    case WireKind::stop:
      if (!may_send(node, link->second, stop_request)) return;
      return engine_.send(to, Envelope::bare(Envelope::Kind::stop));
  }
}

bool Peers::may_send(NodeId node, const Link& link, std::string_view message) {
  if (link.role.empty() || !membership_.permits || membership_.permits(link.role, message))
    return true;
  endpoint_->note_refusal(node.value, "a key of role '" + link.role + "' may not send " +
                                          std::string(message.substr(0, text_max)));
  return false;
}

CorrelationId Peers::open_question(NodeId node, std::uint64_t ask) {
  {
    const std::lock_guard lock(mutex_);
    Peer& peer = peers_.at(node);
    if (peer.questions >= questions_max) return {};
    ++peer.questions;
  }
  return engine_.open_outside_ask(
      [this, node, ask](Envelope::Ptr answer) { send_answer(node, ask, *answer); });
}

void Peers::on_message(NodeId node, const Link& link, const PeerTypes& types,
                       const WireHeader& header, std::string_view body) {
  const auto refuse = [&](ErrorKind kind, std::string_view why) {
    refuse_frame();
    if (header.ask == 0) return;
    (void)enqueue(
        node,
        {.kind = WireKind::error, .detail = static_cast<std::uint8_t>(kind), .ask = header.ask},
        why);
  };
  const std::string* const name = types.name(header.type);
  if (name == nullptr)
    return refuse(ErrorKind::bad_input, "the type of the message was not declared");
  if (!may_send(node, link, *name))
    return refuse(ErrorKind::refused, "a key of role '" + link.role + "' may not send " + *name);
  Packed packed{*name, std::string(body), types.schemas(), Instant::never()};
  if (header.patience > 0) packed.expires = engine_.after(Duration{header.patience});
  auto envelope = Envelope::with(Envelope::Kind::packed, std::move(packed));
  if (header.ask != 0) {
    envelope->ask = open_question(node, header.ask);
    if (!envelope->ask)
      return refuse(ErrorKind::exhausted, "too many questions of the node are unanswered");
  }
  engine_.send({engine_.id(), header.to}, std::move(envelope));
}

void Peers::on_answer(NodeId node, const PeerTypes& types, const WireHeader& header,
                      std::string_view body) {
  {
    const std::lock_guard lock(mutex_);
    if (peers_.at(node).asks.erase(header.ask) == 0) return;  // Too late, or never asked.
  }
  const CorrelationId ask{header.ask};
  if (header.kind == WireKind::error) {
    const auto last = static_cast<std::uint8_t>(ErrorKind::io);
    const auto kind = header.detail <= last ? ErrorKind{header.detail} : ErrorKind::io;
    return engine_.answer_error(ask, kind, std::string(body.substr(0, text_max)));
  }
  const std::string* const name = types.name(header.type);
  if (name == nullptr) {
    refuse_frame();
    return engine_.answer_error(ask, ErrorKind::bad_input, "the answer's type was not declared");
  }
  auto answer = Envelope::with(Envelope::Kind::packed_reply,
                               Packed{*name, std::string(body), types.schemas(), Instant::never()});
  answer->ask = ask;
  engine_.answer(std::move(answer));
}

void Peers::on_watch(NodeId node, const WireHeader& header) {
  Watch watch{{node, header.from}, CorrelationId{}};
  if (header.ask != 0) {
    watch = {Address{}, open_question(node, header.ask)};
    if (!watch.ask) return refuse_frame();
  }
  engine_.send({engine_.id(), header.to}, Envelope::with(Envelope::Kind::watch, watch));
}

void Peers::on_gone(NodeId node, const WireHeader& header, std::string_view body) {
  const Address watcher{engine_.id(), header.to};
  const Address actor{node, header.from};
  {
    const std::lock_guard lock(mutex_);
    if (peers_.at(node).watches.erase({watcher, actor}) == 0) return;  // Nobody watches it.
  }
  const auto last = static_cast<std::uint8_t>(Cause::unknown);
  const auto cause = header.detail <= last ? Cause{header.detail} : Cause::unknown;
  engine_.tell_watcher({watcher, CorrelationId{}},
                       Down{actor, cause, std::string(body.substr(0, text_max))});
}

}  // namespace troupe::runtime
