// The file descriptor of a ZeroMQ socket is edge-triggered: it becomes readable when the state of
// the socket changes, not when a frame is there, and any send or receive may consume the edge. So
// the option EVENTS is read after each turn with sends and at the end of each drain, and another
// drain is posted if there are frames.

#include "transport/zmq/zmq_wire.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <map>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include "runtime/core/check.hpp"
#include "transport/address.hpp"
#include "transport/frame.hpp"
#include "transport/zmq/host_lookup.hpp"
#include "transport/zmq/monitor.hpp"
#include "transport/zmq/zap_handler.hpp"

namespace troupe::transport {
namespace {

constexpr int frames_per_turn = 256;  ///< Frames read per turn, so that other sockets are served.
constexpr std::size_t bytes_per_turn = 256U << 10U;  ///< Bytes read per turn, for the same reason.
constexpr int handshake_ms_max = 5000;  ///< A peer that is silent for longer is disconnected.
constexpr int reconnect_ms_max = 1000;
/// A frame of up to this many times `frame_max` is read, so that its sender is logged; ZeroMQ
/// disconnects the sender of a larger one. The limit includes CURVE's 33 bytes per frame.
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

/// The route of a routing id; none if the id was not made by `routing_id`.
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

/// ZeroMQ's reference to a shared frame, which is released on one of ZeroMQ's threads. ZeroMQ
/// orders that after the creation; ThreadSanitizer does not see how, so an atomic repeats it.
class FrameReference {
 public:
  explicit FrameReference(SharedFrame frame) : frame_(std::move(frame)) {
    created_.store(true, std::memory_order_release);
  }
  static void release(void*, void* reference) {
    auto* const own = static_cast<FrameReference*>(reference);
    (void)own->created_.load(std::memory_order_acquire);
    delete own;
  }

