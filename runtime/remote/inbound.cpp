#include "runtime/remote/inbound.hpp"

#include <algorithm>
#include <utility>

#include "runtime/cell/cell.hpp"

namespace troupe::runtime {
namespace {

using Kind = WireHeader::Kind;

std::string text_of(std::string_view body) {
  return std::string(body.substr(0, Outbound::text_bytes_max));
}

}  // namespace

void Inbound::receive(const Source& source, std::string_view bytes) {
  const auto header = WireHeader::read(bytes);
  if (!header) return actions_.count_refused_frame();
  const std::string_view body = bytes.substr(WireHeader::bytes);
  const Address to{router_.id(), header->to};
  switch (header->kind) {
    case Kind::declare:
      if (!source.types.declare(header->type, body)) actions_.count_refused_frame();
      return;
    case Kind::message:
      return on_message(source, *header, body);
    case Kind::reply:
    case Kind::error:
      return on_answer(source, *header, body);
    case Kind::watch:
      return on_watch(source, *header);
    case Kind::unwatch:
      return router_.send(to, Envelope::with(Envelope::Kind::unwatch,
                                             Watch{{source.node, header->from}, CorrelationId{}}));
    case Kind::down:
      return on_down(source, *header, body);
    case Kind::stop:
      if (!may_send(source, stop_request)) return;
      return router_.send(to, Envelope::bare(Envelope::Kind::stop));
  }
}

bool Inbound::may_send(const Source& source, std::string_view message) {
  if (source.role.empty() || !permits_ || permits_(source.role, message)) return true;
  actions_.note_refusal(source.node,
                        "a key of role '" + source.role + "' may not send " + text_of(message));
  return false;
}

CorrelationId Inbound::open_question(NodeId node, std::uint64_t ask) {
  if (!peers_.open_question(node)) return {};
  return router_.external_asks().open([outbound = &outbound_, node, ask](Envelope::Ptr answer) {
    outbound->send_answer(node, ask, *answer);
  });
}

void Inbound::on_message(const Source& source, const WireHeader& header, std::string_view body) {
  const auto refuse = [&](ErrorKind kind, std::string_view why) {
    actions_.count_refused_frame();
    if (header.ask != 0) outbound_.send_error(source.node, header.ask, kind, why);
  };
  const std::string* const name = source.types.name(header.type);
  if (name == nullptr)
    return refuse(ErrorKind::bad_input, "the type of the message was not declared");
  if (!may_send(source, *name))
    return refuse(ErrorKind::refused, "a key of role '" + source.role + "' may not send " + *name);
  Packed packed{*name, std::string(body), source.types.schemas(), source.node};
  if (header.patience > 0) packed.expires = saturating_add(clock_.now(), Duration{header.patience});
  auto envelope = Envelope::with(Envelope::Kind::packed, std::move(packed));
  if (header.ask != 0) {
    envelope->ask = open_question(source.node, header.ask);
    if (!envelope->ask)
      return refuse(ErrorKind::exhausted, "too many questions of the node are unanswered");
  }
  router_.send({router_.id(), header.to}, std::move(envelope));
}

void Inbound::on_answer(const Source& source, const WireHeader& header, std::string_view body) {
  const CorrelationId ask{header.ask};
  if (!peers_.close_ask(source.node, ask)) return;  // Too late, or never asked.
  if (header.kind == Kind::error) {
    const auto last = static_cast<std::uint8_t>(ErrorKind::io);
    const auto kind = header.detail <= last ? ErrorKind{header.detail} : ErrorKind::io;
    return router_.answer_error(ask, kind, text_of(body));
  }
  const std::string* const name = source.types.name(header.type);
  if (name == nullptr) {
    actions_.count_refused_frame();
    return router_.answer_error(ask, ErrorKind::bad_input, "the answer's type was not declared");
  }
  auto answer =
      Envelope::with(Envelope::Kind::packed_reply,
                     Packed{*name, std::string(body), source.types.schemas(), source.node});
  answer->ask = ask;
  router_.answer(std::move(answer));
}

void Inbound::on_watch(const Source& source, const WireHeader& header) {
  Watch watch{{source.node, header.from}, CorrelationId{}};
  if (header.ask != 0) {
    watch = {Address{}, open_question(source.node, header.ask)};
    if (!watch.ask) return actions_.count_refused_frame();
  }
  router_.send({router_.id(), header.to}, Envelope::with(Envelope::Kind::watch, watch));
}

void Inbound::on_down(const Source& source, const WireHeader& header, std::string_view body) {
  const Address watcher{router_.id(), header.to};
  const Address actor{source.node, header.from};
  if (!peers_.remove_watch(watcher, actor)) return;  // Nobody here monitors the actor.
  const auto last = static_cast<std::uint8_t>(Cause::unknown);
  const auto cause = header.detail <= last ? Cause{header.detail} : Cause::unknown;
  router_.notify_watcher({watcher, CorrelationId{}}, Down{actor, cause, text_of(body)});
}

}  // namespace troupe::runtime
