#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "runtime/core/reactor.hpp"

namespace troupe::transport {

/// The connections to a listening socket that have not delivered a frame yet, and why they fail.
///
/// ZeroMQ reports them in pieces, from several threads: a connection is accepted or has ended (by
/// its descriptor, in either order); a handshake has failed (without a descriptor, right before the
/// end of its connection). This class matches the pieces.
class PendingConnections {
 public:
  /// `address`: of the peer's machine; empty if it is not known.
  using OnRejected = std::function<void(std::string address, std::string why)>;

  /// `reactor` outlives this.
  PendingConnections(Reactor& reactor, OnRejected on_rejected);
  ~PendingConnections();
  PendingConnections(const PendingConnections&) = delete;
  PendingConnections& operator=(const PendingConnections&) = delete;

  void on_accepted(std::uint32_t fd, std::string address);
  /// A frame arrived: the end of this connection is not reported.
  void on_frame(std::uint32_t fd);
  /// `why`: empty if the rejection was reported already.
  void on_handshake_failed(std::string why);
  void on_ended(std::uint32_t fd);

 private:
  struct Connection {
    std::string address;
    bool delivered_a_frame = false;
  };
  struct Failure {
    std::string why;
    Reactor::TimerId timer = Reactor::TimerId::none;
  };

  [[nodiscard]] std::string take_reason();
  void reject(std::string address, std::string why);

  Reactor& reactor_;
  OnRejected on_rejected_;
  /// By descriptor, which bounds their number.
  std::map<std::uint32_t, Connection> open_;
  /// Reasons of the connections whose end was reported before their acceptance, by descriptor.
  std::map<std::uint32_t, std::string> ended_early_;
  /// Handshakes whose connections have not ended yet, oldest first.
  std::deque<Failure> failures_;
};

}  // namespace troupe::transport
