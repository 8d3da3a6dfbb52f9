#include "transport/link.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace troupe::transport {
namespace {

constexpr int resend_doublings = 8;  ///< The longest wait is this many times the first.

std::string named(std::string_view name, PeerId id) {
  std::array<char, 17> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx", static_cast<unsigned long long>(id));
  return "node '" + std::string(name) + "' (" + hex.data() + ")";
}

std::string seconds(Duration duration) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g s",
                std::chrono::duration<double>(duration).count());
  return text.data();
}

}  // namespace

Link::Link(const Identity& self, const LinkOptions& options, Instant now)
    : self_(&self),
      options_(options),
      hello_wait_(options.hello_again_after),
      outbox_(options),
      last_beat_(now),
      resend_wait_(options.resend_after),
      inbox_(options.message_max),
      last_heard_(now),
      confirmed_(now) {}

Link Link::dialing(const Identity& self, const LinkOptions& options, Instant now) {
  Link link(self, options, now);
  link.dialer_ = true;
  link.hello_at_ = now;
  return link;
}

Result<Link> Link::accepted(const Identity& self, const LinkOptions& options, const Frame& hello,
                            Instant now) {
  Link link(self, options, now);
  if (auto met = link.meet(hello); !met) return met.error();
  link.peer_attempt_ = hello.header.attempt;
  link.state_ = LinkState::up;
  link.ack_at_ = now;
  return link;
}

std::optional<std::string> Link::objection(const Identity& self, const FrameHeader& hello) {
  if (hello.version != self.protocol)
    return named(self.name, self.id) + " speaks protocol version " + std::to_string(self.protocol) +
           ", the node that dials it speaks " + std::to_string(hello.version) +
           "; run the same release on both";
  if (hello.from == self.id) return named(self.name, self.id) + " dialed itself";
  if (hello.from == 0) return std::string("a node's id is not 0");
  if (hello.to != 0 && hello.to != self.id)
    return named(self.name, self.id) + " answers here, not the node that is looked for";
  return std::nullopt;
}

std::vector<std::byte> Link::welcome(const Identity& self, const FrameHeader& hello) {
  return encode_frame({.version = self.protocol,
                       .kind = FrameKind::welcome,
                       .from = self.id,
                       .to = hello.from,
                       .attempt = hello.attempt},
                      encode_greeting({self.name, self.greeting}));
}

std::vector<std::byte> Link::refusal(const Identity& self, PeerId to, std::string_view reason) {
  return encode_frame(
      {.version = self.protocol, .kind = FrameKind::refusal, .from = self.id, .to = to},
      encode_reason(reason));
}

Result<void> Link::meet(const Frame& frame) {
  const auto greeting = decode_greeting(frame.body);
  if (!greeting) return greeting.error();
  peer_ = frame.header.from;
  peer_name_ = greeting->name;
  peer_greeting_.assign(greeting->payload.begin(), greeting->payload.end());
  return {};
}

void Link::receive(const Frame& frame, Instant now) {
  if (state_ == LinkState::down || frame.header.to != self_->id) return;
  const FrameKind kind = frame.header.kind;
  if (kind == FrameKind::refusal) {
    if (leaving_) return finish({Departure::Cause::left, "this node left"});
    return finish({Departure::Cause::refused, decode_reason(frame.body)});
  }
  if (kind == FrameKind::welcome) {
    if (peer_ != 0) return;
    if (const auto met = meet(frame); !met)
      return finish({Departure::Cause::refused, "the node that answers sent " + met.error().what});
    hello_at_ = now;
    hello_wait_ = options_.hello_again_after;
    return;
  }
  if (peer_ == 0 || frame.header.from != peer_) return;
  if (kind == FrameKind::hello) return on_hello(frame, now);
  if (frame.header.acknowledged > outbox_.sequence_sent()) return;  // Nothing we ever said.
  heard(now);
  peer_wants_bulk_ = frame.header.wants_bulk;
  on_acknowledged(frame.header, now);
  if (state_ != LinkState::down) on_data(frame, now);
}

void Link::on_hello(const Frame& frame, Instant now) {
  heard(now);
  ack_at_ = now;
  if (frame.header.attempt <= peer_attempt_) return;
  peer_attempt_ = frame.header.attempt;
  outbox_.rewind();  // What was on the old route is lost.
}

