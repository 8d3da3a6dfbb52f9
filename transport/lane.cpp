#include "transport/lane.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace troupe::transport {
namespace {

/// Frames are large, and what is lost is asked for; so they are sent again unasked later than those
/// of the link: so many times its wait.
constexpr int resend_times = 4;
constexpr int lane_resend_doublings = 8;  ///< The longest wait is this many times the first.

}  // namespace

Lane::Lane(const Identity& self, PeerId peer, const LinkOptions& options, Side side, Instant now)
    : self_(&self),
      peer_(peer),
      options_(options),
      side_(side),
      hello_at_(side == Side::dials ? now : Instant::never()),
      hello_wait_(options.hello_again_after),
      outbox_(options, {.version = self.protocol,
                        .kind = FrameKind::data,
                        .bulk = true,
                        .from = self.id,
                        .to = peer}),
      last_sent_(now),
      resend_wait_(resend_times * options.resend_after),
      inbox_(options.message_max),
      last_heard_(now) {}

void Lane::receive(const Frame& frame, Instant now) {
  if (frame.header.kind == FrameKind::hello) return on_hello(frame.header, now);
  const bool is_data = frame.header.kind == FrameKind::data;
  if (!is_data && frame.header.kind != FrameKind::beat) return;
  if (side_ == Side::answers && state_ == State::connecting) return;  // It has not said hello.
  if (frame.header.acknowledged > outbox_.sequence_sent()) return;    // Nothing we ever said.
  heard(now);
  on_acknowledged(frame.header, now);
  if (is_data)
    on_data(frame, now);
  else if (frame.header.sequence > inbox_.expected())
    miss(now);
}

void Lane::on_hello(const FrameHeader& hello, Instant now) {
  heard(now);
  ack_at_ = now;
  if (hello.attempt <= peer_attempt_) return;
  peer_attempt_ = hello.attempt;
  outbox_.rewind();  // What was on the old route is lost.
}

void Lane::heard(Instant now) {
  last_heard_ = now;
  if (state_ == State::up) return;
  if (state_ == State::silent) {
    outbox_.rewind();
    resend_at_ = Instant::never();
    resend_wait_ = resend_times * options_.resend_after;
    ack_at_ = now;
  }
  state_ = State::up;
  hello_at_ = Instant::never();
  hello_wait_ = options_.hello_again_after;
}

void Lane::on_acknowledged(const FrameHeader& header, Instant now) {
  if (outbox_.acknowledge(header.acknowledged)) {
    resend_wait_ = resend_times * options_.resend_after;
    resend_at_ = outbox_.in_flight() ? now + resend_wait_ : Instant::never();
  }
  if (header.resend) outbox_.rewind();
}

void Lane::on_data(const Frame& frame, Instant now) {
  switch (inbox_.judge(frame.header.sequence)) {
    case Inbox::Verdict::ahead:
      return miss(now);
    case Inbox::Verdict::repeated:
      ack_at_ = now;
      return;
    case Inbox::Verdict::next:
      break;
  }
  if (const auto taken = inbox_.take(frame.body); !taken) {
    malformed_ = taken.error().what;
    return;
  }
  unacknowledged_bytes_ += frame.body.size();
  const bool much = unacknowledged_bytes_ * 4 >= options_.bulk_window_bytes;
  ack_at_ = std::min(ack_at_, much ? now : now + options_.ack_delay);
}

void Lane::miss(Instant now) {
  if (missed_ == inbox_.expected() && now < miss_again_at_) return;
  missed_ = inbox_.expected();
  miss_again_at_ = now + options_.resend_after;
  resend_due_ = true;
  ack_at_ = now;
}

void Lane::tick(Instant now) {
  // Time that this process slept through says nothing about the peer.
  if (const Duration late = now - deadline(); late > options_.heartbeat)
    last_heard_ = std::min(now, last_heard_ + late);
  if (side_ == Side::answers && state_ == State::connecting) return;
  if (now - last_heard_ >= options_.unreachable_after) state_ = State::silent;
  if (state_ == State::up && now >= resend_at_) {
    outbox_.rewind();
    resend_at_ = Instant::never();
    resend_wait_ =
        std::min(2 * resend_wait_, lane_resend_doublings * resend_times * options_.resend_after);
  }
}

Result<void> Lane::send(std::string& message, Instant now) {
  auto pushed = outbox_.push(message, now);
  if (!pushed && pushed.error().kind == ErrorKind::exhausted) room_wanted_ = true;
  return pushed;
}

void Lane::redialed(Instant now) {
  ++attempt_;
  hello_at_ = now;
  hello_wait_ = options_.hello_again_after;
}

bool Lane::take_room() {
  if (!room_wanted_ || outbox_.bytes() > options_.bulk_buffer_bytes_max / 2) return false;
  room_wanted_ = false;
  return true;
}

SharedFrame Lane::frame(FrameKind kind, std::uint64_t sequence, Bytes body) {
  const auto bytes = encode_frame({.version = self_->protocol,
                                   .kind = kind,
                                   .resend = resend_due_,
                                   .bulk = true,
                                   .from = self_->id,
                                   .to = peer_,
                                   .sequence = sequence,
                                   .acknowledged = inbox_.expected(),
                                   .attempt = attempt_},
                                  body);
  return std::make_shared<const std::string>(reinterpret_cast<const char*>(bytes.data()),
                                             bytes.size());
}

Instant Lane::beat_at() const {
  return std::min(ack_at_, last_sent_ + options_.heartbeat);
}

SharedFrame Lane::next_frame(Instant now) {
  if (now >= hello_at_) {
    hello_at_ = now + hello_wait_;
    hello_wait_ = std::min(2 * hello_wait_, std::max(options_.heartbeat, hello_wait_));
    return frame(FrameKind::hello, 0, encode_greeting({self_->name, {}}));
  }
  if (state_ == State::connecting) return nullptr;
  if (now >= beat_at()) {
    SharedFrame beat = frame(FrameKind::beat, outbox_.sequence_sent(), {});
    last_sent_ = now;
    ack_at_ = Instant::never();
    unacknowledged_bytes_ = 0;
    resend_due_ = false;
    return beat;
  }
  if (state_ != State::up) return nullptr;
  SharedFrame data = outbox_.next();
  if (data == nullptr) return nullptr;
  resend_at_ = std::min(resend_at_, now + resend_wait_);
  last_sent_ = now;
  return data;
}

Instant Lane::deadline() const {
  switch (state_) {
    case State::connecting:
      return side_ == Side::answers ? Instant::never()
                                    : std::min(hello_at_, last_heard_ + options_.unreachable_after);
    case State::up:
      return std::min({hello_at_, beat_at(), resend_at_, last_heard_ + options_.unreachable_after});
    case State::silent:
      return std::min(hello_at_, beat_at());
  }
  return Instant::never();
}

}  // namespace troupe::transport
