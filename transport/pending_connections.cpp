#include "transport/pending_connections.hpp"

#include <chrono>
#include <utility>

namespace troupe::transport {
namespace {

constexpr Duration end_told_after = std::chrono::milliseconds(200);  ///< At most.

}  // namespace

PendingConnections::PendingConnections(Reactor& reactor, OnTurnedAway on_turned_away)
    : reactor_(reactor), on_turned_away_(std::move(on_turned_away)) {}

PendingConnections::~PendingConnections() {
  for (const Failure& failure : failures_) reactor_.cancel(failure.timer);
}

/// Whoever ended before has no address to ask for: the descriptor is another's by now, or nobody's.
void PendingConnections::accepted(std::uint32_t fd, std::string address) {
  auto early = ended_early_.extract(fd);
  if (!early.empty()) return turn_away({}, std::move(early.mapped()));
  open_.insert_or_assign(fd, Caller{std::move(address)});
}

void PendingConnections::passed(std::uint32_t fd) {
  const auto caller = open_.find(fd);
  if (caller != open_.end()) caller->second.passed = true;
}

/// The end of a connection that fails in its handshake is told at once. One that fails later is
/// read no more, but stays open.
void PendingConnections::failed(std::string why) {
  const auto timer = reactor_.at(reactor_.now() + end_told_after, [this] {
    std::string unended = std::exchange(failures_.front().why, {});
    failures_.pop_front();
    turn_away({}, std::move(unended));
  });
  failures_.push_back({std::move(why), timer});
}

void PendingConnections::ended(std::uint32_t fd) {
  auto caller = open_.extract(fd);
  if (caller.empty()) {
    ended_early_.insert_or_assign(fd, reason_of_end());
  } else if (!caller.mapped().passed) {
    turn_away(std::move(caller.mapped().address), reason_of_end());
  }
}

/// That a program did not even begin with ZeroMQ's greeting is not told. Of two that end in the
/// same moment on two threads one may get the reason of the other.
std::string PendingConnections::reason_of_end() {
  if (failures_.empty()) return "it hung up, or does not speak this protocol at all";
  reactor_.cancel(failures_.front().timer);
  std::string why = std::move(failures_.front().why);
  failures_.pop_front();
  return why;
}

void PendingConnections::turn_away(std::string address, std::string why) {
  if (!why.empty()) on_turned_away_(std::move(address), std::move(why));
}

}  // namespace troupe::transport
