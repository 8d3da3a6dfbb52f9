#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "runtime/core/reactor.hpp"

namespace troupe::transport {

/// Who connects to a listening socket, put together from what ZeroMQ tells of it in pieces, each of
/// its threads for itself: that a connection was accepted or has ended, by its descriptor, in
/// either order; that one failed in its handshake, without a descriptor, right before its end.
class PendingConnections {
 public:
  /// `address`: of the machine; empty if nobody knows it.
  using OnTurnedAway = std::function<void(std::string address, std::string why)>;

  /// `reactor` outlives it.
  PendingConnections(Reactor& reactor, OnTurnedAway on_turned_away);
  ~PendingConnections();
  PendingConnections(const PendingConnections&) = delete;
  PendingConnections& operator=(const PendingConnections&) = delete;

  void accepted(std::uint32_t fd, std::string address);
  /// A frame came from it: its end is nothing to tell of.
  void passed(std::uint32_t fd);
  /// `why` is empty if it was told already.
  void failed(std::string why);
  void ended(std::uint32_t fd);

 private:
  struct Caller {
    std::string address;
    bool passed = false;
  };
  struct Failure {
    std::string why;
    Reactor::TimerId timer = Reactor::TimerId::none;
  };

  [[nodiscard]] std::string reason_of_end();
  void turn_away(std::string address, std::string why);

  Reactor& reactor_;
  OnTurnedAway on_turned_away_;
  // By descriptor, so that there are no more than the process may have open.
  std::map<std::uint32_t, Caller> open_;
  /// Why; it is told next that they were accepted.
  std::map<std::uint32_t, std::string> ended_early_;
  /// Of connections whose ends are told next; several, for ZeroMQ has several threads.
  std::deque<Failure> failures_;
};

}  // namespace troupe::transport
