// Each ZeroMQ socket has a file descriptor that becomes readable when *something* happened inside
// the library since it was last asked, and not when there is a frame: it is edge-triggered, and any
// send or receive may use the edge up. So after each turn with sends in it, and at the end of each
// drain, the socket is asked for its EVENTS, and if it has frames still, a drain is posted.

#include "transport/zmq_wire.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <map>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include "runtime/core/check.hpp"
#include "transport/address.hpp"
#include "transport/little_endian.hpp"
#include "transport/zap_handler.hpp"
#include "transport/zmq_monitor.hpp"

namespace troupe::transport {
namespace {

constexpr int frames_at_once = 256;                 ///< Then others of the reactor have their turn,
constexpr std::size_t bytes_at_once = 256U << 10U;  ///< as after so many bytes.
constexpr int handshake_ms_max = 5000;  ///< Who connects and says nothing is disconnected.
constexpr int reconnect_ms_max = 1000;
/// A frame over the limit is read up to here, so that it can be said whose it was; beyond, ZeroMQ
/// hangs up. CURVE's 33 bytes a frame are in it too.
constexpr std::size_t frame_max_times = 2;
constexpr std::array route_tag{std::byte{'T'}, std::byte{'R'}};
constexpr std::size_t routing_id_size = route_tag.size() + 16;
using RoutingId = std::array<std::byte, routing_id_size>;

RoutingId routing_id(Route route) {
  RoutingId id{route_tag[0], route_tag[1]};
  store(route.dialer, std::span(id).subspan(2));
  store(route.ordinal, std::span(id).subspan(10));
  return id;
}

/// No route for an id that is not one of ours: a foreign program.
Route route_of(Bytes id) {
  if (id.size() != routing_id_size || id[0] != route_tag[0] || id[1] != route_tag[1]) return {};
  return {load<std::uint64_t>(id.subspan(2)), load<std::uint64_t>(id.subspan(10))};
}

Bytes bytes_of(const zmq::message_t& message) {
  return {static_cast<const std::byte*>(message.data()), message.size()};
}

zmq::const_buffer buffer_of(const Key& key) {
  return zmq::buffer(key.bytes);
}

std::string_view property(zmq::message_t& message, const char* name) {
  const char* const value = zmq_msg_gets(message.handle(), name);
  return value == nullptr ? std::string_view() : value;
}

/// ZeroMQ's part in a frame, given up on one of its threads. What makes that safe is inside of
/// ZeroMQ, where ThreadSanitizer does not see it; so it is said once more.
class Share {
 public:
  explicit Share(SharedFrame frame) : frame_(std::move(frame)) {
    made_.store(true, std::memory_order_release);
  }
  static void give_up(void*, void* share) {
    auto* const own = static_cast<Share*>(share);
    (void)own->made_.load(std::memory_order_acquire);
    delete own;
  }

 private:
  SharedFrame frame_;
  std::atomic<bool> made_ = false;
};

/// The gate makes the key the user id. What comes on a dialed route comes from who was dialed.
Sender sender_of(zmq::message_t& message, Route dialed) {
  if (dialed) return {{}, property(message, "Peer-Address")};
  return {property(message, "User-Id"), property(message, "Peer-Address")};
}

}  // namespace

struct ZmqWire::Socket {
  zmq::socket_t socket;
  Route dialed{};  ///< None: it listens.
  Carries carries = Carries::ordinary;
  Reactor::WatchId watch = Reactor::WatchId::none;
  bool draining = false;
  bool drain_posted = false;
  bool look_posted = false;
  std::unique_ptr<ZmqMonitor> monitor{};  ///< Of one that dials with a key.
};

/// The context is destroyed last: it waits for its sockets. It has a thread for large frames: to
/// write one takes as long as many small ones, which would wait. ZeroMQ itself spreads what
/// connects to where this node listens over both.
struct ZmqWire::Sockets {
  zmq::context_t context{2};
  std::shared_ptr<Socket> listening;
  std::unique_ptr<ZapHandler> gate;
  std::map<Route, std::shared_ptr<Socket>> dialed;
};

ZmqWire::ZmqWire(Reactor& reactor, PeerId self, Options options)
    : reactor_(reactor),
      self_(self),
      options_(std::move(options)),
      sockets_(std::make_unique<Sockets>()) {
  check(!options_.security || options_.security->member_of,
        "somebody says whose keys are admitted");
}

ZmqWire::~ZmqWire() {
  if (sockets_->listening) reactor_.unwatch(sockets_->listening->watch);
  for (const auto& [route, socket] : sockets_->dialed) reactor_.unwatch(socket->watch);
}

void ZmqWire::receive_with(OnFrame on_frame) {
  on_frame_ = std::move(on_frame);
}

void ZmqWire::shut_with(OnShut on_shut) {
  on_shut_ = std::move(on_shut);
}

/// Throws zmq::error_t, as do bind and connect; it goes no further than `listen` and `dial`.
std::shared_ptr<ZmqWire::Socket> ZmqWire::open(const std::string& endpoint, Route dialed,
                                               Carries carries) {
  const auto type = dialed ? zmq::socket_type::dealer : zmq::socket_type::router;
  auto opened =
      std::make_shared<Socket>(Socket{zmq::socket_t(sockets_->context, type), dialed, carries});
  const std::uint64_t threads = carries == Carries::bulk ? 0b10 : 0b01;
  zmq::socket_t& socket = opened->socket;
  if (dialed) socket.set(zmq::sockopt::affinity, threads);
  socket.set(zmq::sockopt::linger, 0);  // Else the end of the process waits for dead peers.
  socket.set(zmq::sockopt::sndhwm, options_.queue_frames_max);
  socket.set(zmq::sockopt::rcvhwm, options_.queue_frames_max);
  socket.set(zmq::sockopt::maxmsgsize,
             static_cast<std::int64_t>(options_.frame_max * frame_max_times));
  socket.set(zmq::sockopt::handshake_ivl, handshake_ms_max);
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, 30);
  socket.set(zmq::sockopt::reconnect_ivl_max, reconnect_ms_max);
  socket.set(zmq::sockopt::ipv6, endpoint.find('[') == std::string::npos ? 0 : 1);
  if (dialed) {
    const RoutingId id = routing_id(dialed);
    socket.set(zmq::sockopt::routing_id, zmq::buffer(id));
  } else {
    socket.set(zmq::sockopt::router_mandatory, 1);
    socket.set(zmq::sockopt::backlog, 128);
  }
  return opened;
}

