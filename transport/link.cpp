#include "transport/link.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/core/printable.hpp"
#include "transport/handshake.hpp"

namespace troupe::transport {
namespace {

std::string seconds(Duration duration) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g s",
                std::chrono::duration<double>(duration).count());
  return text.data();
}

}  // namespace

Link::Link(const Identity& self, const LinkOptions& options, bool is_dialer, Instant now)
    : self_(&self),
      options_(options),
      is_dialer_(is_dialer),
      hello_(options, is_dialer ? now : Instant::never()),
      stream_(StreamOptions::ordinary(options), SendQueue(options)),
      silence_(now),
      last_beat_(now),
      echoed_(now) {
  check(self.id != 0, "a node's id is not 0");
}

Link Link::dialing(const Identity& self, const LinkOptions& options, Instant now) {
  return {self, options, true, now};
}

Result<Link> Link::accepted(const Identity& self, const LinkOptions& options, const Frame& hello,
                            Instant now) {
  check(hello.header.kind == FrameKind::hello, "a link is accepted from a hello");
  Link link(self, options, false, now);
  if (auto learned = link.learn_peer(hello); !learned) return learned.error();
  link.peer_attempt_ = hello.header.attempt;
  link.state_ = LinkState::up;
  link.stream_.acknowledge_now(now);
  return link;
}

Result<void> Link::learn_peer(const Frame& frame) {
  check(peer_ == 0, "a link has one peer");
  const auto greeting = decode_greeting(frame.body);
  if (!greeting) return greeting.error();
  peer_ = frame.header.from;
  peer_name_ = printable(greeting->name);
  peer_greeting_.assign(greeting->payload.begin(), greeting->payload.end());
  return {};
}

void Link::receive(const Frame& frame, Instant now) {
  if (state_ == LinkState::down || frame.header.to != self_->id) return;
  const FrameKind kind = frame.header.kind;
  if (kind == FrameKind::refusal) return on_refusal(frame);
  if (kind == FrameKind::welcome) return on_welcome(frame, now);
  if (peer_ == 0 || frame.header.from != peer_) return;
  if (kind == FrameKind::hello) return on_hello(frame, now);
  if (!stream_.is_plausible(frame.header)) return;
  on_heard(now);
  peer_wants_bulk_ = frame.header.wants_bulk;
  stream_.on_acknowledged(frame.header, now);
  if (leaving_ && stream_.buffer().empty())
    return finish({Departure::Cause::left, "this node left"});
  if (kind == FrameKind::beat) return on_beat(frame, now);
  if (!stream_.accepts(frame.header.sequence, now)) return;
  if (kind == FrameKind::goodbye) return on_goodbye(frame);
  on_data(frame, now);
}

void Link::on_refusal(const Frame& frame) {
  if (leaving_) return finish({Departure::Cause::left, "this node left"});
  finish({Departure::Cause::refused, decode_reason(frame.body)});
}

void Link::on_welcome(const Frame& frame, Instant now) {
  if (peer_ != 0) return;
  if (const auto learned = learn_peer(frame); !learned)
    return finish(
        {Departure::Cause::refused, "the node that answers sent " + learned.error().what});
  hello_.restart(now);
}

void Link::on_hello(const Frame& frame, Instant now) {
  on_heard(now);
  stream_.acknowledge_now(now);
  if (frame.header.attempt <= peer_attempt_) return;
  peer_attempt_ = frame.header.attempt;
  stream_.resend();
}

void Link::on_heard(Instant now) {
  silence_.heard(now);
  if (state_ == LinkState::up) return;
  if (state_ == LinkState::unreachable) {
    stream_.restart();
    echo_due_ = now;
  }
  // The acceptor hears all further frames of the dialer later than this, or never.
  if (state_ == LinkState::connecting) echoed_ = now;
  state_ = LinkState::up;
  hello_.stop();
}

void Link::on_beat(const Frame& frame, Instant now) {
  const auto times = decode_beat(frame.body);
  if (!times) return finish_malformed(times.error());
  stream_.on_peer_sent(frame.header.sequence, now);
  if (times->sent > peer_sent_) {
    peer_sent_ = times->sent;
    // Only the acceptor answers a beat with a beat: the dialer's lease depends on it, and if both
    // sides did, beats would never end.
    if (!is_dialer_) echo_due_ = std::min(echo_due_, now + options_.ack_delay);
  }
  const Instant echoed{Duration(static_cast<Duration::rep>(times->echo))};
  if (echoed <= last_beat_) echoed_ = std::max(echoed_, echoed);
  check(echoed_ <= now, "a lease does not start in the future");
}

void Link::on_goodbye(const Frame& frame) {
  stream_.receive_goodbye();
  goodbye_ack_due_ = true;
  finish({Departure::Cause::left, decode_reason(frame.body)});
}

void Link::on_data(const Frame& frame, Instant now) {
  // A resend would bring the same malformed bytes again, so the link ends.
  if (const auto received = stream_.receive(frame.body, now); !received)
    finish_malformed(received.error());
}

