#pragma once

#include <memory>
#include <string>

#include "runtime/core/reactor.hpp"
#include "transport/pending_connections.hpp"
#include "transport/refusals.hpp"
#include "transport/security.hpp"
#include "transport/zmq_monitor.hpp"

namespace troupe::transport {

/// Stands at a listening ZeroMQ socket: answers ZeroMQ's question whether a key may come in (its
/// authentication protocol, RFC 27), and keeps count of who was turned away. It has to stand before
/// the socket is bound: without it ZeroMQ lets every key in.
class ZapHandler {
 public:
  /// `listening` is not bound yet; it, its context and `security` outlive the gate. Throws
  /// zmq::error_t.
  ZapHandler(Reactor& reactor, zmq::context_t& context, zmq::socket_t& listening,
             const Security& security);
  ~ZapHandler();
  ZapHandler(const ZapHandler&) = delete;
  ZapHandler& operator=(const ZapHandler&) = delete;

  /// A frame came on the connection with this descriptor of ZeroMQ's.
  void passed(int fd);

  [[nodiscard]] const Refusals& refusals() const { return refusals_; }

 private:
  struct Questions;
  void answer_questions();
  [[nodiscard]] std::string turned_away(const std::string& key, const std::string& address);
  void on_event(int event, std::uint32_t value);

  Reactor& reactor_;
  const Security& security_;
  Refusals refusals_;
  PendingConnections callers_;
  std::unique_ptr<Questions> questions_;
  std::unique_ptr<ZmqMonitor> monitor_;
};

}  // namespace troupe::transport
