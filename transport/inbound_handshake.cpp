#include "transport/inbound_handshake.hpp"

#include <utility>

#include "runtime/core/check.hpp"
#include "transport/handshake.hpp"

namespace troupe::transport {

InboundHandshake::InboundHandshake(const Session::Context& context, const Admission& admission,
                                   SessionTable& sessions, RefusalLog& refusals)
    : context_(context), admission_(admission), sessions_(sessions), refusals_(refusals) {}

SessionEntry* InboundHandshake::on_hello(Route route, const Sender& sender, const Frame& hello,
                                         Instant now) {
  const FrameHeader& header = hello.header;
  check(header.kind == FrameKind::hello, "only hellos begin a handshake");
  if (const auto why = admission_.rejection(sender, hello)) {
    refusals_.note(admission_.name_of(sender), std::string(sender.address), *why, now);
    refuse(route, header.from, *why);
    return nullptr;
  }
  if (admission_.is_invited(sender)) {
    on_invited(route, sender, hello, now);
    return nullptr;
  }
  if (const DepartedPeer* gone = sessions_.departed(header.from)) {
    refuse_departed(route, sender, *gone, now);
    return nullptr;
  }
  if (header.bulk) return on_bulk_hello(route, hello, now);
  if (!is_accepting_) {
    refuse(route, header.from, this_node() + " is leaving");
    return nullptr;
  }
  if (header.to == 0) {
    context_.wire.send(route, encode_welcome(context_.self, header));
    return nullptr;
  }
  SessionEntry* const entry = sessions_.with_peer(header.from);
  if (entry == nullptr) return accept(route, sender, hello, now);
  entry->session.receive_hello(route, hello, now);
  return entry;
}

/// The greeting of an invited node is the public key that is admitted in place of the invitation.
void InboundHandshake::on_invited(Route route, const Sender& sender, const Frame& hello,
                                  Instant now) {
  const auto enrolled = admission_.enrol(sender, hello);
  if (enrolled.result) {
    context_.wire.send(route, encode_welcome(context_.self, hello.header));
    return;
  }
  const std::string& why = enrolled.result.error().what;
  if (!enrolled.is_malformed)
    refusals_.note(admission_.name_of(sender), std::string(sender.address), why, now);
  refuse(route, hello.header.from, why);
}

/// The endpoint has checked that the sender is the peer that it names.
SessionEntry* InboundHandshake::on_bulk_hello(Route route, const Frame& hello, Instant now) {
  SessionEntry* const entry = sessions_.with_peer(hello.header.from);
  if (entry == nullptr || !entry->was_up || hello.header.to != context_.self.id) {
    refuse(route, hello.header.from, this_node() + " has no link to it");
    return nullptr;
  }
  entry->session.receive_bulk_hello(route, hello, now);
  return entry;
}

SessionEntry* InboundHandshake::accept(Route route, const Sender& sender, const Frame& hello,
                                       Instant now) {
  const PeerId peer = hello.header.from;
  if (sessions_.is_full()) {
    refuse(route, peer,
           this_node() + " has " + std::to_string(SessionTable::sessions_max) + " links already");
    return nullptr;
  }
  if (!sender.key.empty() && sessions_.links_of(sender.key) >= SessionTable::links_of_key_max) {
    const std::string why =
        "its key has " + std::to_string(SessionTable::links_of_key_max) + " links already";
    refusals_.note(admission_.name_of(sender), std::string(sender.address), why, now);
    refuse(route, peer, why);
    return nullptr;
  }
  auto link = Link::accepted(context_.self, context_.options, hello, now);
  if (!link) {
    refuse(route, peer, link.error().what);
    return nullptr;
  }
  Session::Remote remote{std::string(sender.key), std::nullopt, std::string(sender.address)};
  if (!sender.key.empty()) remote.member = admission_.member_with(sender.key);
  SessionEntry& entry =
      sessions_.add(Session::accepted(context_, std::move(*link), route, std::move(remote)));
  sessions_.bind_peer(entry);
  return &entry;
}

void InboundHandshake::refuse_unlinked(Route route, const Sender& sender, const FrameHeader& header,
                                       Instant now) {
  if (header.to != context_.self.id)
    return refuse(route, header.from, this_node() + " answers here, not the one meant");
  if (const DepartedPeer* gone = sessions_.departed(header.from))
    return refuse_departed(route, sender, *gone, now);
  refuse(route, header.from, this_node() + " has no link to it");
}

/// The peer may not know that it was given up. What it did since then does not count.
void InboundHandshake::refuse_departed(Route route, const Sender& sender, const DepartedPeer& gone,
                                       Instant now) {
  const std::string why = "this node has given it up: " + gone.reason;
  refusals_.note(gone.name, std::string(sender.address), "what it says is too late: " + why, now);
  refuse(route, gone.id, why);
}

void InboundHandshake::refuse(Route route, PeerId to, std::string_view reason) {
  context_.wire.send(route, encode_refusal(context_.self, to, reason));
}

std::string InboundHandshake::this_node() const {
  return "node '" + context_.self.name + "'";
}

}  // namespace troupe::transport
