#include "transport/enrolment.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"
#include "transport/frame.hpp"

namespace troupe::transport {
namespace {

constexpr Duration enrolment_hello_again_after = std::chrono::milliseconds(500);

}  // namespace

Enrolment::Enrolment(Reactor& reactor, std::unique_ptr<Wire> wire, PeerId self, std::string name,
                     const Key& own, const std::string& address, Duration patience, OnDone done)
    : reactor_(reactor),
      wire_(std::move(wire)),
      self_(self),
      name_(std::move(name)),
      own_(own),
      address_(address),
      end_(reactor.now() + patience),
      done_(std::move(done)) {
  check(done_ != nullptr, "the result of an enrolment is reported");
  wire_->receive_with([this](Route, const Sender&, Bytes bytes) { on_frame(bytes); });
  wire_->dial_rejected_with([this](Route, const std::string& reason) {
    const bool expired = reason.find("expired") != std::string::npos;
    finish(Error{ErrorKind::refused,
                 expired ? reason : "the invitation is not known there: it was used, or revoked"});
  });
  const auto route = wire_->dial(address);
  // Later, so that `done` is never called from this constructor.
  timer_ = reactor_.at(reactor_.now(), [this, route] {
    if (!route) return finish(route.error());
    route_ = *route;
    send_hello();
  });
}

Enrolment::~Enrolment() {
  reactor_.cancel(timer_);
}

void Enrolment::send_hello() {
  if (reactor_.now() >= end_)
    return finish(Error{ErrorKind::timed_out, "nobody answered at " + address_});
  const auto hello = encode_frame({.kind = FrameKind::hello, .from = self_, .attempt = 1},
                                  encode_greeting({name_, own_.bytes}));
  wire_->send(route_, hello);
  timer_ = reactor_.at(std::min(end_, reactor_.now() + enrolment_hello_again_after),
                       [this] { send_hello(); });
}

void Enrolment::on_frame(Bytes bytes) {
  const auto frame = decode_frame(bytes, LinkOptions().frame_max);
  if (!frame || frame->header.to != self_) return;
  if (frame->header.kind == FrameKind::welcome) return finish({});
  if (frame->header.kind == FrameKind::refusal)
    finish(Error{ErrorKind::refused, decode_reason(frame->body)});
}

void Enrolment::finish(const Result<void>& result) {
  reactor_.cancel(timer_);
  if (const OnDone done = std::exchange(done_, {})) done(result);
}

}  // namespace troupe::transport
