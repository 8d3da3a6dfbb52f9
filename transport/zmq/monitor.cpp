#include "transport/zmq/monitor.hpp"

#include <cstring>
#include <utility>

#include <zmq.hpp>

namespace troupe::transport {
namespace {

constexpr std::size_t event_size = 6;  ///< Bytes: u16 event, u32 value, in native byte order.

}  // namespace

struct ZmqMonitor::Sockets {
  zmq::socket_t& watched;
  zmq::socket_t events;
  Reactor::WatchId watch = Reactor::WatchId::none;
};

ZmqMonitor::ZmqMonitor(Reactor& reactor, zmq::context_t& context, zmq::socket_t& watched,
                       const std::string& name, int events, OnEvent on_event)
    : reactor_(reactor),
      on_event_(std::move(on_event)),
      sockets_(std::make_unique<Sockets>(
          Sockets{watched, zmq::socket_t(context, zmq::socket_type::pair)})) {
  const std::string endpoint = "inproc://" + name;
  zmq::socket_t& pair = sockets_->events;
  pair.set(zmq::sockopt::linger, 0);
  pair.set(zmq::sockopt::rcvhwm, 0);  // Unlimited: ZeroMQ's thread would block on a full queue.
  if (zmq_socket_monitor(watched.handle(), endpoint.c_str(), events) != 0) throw zmq::error_t();
  try {
    pair.connect(endpoint);
    sockets_->watch = reactor_.watch_readable(pair.get(zmq::sockopt::fd), [this] { read(); });
  } catch (...) {
    (void)zmq_socket_monitor(watched.handle(), nullptr, 0);
    throw;
  }
  read();  // The descriptor becomes readable only after an empty read.
}

/// Reporting is stopped before the socket is closed: ZeroMQ's thread would block without a
/// receiver.
ZmqMonitor::~ZmqMonitor() {
  reactor_.unwatch(sockets_->watch);
  (void)zmq_socket_monitor(sockets_->watched.handle(), nullptr, 0);
}

void ZmqMonitor::read() {
  zmq::socket_t& pair = sockets_->events;
  zmq::message_t event;
  zmq::message_t address;
  while (pair.recv(event, zmq::recv_flags::dontwait)) {
    if (event.more()) (void)pair.recv(address, zmq::recv_flags::dontwait);
    if (event.size() != event_size) continue;
    std::uint16_t kind = 0;
    std::uint32_t value = 0;
    std::memcpy(&kind, event.data(), sizeof kind);
    std::memcpy(&value, static_cast<const char*>(event.data()) + sizeof kind, sizeof value);
    on_event_(kind, value);
  }
}

}  // namespace troupe::transport
