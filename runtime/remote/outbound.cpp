#include "runtime/remote/outbound.hpp"

#include <algorithm>
#include <utility>

#include "runtime/cell/cell.hpp"
#include "runtime/core/check.hpp"

namespace troupe::runtime {
namespace {

using Kind = WireHeader::Kind;

std::string not_linked(NodeId node) {
  return "node " + to_string(node) + " is not linked";
}

std::string too_much_waits(NodeId node) {
  return "too much waits to be sent to node " + to_string(node) + " in large messages";
}

}  // namespace

void Outbound::send(Address to, Envelope& envelope, Instant expires) {
  switch (envelope.kind()) {
    case Envelope::Kind::message:
      return send_message(to, envelope, expires);
    case Envelope::Kind::watch:
    case Envelope::Kind::unwatch:
      return send_watch(to, envelope);
    case Envelope::Kind::down: {
      const Down& down = envelope.payload<Down>();
      enqueue_text(to.node,
                   {.kind = Kind::down,
                    .detail = static_cast<std::uint8_t>(down.cause),
                    .to = to.actor,
                    .from = down.who.actor},
                   down.reason);
      return;
    }
    case Envelope::Kind::stop:
      enqueue_text(to.node, {.kind = Kind::stop, .to = to.actor}, {});
      return;
    default:
      return;  // The other kinds stay within a node.
  }
}

void Outbound::send_message(Address to, Envelope& envelope, Instant expires) {
  const MessageType& type = *envelope.type();
  const auto fail = [&](ErrorKind kind, std::string why) {
    router_.count_dead_letter();
    if (envelope.ask) router_.answer_error(envelope.ask, kind, std::move(why));
  };
  if (type.pack == nullptr)
    return fail(ErrorKind::bad_input, "a message of this type cannot leave its process");
  WireHeader header{.kind = Kind::message, .to = to.actor, .ask = envelope.ask.value};
  if (expires != Instant::never()) {
    const Duration left = expires - clock_.now();
    header.patience = std::max<std::int64_t>(left.count(), 1);
  }
  Outgoing outgoing(header, &type);
  type.pack(envelope.payload_address(), outgoing.bytes());
  switch (enqueue(to.node, header, std::move(outgoing))) {
    case PeerTable::Status::queued:
      return;
    case PeerTable::Status::not_linked:
      return fail(ErrorKind::gone, not_linked(to.node));
    case PeerTable::Status::full:
      return fail(ErrorKind::exhausted, too_much_waits(to.node));
  }
}

void Outbound::send_watch(Address to, Envelope& envelope) {
  const Watch watch = envelope.payload<Watch>();
  const bool starts = envelope.kind() == Envelope::Kind::watch;
  if (!watch.ask) {
    if (starts)
      peers_.add_watch(watch.watcher, to);
    else
      peers_.remove_watch(watch.watcher, to);
  }
  const WireHeader header{.kind = starts ? Kind::watch : Kind::unwatch,
                          .to = to.actor,
                          .from = watch.watcher.actor,
                          .ask = watch.ask.value};
  if (enqueue_text(to.node, header, {}) != PeerTable::Status::queued && starts)
    router_.notify_watcher(watch, Down{to, Cause::node_lost, not_linked(to.node)});
}

void Outbound::send_answer(NodeId to, std::uint64_t ask, Envelope& answer) {
  peers_.close_question(to);
  Error error{ErrorKind::bad_input, "an answer of this type cannot leave its process"};
  if (answer.kind() == Envelope::Kind::reply && answer.type()->pack != nullptr) {
    const WireHeader header{.kind = Kind::reply, .ask = ask};
    Outgoing outgoing(header, answer.type());
    answer.type()->pack(answer.payload_address(), outgoing.bytes());
    if (enqueue(to, header, std::move(outgoing)) != PeerTable::Status::full) return;
    error = {ErrorKind::exhausted, too_much_waits(to)};
  }
  if (answer.kind() == Envelope::Kind::error) error = answer.payload<Error>();
  send_error(to, ask, error.kind, error.what);
}

void Outbound::send_error(NodeId to, std::uint64_t ask, ErrorKind kind, std::string_view why) {
  enqueue_text(to, {.kind = Kind::error, .detail = static_cast<std::uint8_t>(kind), .ask = ask},
               why);
}

void Outbound::return_to_sender(NodeId node, const Outgoing& outgoing, const Error& error) {
  const auto header = WireHeader::read(outgoing.content());
  check(header.has_value(), "a message to another node starts with a header");
  if (header->kind == Kind::message) router_.count_dead_letter();
  if (header->kind == Kind::message && header->ask != 0) {
    peers_.close_ask(node, CorrelationId{header->ask});
    router_.answer_error(CorrelationId{header->ask}, error.kind, error.what);
  } else if (header->kind == Kind::reply) {
    send_error(node, header->ask, error.kind, "the answer could not be sent: " + error.what);
  }
}

PeerTable::Status Outbound::enqueue_text(NodeId to, const WireHeader& header,
                                         std::string_view text) {
  Outgoing outgoing(header, nullptr);
  outgoing.bytes() += text.substr(0, text_bytes_max);
  return enqueue(to, header, std::move(outgoing));
}

PeerTable::Status Outbound::enqueue(NodeId to, const WireHeader& header, Outgoing outgoing) {
  const PeerTable::Enqueued enqueued = peers_.enqueue(to, header, std::move(outgoing));
  if (enqueued.overflows) actions_.expel(to, "it does not take what is sent to it: 64 MiB wait");
  if (enqueued.needs_flush) actions_.flush(to);
  return enqueued.status;
}

}  // namespace troupe::runtime