void Link::heard(Instant now) {
  last_heard_ = now;
  if (state_ == LinkState::up) return;
  if (state_ == LinkState::unreachable) {
    outbox_.rewind();
    resend_at_ = Instant::never();
    resend_wait_ = options_.resend_after;
    echo_at_ = now;
  }
  // What the dialer sends from now on is heard later than this, or never.
  if (state_ == LinkState::connecting) confirmed_ = now;
  state_ = LinkState::up;
  hello_at_ = Instant::never();
  hello_wait_ = options_.hello_again_after;
}

void Link::on_acknowledged(const FrameHeader& header, Instant now) {
  if (outbox_.acknowledge(header.acknowledged)) {
    resend_wait_ = options_.resend_after;
    resend_at_ = outbox_.in_flight() ? now + resend_wait_ : Instant::never();
    if (room_wanted_ && outbox_.has_room(*room_wanted_) &&
        outbox_.bytes() <= options_.buffer_bytes_max / 2 &&
        outbox_.messages() <= options_.buffer_messages_max / 2) {
      room_wanted_.reset();
      room_ = true;
    }
    if (leaving_ && outbox_.empty()) finish({Departure::Cause::left, "this node left"});
  }
  if (header.resend) outbox_.rewind();
}

void Link::on_beat(const Frame& frame, Instant now) {
  const auto times = decode_beat(frame.body);
  if (!times)
    return finish(
        {Departure::Cause::refused, named(peer_name_, peer_) + " sent " + times.error().what});
  if (frame.header.sequence > inbox_.expected()) miss(now);
  if (times->sent > echo_) {
    echo_ = times->sent;
    // The dialer lives on it. Whoever answered a beat with a beat on both sides would never end.
    if (!dialer_) echo_at_ = std::min(echo_at_, now + options_.ack_delay);
  }
  const Instant echoed{Duration(static_cast<Duration::rep>(times->echo))};
  if (echoed <= last_beat_) confirmed_ = std::max(confirmed_, echoed);
}

void Link::on_data(const Frame& frame, Instant now) {
  const auto& header = frame.header;
  if (header.kind == FrameKind::beat) return on_beat(frame, now);
  switch (inbox_.judge(header.sequence)) {
    case Inbox::Verdict::ahead:
      return miss(now);
    case Inbox::Verdict::repeated:
      ack_at_ = now;
      return;
    case Inbox::Verdict::next:
      break;
  }
  if (header.kind == FrameKind::goodbye) {
    inbox_.skip();
    last_beat_due_ = true;
    return finish({Departure::Cause::left, decode_reason(frame.body)});
  }
  if (const auto taken = inbox_.take(frame.body); !taken)  // Sent again it would be the same.
    return finish(
        {Departure::Cause::refused, named(peer_name_, peer_) + " sent " + taken.error().what});
  unacknowledged_bytes_ += frame.body.size();
  ++unacknowledged_frames_;
  const bool much = unacknowledged_bytes_ * 4 >= options_.window_bytes ||
                    unacknowledged_frames_ * 4 >= options_.window_frames;
  ack_at_ = std::min(ack_at_, much ? now : now + options_.ack_delay);
}

void Link::miss(Instant now) {
  if (missed_ == inbox_.expected() && now < miss_again_at_) return;
  missed_ = inbox_.expected();
  miss_again_at_ = now + options_.resend_after;
  resend_due_ = true;
  ack_at_ = now;
}

void Link::tick(Instant now) {
  if (state_ == LinkState::down) return;
  // Time that this process slept through says nothing about the peer.
  if (const Duration late = now - deadline(); late > options_.heartbeat)
    last_heard_ = std::min(now, last_heard_ + late);
  if (state_ == LinkState::connecting) return;
  const Duration silence = now - last_heard_;
  if (silence >= options_.dead_after)
    return finish({Departure::Cause::lost, "nothing was heard of " + named(peer_name_, peer_) +
                                               " for " + seconds(silence)});
  if (now - lease_from() >= options_.dead_after)
    return finish(
        {Departure::Cause::lost,
         named(peer_name_, peer_) + " has confirmed nothing for " + seconds(now - lease_from())});
  if (silence >= options_.unreachable_after) state_ = LinkState::unreachable;
  if (state_ == LinkState::up && now >= resend_at_) {
    outbox_.rewind();
    resend_at_ = Instant::never();
    resend_wait_ = std::min(2 * resend_wait_, resend_doublings * options_.resend_after);
  }
}

