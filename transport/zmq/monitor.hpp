#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "runtime/core/reactor.hpp"

namespace zmq {
class context_t;
class socket_t;
}  // namespace zmq

namespace troupe::transport {

/// Reports the events of one ZeroMQ socket. An event may be reported before or after the frames
/// that it concerns.
class ZmqMonitor {
 public:
  /// `event`: one of ZMQ_EVENT_*. `value`: as ZeroMQ documents it for that event.
  using OnEvent = std::function<void(int event, std::uint32_t value)>;

  /// `watched` and its context outlive the monitor. `name` is unique in the context. `events`: the
  /// reported events. `on_event` does not destroy the monitor. Throws zmq::error_t.
  ZmqMonitor(Reactor& reactor, zmq::context_t& context, zmq::socket_t& watched,
             const std::string& name, int events, OnEvent on_event);
  ~ZmqMonitor();
  ZmqMonitor(const ZmqMonitor&) = delete;
  ZmqMonitor& operator=(const ZmqMonitor&) = delete;

 private:
  struct Sockets;

  void read();

  Reactor& reactor_;
  OnEvent on_event_;
  std::unique_ptr<Sockets> sockets_;
};

}  // namespace troupe::transport