void Link::tick(Instant now) {
  if (state_ == LinkState::down) return;
  silence_.discount_pause(deadline(), now, options_.heartbeat);
  if (state_ == LinkState::connecting) return;
  const Duration silence = silence_.silence(now);
  if (silence >= options_.dead_after)
    return finish(
        {Departure::Cause::lost,
         "nothing was heard of " + describe_node(peer_name_, peer_) + " for " + seconds(silence)});
  if (now - lease_from() >= options_.dead_after)
    return finish({Departure::Cause::lost, describe_node(peer_name_, peer_) +
                                               " has confirmed nothing for " +
                                               seconds(now - lease_from())});
  if (silence >= options_.unreachable_after) state_ = LinkState::unreachable;
  if (state_ == LinkState::up) stream_.tick(now);
}

Result<void> Link::send(Bytes message, Instant now) {
  if (state_ == LinkState::down || leaving_)
    return Error{ErrorKind::gone, describe_node(peer_name_, peer_) + " is gone: " +
                                      (leaving_ ? "this node left" : departure_.reason)};
  return stream_.send(message, now);
}

void Link::leave(std::string_view reason, Instant now) {
  if (leaving_ || state_ == LinkState::down) return;
  if (state_ == LinkState::connecting) return finish({Departure::Cause::left, "this node left"});
  leaving_ = true;
  stream_.send_goodbye(reason, now);
}

void Link::give_up(Departure departure) {
  if (state_ != LinkState::down) finish(std::move(departure));
}

void Link::finish(Departure departure) {
  check(state_ != LinkState::down, "a link ends once");
  state_ = LinkState::down;
  departure_ = std::move(departure);
  departure_.lease_from = lease_from();
}

void Link::finish_malformed(const Error& error) {
  finish({Departure::Cause::refused, describe_node(peer_name_, peer_) + " sent " + error.what});
}

void Link::request_bulk_lane(bool wanted, Instant now) {
  if (wanted && !wants_bulk_) stream_.acknowledge_now(now);
  wants_bulk_ = wanted;
}

void Link::redialed(Instant now) {
  check(peer_ != 0, "only a peer that is known is dialed again");
  hello_.redialed(now);
}

std::optional<Bytes> Link::next_message() {
  return stream_.next_message();
}

bool Link::take_room() {
  return stream_.take_room();
}

FrameHeader Link::header(FrameKind kind, std::uint64_t sequence) const {
  return {.version = self_->protocol,
          .kind = kind,
          .resend = stream_.requests_resend(),
          .wants_bulk = wants_bulk_,
          .from = self_->id,
          .to = peer_,
          .sequence = sequence,
          .acknowledged = stream_.acknowledged(),
          .attempt = hello_.attempt()};
}

Instant Link::beat_at() const {
  return std::min({stream_.ack_at(), echo_due_, last_beat_ + options_.heartbeat});
}

std::optional<Bytes> Link::next_frame(Instant now) {
  if (state_ == LinkState::down) {
    if (!std::exchange(goodbye_ack_due_, false)) return std::nullopt;
    return make_beat(now);
  }
  if (hello_.take_due(now)) return make_hello();
  if (state_ == LinkState::connecting) return std::nullopt;
  // A regular beat precedes the queued data, however much there is.
  if (now >= last_beat_ + options_.heartbeat) return make_beat(now);
  if (state_ == LinkState::up)
    if (const auto next = stream_.next_frame(now)) {
      encode_header(header(next->kind, next->sequence), next->frame);
      stream_.on_ack_sent();
      return Bytes(next->frame);
    }
  if (now >= beat_at()) return make_beat(now);
  return std::nullopt;
}

Bytes Link::make_hello() {
  scratch_ =
      encode_frame(header(FrameKind::hello, 0), encode_greeting({self_->name, self_->greeting}));
  return scratch_;
}

Bytes Link::make_beat(Instant now) {
  const auto sent = static_cast<std::uint64_t>(now.since_zero.count());
  scratch_ = encode_frame(header(FrameKind::beat, stream_.buffer().sequence_sent()),
                          encode_beat({.sent = sent, .echo = peer_sent_}));
  last_beat_ = now;
  echo_due_ = Instant::never();
  stream_.on_ack_sent();
  return scratch_;
}

Instant Link::deadline() const {
  if (state_ == LinkState::down) return Instant::never();
  if (state_ == LinkState::connecting) return hello_.due();
  const bool is_up = state_ == LinkState::up;
  const Duration silence_max = is_up ? options_.unreachable_after : options_.dead_after;
  const Instant resend = is_up ? stream_.resend_at() : Instant::never();
  return std::min({hello_.due(), beat_at(), resend, last_heard() + silence_max,
                   lease_from() + options_.dead_after});
}

Duration Link::lag(Instant now) const {
  const Instant oldest = stream_.buffer().oldest();
  return oldest == Instant::never() ? Duration(0) : now - oldest;
}

}  // namespace troupe::transport