void ZmqWire::watch(const std::shared_ptr<Socket>& socket) {
  socket->watch = reactor_.watch_readable(socket->socket.get(zmq::sockopt::fd),
                                          [this, weak = std::weak_ptr(socket)] {
                                            if (const auto open = weak.lock()) drain(open);
                                          });
  drain_again_if_readable(socket);  // The edge may be over.
}

Result<std::string> ZmqWire::listen(const std::string& address) {
  const auto where = address_to_listen(address);
  if (!where) return where.error();
  if (sockets_->listening) return Error{ErrorKind::bad_input, "this node listens already"};
  if (!where->loopback && !options_.security)
    return Error{ErrorKind::refused,
                 "cannot listen at " + address +
                     ": beyond this machine, nodes prove who they are with keys, and this node has "
                     "none; `troupe keys init` makes them. Without keys only loopback is possible, "
                     "as 127.0.0.1"};
  std::shared_ptr<Socket> socket;
  try {
    socket = open(where->endpoint, {}, Carries::ordinary);
    if (options_.security) {
      socket->socket.set(zmq::sockopt::curve_server, true);
      socket->socket.set(zmq::sockopt::curve_secretkey,
                         buffer_of(options_.security->own.secret_key));
      socket->socket.set(zmq::sockopt::zap_domain, "troupe");
      sockets_->gate = std::make_unique<ZapHandler>(reactor_, sockets_->context, socket->socket,
                                                    *options_.security);
    }
    socket->socket.bind(where->endpoint);
    std::string bound = socket->socket.get(zmq::sockopt::last_endpoint);
    if (options_.security) bound += "/" + to_text(options_.security->own.public_key);
    watch(socket);
    sockets_->listening = std::move(socket);
    return bound;
  } catch (const zmq::error_t& error) {
    sockets_->gate.reset();
    return Error{ErrorKind::io, "cannot listen at " + where->endpoint + ": " + error.what()};
  }
}

Result<Route> ZmqWire::dial(const std::string& address) {
  return dial_for(address, Carries::ordinary);
}

Result<Route> ZmqWire::dial_bulk(const std::string& address) {
  return dial_for(address, Carries::bulk);
}

Result<Route> ZmqWire::dial_for(const std::string& address, Carries carries) {
  const auto where = address_to_dial(address);
  if (!where) return where.error();
  if (where->key && !options_.security)
    return Error{ErrorKind::refused,
                 "cannot dial " + where->endpoint +
                     ": it asks for a key, and this node has none; `troupe keys init` makes one"};
  const Route route{self_, ++last_ordinal_};
  try {
    auto socket = open(where->endpoint, route, carries);
    if (where->key) {
      const KeyPair& own = options_.security->own;
      socket->socket.set(zmq::sockopt::curve_serverkey, buffer_of(*where->key));
      socket->socket.set(zmq::sockopt::curve_publickey, buffer_of(own.public_key));
      socket->socket.set(zmq::sockopt::curve_secretkey, buffer_of(own.secret_key));
      follow(*socket);
    }
    socket->socket.connect(where->endpoint);
    watch(socket);
    sockets_->dialed.emplace(route, std::move(socket));
    return route;
  } catch (const zmq::error_t& error) {
    return Error{ErrorKind::io, "cannot dial " + where->endpoint + ": " + error.what()};
  }
}

