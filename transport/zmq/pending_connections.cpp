#include "transport/zmq/pending_connections.hpp"

#include <chrono>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::transport {
namespace {

/// Longest time between the failure of a handshake and the end of its connection.
constexpr Duration end_reported_within = std::chrono::milliseconds(200);

}  // namespace

PendingConnections::PendingConnections(Reactor& reactor, OnRejected on_rejected)
    : reactor_(reactor), on_rejected_(std::move(on_rejected)) {
  check(on_rejected_ != nullptr, "rejected connections are reported to somebody");
}

PendingConnections::~PendingConnections() {
  for (const Failure& failure : failures_) reactor_.cancel(failure.timer);
}

/// A connection that has ended has no address: its descriptor may belong to another one by now.
void PendingConnections::on_accepted(std::uint32_t fd, std::string address) {
  auto early = ended_early_.extract(fd);
  if (!early.empty()) return reject({}, std::move(early.mapped()));
  open_.insert_or_assign(fd, Connection{std::move(address)});
}

void PendingConnections::on_frame(std::uint32_t fd) {
  const auto found = open_.find(fd);
  if (found != open_.end()) found->second.delivered_a_frame = true;
}

/// A connection that fails during its handshake ends at once. One that fails later stays open, but
/// ZeroMQ reads no more of it.
void PendingConnections::on_handshake_failed(std::string why) {
  const auto timer = reactor_.at(reactor_.now() + end_reported_within, [this] {
    check(!failures_.empty(), "a failure is forgotten together with its timer");
    std::string still_open = std::exchange(failures_.front().why, {});
    failures_.pop_front();
    reject({}, std::move(still_open));
  });
  failures_.push_back({std::move(why), timer});
}

void PendingConnections::on_ended(std::uint32_t fd) {
  auto found = open_.extract(fd);
  if (found.empty()) {
    ended_early_.insert_or_assign(fd, take_reason());
  } else if (!found.mapped().delivered_a_frame) {
    reject(std::move(found.mapped().address), take_reason());
  }
}

/// ZeroMQ reports no failure for a program that does not send its greeting. Of two connections that
/// end at the same moment on two threads, one may get the reason of the other.
std::string PendingConnections::take_reason() {
  if (failures_.empty()) return "it hung up, or does not speak this protocol at all";
  reactor_.cancel(failures_.front().timer);
  std::string why = std::move(failures_.front().why);
  failures_.pop_front();
  return why;
}

void PendingConnections::reject(std::string address, std::string why) {
  if (!why.empty()) on_rejected_(std::move(address), std::move(why));
}

}  // namespace troupe::transport