 private:
  SharedFrame frame_;
  std::atomic<bool> created_ = false;
};

/// The ZAP handler sets the key as user id. A dialed route has no key: the dialed node proved its
/// own.
Sender sender_of(zmq::message_t& message, Route dialed) {
  if (dialed) return {{}, property(message, "Peer-Address")};
  return {property(message, "User-Id"), property(message, "Peer-Address")};
}

/// The address of a named host to listen at: one that other machines can reach, if there is one.
Result<std::string> address_to_bind(const std::string& endpoint) {
  const auto addresses = look_up_host(endpoint);
  if (!addresses) return addresses.error();
  const auto outer = std::ranges::find(*addresses, false, &HostAddress::loopback);
  return outer == addresses->end() ? addresses->front().host : outer->host;
}

}  // namespace

struct ZmqWire::Socket {
  zmq::socket_t socket;
  Route dialed{};  ///< None if it listens.
  Lane lane = Lane::ordinary;
  Reactor::WatchId watch = Reactor::WatchId::none;
  bool draining = false;
  bool drain_posted = false;
  bool check_posted = false;
  std::unique_ptr<ZmqMonitor> monitor{};  ///< If it dials with a key.
};

/// All sockets and their context, which is destroyed last because it waits for the sockets. The
/// context has a second I/O thread for bulk lanes, so that small frames do not wait while a large
/// one is written. ZeroMQ spreads accepted connections over both threads.
struct ZmqWire::Sockets {
  zmq::context_t context{2};
  std::shared_ptr<Socket> listening;
  std::unique_ptr<ZapHandler> zap;
  std::map<Route, std::shared_ptr<Socket>> dialed;
};

ZmqWire::ZmqWire(Reactor& reactor, PeerId self, Options options)
    : reactor_(reactor),
      self_(self),
      options_(std::move(options)),
      sockets_(std::make_unique<Sockets>()) {
  check(!options_.security || options_.security->member_of,
        "a wire with keys is told which keys are admitted");
}

ZmqWire::~ZmqWire() {
  if (sockets_->listening) reactor_.unwatch(sockets_->listening->watch);
  for (const auto& [route, socket] : sockets_->dialed) reactor_.unwatch(socket->watch);
}

void ZmqWire::receive_with(OnFrame on_frame) {
  on_frame_ = std::move(on_frame);
}

void ZmqWire::dial_rejected_with(OnDialRejected on_dial_rejected) {
  on_dial_rejected_ = std::move(on_dial_rejected);
}

/// Throws zmq::error_t, as bind and connect do; `listen` and `dial` catch it.
std::shared_ptr<ZmqWire::Socket> ZmqWire::open(const std::string& endpoint, Route dialed,
                                               Lane lane) {
  const auto type = dialed ? zmq::socket_type::dealer : zmq::socket_type::router;
  auto opened =
      std::make_shared<Socket>(Socket{zmq::socket_t(sockets_->context, type), dialed, lane});
  const std::uint64_t threads = lane == Lane::bulk ? 0b10 : 0b01;
  zmq::socket_t& socket = opened->socket;
  if (dialed) socket.set(zmq::sockopt::affinity, threads);
  socket.set(zmq::sockopt::linger, 0);  // Otherwise the process would wait for dead peers at exit.
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
  drain_again_if_readable(socket);  // The edge may be consumed already.
}

Result<std::string> ZmqWire::listen(const std::string& address) {
  auto where = address_to_listen(address);
  if (!where) return where.error();
  if (sockets_->listening) return Error{ErrorKind::bad_input, "this node listens already"};
  if (!options_.security && !(where->loopback && options_.insecure_loopback))
    return Error{ErrorKind::refused,
                 "cannot listen at " + address +
                     ": nodes prove who they are with keys, and this node has none; `troupe keys "
                     "init` makes them" +
                     (where->loopback ? ". The option insecure_loopback lets every user of this "
                                        "machine connect without"
                                      : "")};
  if (names_host(where->endpoint)) {
    const auto host = address_to_bind(where->endpoint);
    if (!host)
      return Error{host.error().kind, "cannot listen at " + address + ": " + host.error().what};
    where->endpoint = with_host(where->endpoint, *host);
  }
  std::shared_ptr<Socket> socket;
  try {
    socket = open(where->endpoint, {}, Lane::ordinary);
    if (options_.security) {
      socket->socket.set(zmq::sockopt::curve_server, true);
      socket->socket.set(zmq::sockopt::curve_secretkey,
                         buffer_of(options_.security->own.secret_key));
      socket->socket.set(zmq::sockopt::zap_domain, "troupe");
      sockets_->zap = std::make_unique<ZapHandler>(reactor_, sockets_->context, socket->socket,
                                                   *options_.security);
    }
    socket->socket.bind(where->endpoint);
    std::string bound = socket->socket.get(zmq::sockopt::last_endpoint);
    if (options_.security) bound += "/" + to_text(options_.security->own.public_key);
    watch(socket);
    sockets_->listening = std::move(socket);
    return bound;
  } catch (const zmq::error_t& error) {
    sockets_->zap.reset();
    return Error{ErrorKind::io, "cannot listen at " + where->endpoint + ": " + error.what()};
  }
}

Result<Route> ZmqWire::dial(const std::string& address) {
  return dial_for(address, Lane::ordinary);
}

Result<Route> ZmqWire::dial_bulk(const std::string& address) {
  return dial_for(address, Lane::bulk);
}

Result<Route> ZmqWire::dial_for(const std::string& address, Lane lane) {
  const auto where = address_to_dial(address);
  if (!where) return where.error();
  if (where->key && !options_.security)
    return Error{ErrorKind::refused,
                 "cannot dial " + where->endpoint +
                     ": it asks for a key, and this node has none; `troupe keys init` makes one"};
  if (!where->key && !options_.insecure_loopback) return missing_key(address);
  const auto ipv6 = dials_ipv6(where->endpoint);
  if (!ipv6)
    return Error{ipv6.error().kind, "cannot dial " + where->endpoint + ": " + ipv6.error().what};
  const Route route{self_, ++last_ordinal_};
  try {
    auto socket = open(where->endpoint, route, lane);
    if (*ipv6) socket->socket.set(zmq::sockopt::ipv6, 1);
    if (where->key) {
      const KeyPair& own = options_.security->own;
      socket->socket.set(zmq::sockopt::curve_serverkey, buffer_of(*where->key));
      socket->socket.set(zmq::sockopt::curve_publickey, buffer_of(own.public_key));
      socket->socket.set(zmq::sockopt::curve_secretkey, buffer_of(own.secret_key));
      watch_rejection(*socket);
    }
    socket->socket.connect(where->endpoint);
    watch(socket);
    const bool is_new = sockets_->dialed.emplace(route, std::move(socket)).second;
    check(is_new, "each dial has a route of its own");
    return route;
  } catch (const zmq::error_t& error) {
    return Error{ErrorKind::io, "cannot dial " + where->endpoint + ": " + error.what()};
  }
}

/// Whether an endpoint is reached over IPv6. A name is looked up at the first dial, which blocks;
/// ZeroMQ looks it up again whenever it connects.
Result<bool> ZmqWire::dials_ipv6(const std::string& endpoint) {
  if (!names_host(endpoint)) return endpoint.find('[') != std::string::npos;
  if (const auto known = named_ipv6_.find(endpoint); known != named_ipv6_.end())
    return known->second;
  const auto addresses = look_up_host(endpoint);
  if (!addresses) return addresses.error();
  return named_ipv6_[endpoint] = addresses->front().ipv6;
}

/// Reports a rejected key, after which ZeroMQ does not connect again.
void ZmqWire::watch_rejection(Socket& socket) {
  const Route route = socket.dialed;
  socket.monitor = std::make_unique<ZmqMonitor>(
      reactor_, sockets_->context, socket.socket, "troupe.dial." + std::to_string(route.ordinal),
      ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, [this, route](int, std::uint32_t status) {
        if (on_dial_rejected_)
          on_dial_rejected_(route, status == ZapHandler::expired
                                       ? "the invitation has expired"
                                       : "the key of this node is not admitted there");
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

RefusalLog ZmqWire::refusals() const {
  return sockets_->zap ? sockets_->zap->refusals() : RefusalLog{};
}

Wire::Sent ZmqWire::send(Route to, Bytes frame) {
  return send_frame(to, [frame](void* socket) {
    return zmq_send(socket, frame.data(), frame.size(), ZMQ_DONTWAIT);
  });
}

/// ZeroMQ's thread releases its reference when it has written the frame.
Wire::Sent ZmqWire::send_shared(Route to, const SharedFrame& frame) {
  return send_frame(to, [&frame](void* socket) {
    zmq_msg_t message;
    const int made = zmq_msg_init_data(&message, const_cast<char*>(frame->data()), frame->size(),
                                       &FrameReference::release, new FrameReference(frame));
    check(made == 0, "there is memory for a frame");
    const int sent = zmq_msg_send(&message, socket, ZMQ_DONTWAIT);
    if (sent >= 0) return sent;
    const int error = zmq_errno();
    zmq_msg_close(&message);
    errno = error;
    return sent;
  });
}

Wire::Sent ZmqWire::send_frame(Route to, const std::function<int(void* socket)>& send_last_part) {
  const auto dialed = sockets_->dialed.find(to);
  const auto& socket = dialed == sockets_->dialed.end() ? sockets_->listening : dialed->second;
  if (!socket) return Sent::no_route;
  void* const handle = socket->socket.handle();
  int sent = 0;
  if (socket == sockets_->listening) {
    const RoutingId id = routing_id(to);
    sent = zmq_send(handle, id.data(), id.size(), ZMQ_DONTWAIT | ZMQ_SNDMORE);
  }
  if (sent >= 0) sent = send_last_part(handle);
  const int error = sent < 0 ? zmq_errno() : 0;
  check_readable_after_turn(socket);
  if (error == 0) return Sent::taken;
  return error == EAGAIN ? Sent::full : Sent::no_route;
}

void ZmqWire::check_readable_after_turn(const std::shared_ptr<Socket>& socket) {
  if (socket->draining || std::exchange(socket->check_posted, true)) return;
  reactor_.post([this, weak = std::weak_ptr(socket)] {
    const auto open = weak.lock();
    if (!open) return;
    open->check_posted = false;
    drain_again_if_readable(open);
  });
}

/// Reads all dialed ordinary lanes before a bulk lane. A listening socket serves its routes in
/// turn.
void ZmqWire::drain_ordinary() {
  std::vector<std::shared_ptr<Socket>> ordinary;
  for (const auto& [route, socket] : sockets_->dialed)
    if (socket->lane == Lane::ordinary && !socket->draining) ordinary.push_back(socket);
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
  if (socket->lane == Lane::bulk) drain_ordinary();
  if (!socket->socket) return;
  socket->draining = true;
  zmq::message_t part;
  std::size_t bytes = 0;
  for (int i = 0; i < frames_per_turn && bytes < bytes_per_turn && socket->socket; ++i) {
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
    if (sockets_->zap && !socket->dialed)
      sockets_->zap->on_frame(zmq_msg_get(part.handle(), ZMQ_SRCFD));
    if (!foreign) on_frame_(from, sender_of(part, socket->dialed), bytes_of(part));
  }
  socket->draining = false;
  if (socket->socket) drain_again_if_readable(socket);
}

}  // namespace troupe::transport
