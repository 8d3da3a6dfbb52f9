#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "runtime/core/reactor.hpp"
#include "transport/refusals.hpp"
#include "transport/security.hpp"
#include "transport/zmq_monitor.hpp"

namespace troupe::transport {

/// Stands at a listening ZeroMQ socket: answers ZeroMQ's question whether a key may come in (its
/// authentication protocol, RFC 27), and keeps count of who was turned away. It has to stand before
/// the socket is bound: without it ZeroMQ lets every key in.
class ZmqGate {
 public:
  /// `listening` is not bound yet; it, its context and `security` outlive the gate. Throws
  /// zmq::error_t.
  ZmqGate(Reactor& reactor, zmq::context_t& context, zmq::socket_t& listening,
          const Security& security);
  ~ZmqGate();
  ZmqGate(const ZmqGate&) = delete;
  ZmqGate& operator=(const ZmqGate&) = delete;

  /// A frame came on the connection with this descriptor of ZeroMQ's.
  void passed(int fd);

  [[nodiscard]] const Refusals& refusals() const { return refusals_; }

 private:
  struct Questions;
  struct Caller {
    std::string address;
    bool passed = false;
  };

  struct Failure {
    std::string why;  ///< Empty: it was noted already.
    Reactor::TimerId timer = Reactor::TimerId::none;
  };

  void answer_questions();
  [[nodiscard]] std::string turned_away(const std::string& key, const std::string& address);
  void on_event(int event, std::uint32_t value);
  void on_failure(std::string why);
  void on_end(std::uint32_t fd);

  Reactor& reactor_;
  const Security& security_;
  Refusals refusals_;
  std::map<std::uint32_t, Caller> callers_;  ///< By ZeroMQ's descriptor.
  /// Of connections whose ends are told next; several, for ZeroMQ has several threads.
  std::deque<Failure> failures_;
  std::unique_ptr<Questions> questions_;
  std::unique_ptr<ZmqMonitor> monitor_;
};

}  // namespace troupe::transport
