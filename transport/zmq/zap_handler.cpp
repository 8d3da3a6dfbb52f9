#include "transport/zmq/zap_handler.hpp"

#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <zmq.hpp>

namespace troupe::transport {
namespace {

constexpr const char* zap_endpoint = "inproc://zeromq.zap.01";  // Named by RFC 27.
constexpr int watched_events =
    ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

/// All parts of the next message; empty if there is none.
std::vector<zmq::message_t> receive_all(zmq::socket_t& socket) {
  std::vector<zmq::message_t> parts;
  do {
    if (!socket.recv(parts.emplace_back(), zmq::recv_flags::dontwait)) return {};
  } while (parts.back().more());
  return parts;
}

/// A ZAP request. Its parts: version, number, domain, address, routing id, mechanism, credentials.
struct ZapRequest {
  static constexpr std::size_t parts = 7;
  std::string version = "1.0";
  std::string number = "1";
  std::string address{};
  std::string key{};  ///< Text of the proved key; empty: none.
};

ZapRequest read_request(const std::vector<zmq::message_t>& parts) {
  if (parts.size() != ZapRequest::parts) return {};
  ZapRequest request{parts[0].to_string(), parts[1].to_string(), parts[3].to_string(), {}};
  const zmq::message_t& credentials = parts[6];
  if (parts[5].to_string_view() == "CURVE" && credentials.size() == sizeof(Key::bytes)) {
    Key key;
    std::memcpy(key.bytes.data(), credentials.data(), credentials.size());
    request.key = to_text(key);
  }
  return request;
}

/// Address of the peer of a socket; empty if the connection has ended, as a rejected one may have.
std::string address_of(std::uint32_t fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (getpeername(static_cast<int>(fd), reinterpret_cast<sockaddr*>(&peer), &size) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* const bytes =
      peer.ss_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<sockaddr_in6&>(peer).sin6_addr)
          : static_cast<const void*>(&reinterpret_cast<sockaddr_in&>(peer).sin_addr);
  const char* const read = inet_ntop(peer.ss_family, bytes, text.data(), text.size());
  return read == nullptr ? std::string() : read;
}

std::string reason_of(int event, std::uint32_t value) {
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) return {};  // Logged when the request was answered.
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)
    return "it hung up in the handshake, or said nothing for 5 s";
  if (value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH) return "it has no key";
  if (value == ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC)
    return "it took this node for another, or its bytes were forged or replayed";
  return "its bytes do not keep to the protocol: another program's, or forged or replayed";
}

}  // namespace

struct ZapHandler::Requests {
  zmq::socket_t socket;
  Reactor::WatchId watch = Reactor::WatchId::none;
};

ZapHandler::ZapHandler(Reactor& reactor, zmq::context_t& context, zmq::socket_t& listening,
                       const Security& security)
    : reactor_(reactor),
      security_(security),
      connections_(reactor,
                   [this](std::string address, std::string why) {
                     refusals_.note({}, std::move(address), std::move(why), reactor_.now());
                   }),
      requests_(
          std::make_unique<Requests>(Requests{zmq::socket_t(context, zmq::socket_type::rep)})) {
  zmq::socket_t& socket = requests_->socket;
  socket.set(zmq::sockopt::linger, 0);
  socket.bind(zap_endpoint);
  monitor_ = std::make_unique<ZmqMonitor>(
      reactor_, context, listening, "troupe.gate", watched_events,
      [this](int event, std::uint32_t value) { on_event(event, value); });
  requests_->watch =
      reactor_.watch_readable(socket.get(zmq::sockopt::fd), [this] { answer_requests(); });
  answer_requests();  // The descriptor becomes readable only after an empty read.
}

ZapHandler::~ZapHandler() {
  reactor_.unwatch(requests_->watch);
}

/// Answers all requests: the descriptor is edge-triggered.
void ZapHandler::answer_requests() {
  for (;;) {
    const auto parts = receive_all(requests_->socket);
    if (parts.empty()) return;
    const ZapRequest request = read_request(parts);
    const Verdict answered = verdict(request.key, request.address);
    const std::array<std::string, 6> answer{
        request.version,
        request.number,
        answered.code,
        answered.text,
        request.key,  // The user id of all frames of the connection.
        ""};
    for (std::size_t i = 0; i < answer.size(); ++i)
      (void)requests_->socket.send(zmq::buffer(answer[i]), i + 1 < answer.size()
                                                               ? zmq::send_flags::sndmore
                                                               : zmq::send_flags::none);
  }
}

/// Admits a key, or logs why it is rejected.
ZapHandler::Verdict ZapHandler::verdict(const std::string& key, const std::string& address) {
  if (!key.empty() && security_.member_of(key)) return {};
  const bool is_expired = !key.empty() && security_.is_expired && security_.is_expired(key);
  const Verdict rejected = is_expired ? Verdict{"500", "its invitation has expired"}
                                      : Verdict{"400", "its key is not admitted"};
  refusals_.note(key.empty() ? key : "key " + short_text(key), address, rejected.text,
                 reactor_.now());
  return rejected;
}

void ZapHandler::on_frame(int fd) {
  connections_.on_frame(static_cast<std::uint32_t>(fd));
}

void ZapHandler::on_event(int event, std::uint32_t value) {
  if (event == ZMQ_EVENT_ACCEPTED) return connections_.on_accepted(value, address_of(value));
  if (event == ZMQ_EVENT_DISCONNECTED) return connections_.on_ended(value);
  connections_.on_handshake_failed(reason_of(event, value));
}

}  // namespace troupe::transport
