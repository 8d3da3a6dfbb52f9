#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/core/reactor.hpp"
#include "transport/security.hpp"
#include "transport/zmq/monitor.hpp"
#include "transport/zmq/pending_connections.hpp"

namespace troupe::transport {

/// Authenticates the peers of a listening ZeroMQ socket: answers the requests of ZeroMQ's
/// authentication protocol (ZAP, RFC 27), and logs rejected connections. It is created before the
/// socket is bound: without a handler ZeroMQ admits every key.
class ZapHandler {
 public:
  /// `listening` is not bound yet. `listening`, its context and `security` outlive the handler.
  /// Throws zmq::error_t.
  ZapHandler(Reactor& reactor, zmq::context_t& context, zmq::socket_t& listening,
             const Security& security);
  ~ZapHandler();
  ZapHandler(const ZapHandler&) = delete;
  ZapHandler& operator=(const ZapHandler&) = delete;

  /// A frame arrived on the connection with this descriptor of ZeroMQ's.
  void on_frame(int fd);

  [[nodiscard]] const RefusalLog& refusals() const { return refusals_; }

  /// Status codes of rejections, which ZeroMQ passes to the peer.
  static constexpr std::uint32_t not_admitted = 400;
  static constexpr std::uint32_t expired = 500;

 private:
  struct Requests;
  /// Status code and text of an answer.
  struct Verdict {
    const char* code = "200";
    const char* text = "welcome";
  };
  void answer_requests();
  [[nodiscard]] Verdict verdict(const std::string& key, const std::string& address);
  void on_event(int event, std::uint32_t value);

  Reactor& reactor_;
  const Security& security_;
  RefusalLog refusals_;
  PendingConnections connections_;
  std::unique_ptr<Requests> requests_;
  std::unique_ptr<ZmqMonitor> monitor_;
};

}  // namespace troupe::transport