Result<void> Link::send(Bytes message, Instant now) {
  if (state_ == LinkState::down || leaving_)
    return Error{ErrorKind::gone, named(peer_name_, peer_) + " is gone: " +
                                      (leaving_ ? "this node left" : departure_.reason)};
  auto pushed = outbox_.push(message, now);
  if (!pushed && pushed.error().kind == ErrorKind::exhausted) room_wanted_ = message.size();
  return pushed;
}

void Link::leave(std::string_view reason, Instant now) {
  if (leaving_ || state_ == LinkState::down) return;
  if (state_ == LinkState::connecting) return finish({Departure::Cause::left, "this node left"});
  leaving_ = true;
  outbox_.push_goodbye(reason, now);
}

void Link::give_up(Departure departure) {
  if (state_ != LinkState::down) finish(std::move(departure));
}

void Link::finish(Departure departure) {
  state_ = LinkState::down;
  departure_ = std::move(departure);
  departure_.lease_from = lease_from();
}

void Link::want_bulk(bool wanted, Instant now) {
  if (wanted && !wants_bulk_) ack_at_ = now;
  wants_bulk_ = wanted;
}

void Link::redialed(Instant now) {
  ++attempt_;
  hello_at_ = now;
  hello_wait_ = options_.hello_again_after;
}

std::optional<Bytes> Link::next_message() {
  return inbox_.next_message();
}

bool Link::take_room() {
  return std::exchange(room_, false);
}

FrameHeader Link::header(FrameKind kind, std::uint64_t sequence) const {
  return {.version = self_->protocol,
          .kind = kind,
          .resend = resend_due_,
          .wants_bulk = wants_bulk_,
          .from = self_->id,
          .to = peer_,
          .sequence = sequence,
          .acknowledged = inbox_.expected(),
          .attempt = attempt_};
}

Instant Link::beat_at() const {
  return std::min({ack_at_, echo_at_, last_beat_ + options_.heartbeat});
}

std::optional<Bytes> Link::next_frame(Instant now) {
  if (state_ == LinkState::down) {
    if (!std::exchange(last_beat_due_, false)) return std::nullopt;
    return beat(now);
  }
  if (now >= hello_at_) {
    hello_at_ = now + hello_wait_;
    hello_wait_ = std::min(2 * hello_wait_, std::max(options_.heartbeat, hello_wait_));
    scratch_ =
        encode_frame(header(FrameKind::hello, 0), encode_greeting({self_->name, self_->greeting}));
    return Bytes(scratch_);
  }
  if (state_ == LinkState::connecting) return std::nullopt;
  if (now >= last_beat_ + options_.heartbeat) return beat(now);  // However much else there is.
  if (state_ == LinkState::up)
    if (const auto numbered = outbox_.next()) {
      resend_at_ = std::min(resend_at_, now + resend_wait_);
      encode_header(header(numbered->kind, numbered->sequence), numbered->frame);
      settle();
      return Bytes(numbered->frame);
    }
  if (now >= beat_at()) return beat(now);
  return std::nullopt;
}

Bytes Link::beat(Instant now) {
  const auto sent = static_cast<std::uint64_t>(now.since_zero.count());
  scratch_ = encode_frame(header(FrameKind::beat, outbox_.sequence_sent()),
                          encode_beat({.sent = sent, .echo = echo_}));
  last_beat_ = now;
  echo_at_ = Instant::never();
  settle();
  return scratch_;
}

void Link::settle() {
  ack_at_ = Instant::never();
  unacknowledged_bytes_ = 0;
  unacknowledged_frames_ = 0;
  resend_due_ = false;
}

Instant Link::deadline() const {
  if (state_ == LinkState::down) return Instant::never();
  if (state_ == LinkState::connecting) return hello_at_;
  const Duration patience =
      state_ == LinkState::up ? options_.unreachable_after : options_.dead_after;
  const Instant resend = state_ == LinkState::up ? resend_at_ : Instant::never();
  return std::min(
      {hello_at_, beat_at(), resend, last_heard_ + patience, lease_from() + options_.dead_after});
}

Duration Link::lag(Instant now) const {
  const auto oldest = outbox_.oldest();
  return oldest ? now - *oldest : Duration(0);
}

}  // namespace troupe::transport