/// ZeroMQ does not try again once it was told that the key is not admitted.
void ZmqWire::follow(Socket& socket) {
  const Route route = socket.dialed;
  socket.monitor = std::make_unique<ZmqMonitor>(
      reactor_, sockets_->context, socket.socket, "troupe.dial." + std::to_string(route.ordinal),
      ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, [this, route](int, std::uint32_t) {
        if (on_shut_) on_shut_(route, "the key of this node is not admitted there");
      });
}

void ZmqWire::hang_up(Route route) {
  const auto found = sockets_->dialed.find(route);
  if (found == sockets_->dialed.end()) return;
  reactor_.unwatch(found->second->watch);
  found->second->monitor.reset();
  found->second->socket.close();
  sockets_->dialed.erase(found);
}

Refusals ZmqWire::refusals() const {
  return sockets_->gate ? sockets_->gate->refusals() : Refusals{};
}

Wire::Sent ZmqWire::send(Route to, Bytes frame) {
  return send_last(to, [frame](void* socket) {
    return zmq_send(socket, frame.data(), frame.size(), ZMQ_DONTWAIT);
  });
}

/// ZeroMQ's thread gives its share of the frame up when it has written it.
Wire::Sent ZmqWire::send_shared(Route to, const SharedFrame& frame) {
  return send_last(to, [&frame](void* socket) {
    zmq_msg_t message;
    const int made = zmq_msg_init_data(&message, const_cast<char*>(frame->data()), frame->size(),
                                       &Share::give_up, new Share(frame));
    check(made == 0, "there is memory for a frame");
    const int sent = zmq_msg_send(&message, socket, ZMQ_DONTWAIT);
    if (sent >= 0) return sent;
    const int error = zmq_errno();
    zmq_msg_close(&message);
    errno = error;
    return sent;
  });
}

Wire::Sent ZmqWire::send_last(Route to, const std::function<int(void* socket)>& send_frame) {
  const auto dialed = sockets_->dialed.find(to);
  const auto& socket = dialed == sockets_->dialed.end() ? sockets_->listening : dialed->second;
  if (!socket) return Sent::no_route;
  void* const handle = socket->socket.handle();
  int sent = 0;
  if (socket == sockets_->listening) {
    const RoutingId id = routing_id(to);
    sent = zmq_send(handle, id.data(), id.size(), ZMQ_DONTWAIT | ZMQ_SNDMORE);
  }
  if (sent >= 0) sent = send_frame(handle);
  const int error = sent < 0 ? zmq_errno() : 0;
  look_after_turn(socket);
  if (error == 0) return Sent::taken;
  return error == EAGAIN ? Sent::full : Sent::no_route;
}

void ZmqWire::look_after_turn(const std::shared_ptr<Socket>& socket) {
  if (socket->draining || std::exchange(socket->look_posted, true)) return;
  reactor_.post([this, weak = std::weak_ptr(socket)] {
    const auto open = weak.lock();
    if (!open) return;
    open->look_posted = false;
    drain_again_if_readable(open);
  });
}

/// What listens takes its routes in turn by itself.
void ZmqWire::drain_ordinary() {
  std::vector<std::shared_ptr<Socket>> ordinary;
  for (const auto& [route, socket] : sockets_->dialed)
    if (socket->carries == Carries::ordinary && !socket->draining) ordinary.push_back(socket);
  for (const auto& socket : ordinary)
    if (socket->socket) drain(socket);
}

void ZmqWire::drain_again_if_readable(const std::shared_ptr<Socket>& socket) {
  if (socket->draining || socket->drain_posted) return;
  if ((socket->socket.get(zmq::sockopt::events) & ZMQ_POLLIN) == 0) return;
  socket->drain_posted = true;
  reactor_.post([this, weak = std::weak_ptr(socket)] {
    const auto open = weak.lock();
    if (!open) return;
    open->drain_posted = false;
    drain(open);
  });
}

void ZmqWire::drain(const std::shared_ptr<Socket>& socket) {
  if (socket->carries == Carries::bulk) drain_ordinary();
  if (!socket->socket) return;
  socket->draining = true;
  zmq::message_t part;
  std::size_t bytes = 0;
  for (int i = 0; i < frames_at_once && bytes < bytes_at_once && socket->socket; ++i) {
    if (!socket->socket.recv(part, zmq::recv_flags::dontwait)) break;
    Route from = socket->dialed;
    if (!from) {  // A ROUTER puts the routing id before the frame.
      from = route_of(bytes_of(part));
      if (part.more()) (void)socket->socket.recv(part, zmq::recv_flags::dontwait);
    }
    const bool foreign = !from || part.more();
    bytes += part.size();
    zmq::message_t rest;
    for (bool more = part.more(); more; more = rest.more())
      (void)socket->socket.recv(rest, zmq::recv_flags::dontwait);
    if (sockets_->gate && !socket->dialed)
      sockets_->gate->passed(zmq_msg_get(part.handle(), ZMQ_SRCFD));
    if (!foreign) on_frame_(from, sender_of(part, socket->dialed), bytes_of(part));
  }
  socket->draining = false;
  if (socket->socket) drain_again_if_readable(socket);
}

}  // namespace troupe::transport
