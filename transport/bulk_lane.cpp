#include "transport/bulk_lane.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::transport {

BulkLane::BulkLane(const Identity& self, PeerId peer, const LinkOptions& options, Side side,
                   Instant now)
    : self_(&self),
      peer_(peer),
      options_(options),
      side_(side),
      hello_(options, side == Side::dialer ? now : Instant::never()),
      stream_(StreamOptions::bulk(options), BulkSendQueue(options, {.version = self.protocol,
                                                                    .kind = FrameKind::data,
                                                                    .bulk = true,
                                                                    .from = self.id,
                                                                    .to = peer})),
      silence_(now),
      last_sent_(now) {
  check(peer != 0 && peer != self.id, "a bulk lane leads to another node");
}

void BulkLane::receive(const Frame& frame, Instant now) {
  check(frame.header.bulk, "a bulk lane receives its own frames only");
  if (frame.header.kind == FrameKind::hello) return on_hello(frame.header, now);
  const bool is_data = frame.header.kind == FrameKind::data;
  if (!is_data && frame.header.kind != FrameKind::beat) return;
  if (side_ == Side::acceptor && state_ == State::connecting) return;  // No hello came before it.
  if (!stream_.is_plausible(frame.header)) return;
  on_heard(now);
  stream_.on_acknowledged(frame.header, now);
  if (is_data)
    on_data(frame, now);
  else
    stream_.on_peer_sent(frame.header.sequence, now);
}

void BulkLane::on_hello(const FrameHeader& hello, Instant now) {
  on_heard(now);
  stream_.acknowledge_now(now);
  if (hello.attempt <= peer_attempt_) return;
  peer_attempt_ = hello.attempt;
  stream_.resend();
}

void BulkLane::on_heard(Instant now) {
  silence_.heard(now);
  if (state_ == State::up) return;
  if (state_ == State::silent) {
    stream_.restart();
    stream_.acknowledge_now(now);
  }
  state_ = State::up;
  hello_.stop();
}

void BulkLane::on_data(const Frame& frame, Instant now) {
  if (!stream_.accepts(frame.header.sequence, now)) return;
  if (const auto received = stream_.receive(frame.body, now); !received)
    malformed_ = received.error().what;
}

void BulkLane::tick(Instant now) {
  silence_.discount_pause(deadline(), now, options_.heartbeat);
  if (side_ == Side::acceptor && state_ == State::connecting) return;
  if (silence_.silence(now) >= options_.unreachable_after) state_ = State::silent;
  if (state_ == State::up) stream_.tick(now);
}

Result<void> BulkLane::send(std::string& message, Instant now) {
  return stream_.send(message, now);
}

void BulkLane::redialed(Instant now) {
  check(side_ == Side::dialer, "only the side that dialed a bulk lane dials it again");
  hello_.redialed(now);
}

SharedFrame BulkLane::encode(FrameKind kind, std::uint64_t sequence, Bytes body) const {
  const auto bytes = encode_frame({.version = self_->protocol,
                                   .kind = kind,
                                   .resend = stream_.requests_resend(),
                                   .bulk = true,
                                   .from = self_->id,
                                   .to = peer_,
                                   .sequence = sequence,
                                   .acknowledged = stream_.acknowledged(),
                                   .attempt = hello_.attempt()},
                                  body);
  return std::make_shared<const std::string>(reinterpret_cast<const char*>(bytes.data()),
                                             bytes.size());
}

Instant BulkLane::beat_at() const {
  return std::min(stream_.ack_at(), last_sent_ + options_.heartbeat);
}

SharedFrame BulkLane::next_frame(Instant now) {
  if (hello_.take_due(now)) return encode(FrameKind::hello, 0, encode_greeting({self_->name, {}}));
  if (state_ == State::connecting) return nullptr;
  if (now >= beat_at()) {
    SharedFrame beat = encode(FrameKind::beat, stream_.buffer().sequence_sent(), {});
    last_sent_ = now;
    stream_.on_ack_sent();
    return beat;
  }
  if (state_ != State::up) return nullptr;
  SharedFrame data = stream_.next_frame(now);
  if (data != nullptr) last_sent_ = now;
  return data;
}

Instant BulkLane::deadline() const {
  const Instant silent_at = silence_.last_heard() + options_.unreachable_after;
  switch (state_) {
    case State::connecting:
      return side_ == Side::acceptor ? Instant::never() : std::min(hello_.due(), silent_at);
    case State::up:
      return std::min({hello_.due(), beat_at(), stream_.resend_at(), silent_at});
    case State::silent:
      return std::min(hello_.due(), beat_at());
  }
  return Instant::never();
}

}  // namespace troupe::transport
