#include "transport/zap_handler.hpp"

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

constexpr const char* questions_endpoint = "inproc://zeromq.zap.01";  // RFC 27 names it.
constexpr int followed = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED |
                         ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                         ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

/// All parts of the next message; empty if there is none.
std::vector<zmq::message_t> receive_all(zmq::socket_t& socket) {
  std::vector<zmq::message_t> parts;
  do {
    if (!socket.recv(parts.emplace_back(), zmq::recv_flags::dontwait)) return {};
  } while (parts.back().more());
  return parts;
}

/// What RFC 27 asks: version, number, domain, address, routing id, mechanism, credentials.
struct Question {
  static constexpr std::size_t parts = 7;
  std::string version = "1.0";
  std::string number = "1";
  std::string address{};
  std::string key{};  ///< As text; empty: it proved none.
};

Question question_in(const std::vector<zmq::message_t>& parts) {
  if (parts.size() != Question::parts) return {};
  Question question{parts[0].to_string(), parts[1].to_string(), parts[3].to_string(), {}};
  const zmq::message_t& credentials = parts[6];
  if (parts[5].to_string_view() == "CURVE" && credentials.size() == sizeof(Key::bytes)) {
    Key key;
    std::memcpy(key.bytes.data(), credentials.data(), credentials.size());
    question.key = to_text(key);
  }
  return question;
}

/// Empty if it has gone already, as one that is turned away at once may be.
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
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) return {};  // Noted when it was asked about.
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)
    return "it hung up in the handshake, or said nothing for 5 s";
  if (value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH) return "it has no key";
  if (value == ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC)
    return "it took this node for another, or its bytes were forged or replayed";
  return "its bytes do not keep to the protocol: another program's, or forged or replayed";
}

}  // namespace

struct ZapHandler::Questions {
  zmq::socket_t socket;
  Reactor::WatchId watch = Reactor::WatchId::none;
};

ZapHandler::ZapHandler(Reactor& reactor, zmq::context_t& context, zmq::socket_t& listening,
                       const Security& security)
    : reactor_(reactor),
      security_(security),
      callers_(reactor,
               [this](std::string address, std::string why) {
                 refusals_.note({}, std::move(address), std::move(why), reactor_.now());
               }),
      questions_(
          std::make_unique<Questions>(Questions{zmq::socket_t(context, zmq::socket_type::rep)})) {
  zmq::socket_t& socket = questions_->socket;
  socket.set(zmq::sockopt::linger, 0);
  socket.bind(questions_endpoint);
  monitor_ = std::make_unique<ZmqMonitor>(
      reactor_, context, listening, "troupe.gate", followed,
      [this](int event, std::uint32_t value) { on_event(event, value); });
  questions_->watch =
      reactor_.watch_readable(socket.get(zmq::sockopt::fd), [this] { answer_questions(); });
  answer_questions();  // ZeroMQ wakes only who has found nothing before.
}

ZapHandler::~ZapHandler() {
  reactor_.unwatch(questions_->watch);
}

/// Until there is none left: the descriptor tells of the first one only.
void ZapHandler::answer_questions() {
  for (;;) {
    const auto parts = receive_all(questions_->socket);
    if (parts.empty()) return;
    const Question question = question_in(parts);
    const std::string why = turned_away(question.key, question.address);
    const std::array<std::string, 6> answer{question.version,
                                            question.number,
                                            why.empty() ? "200" : "400",
                                            why.empty() ? "welcome" : why,
                                            question.key,  // It becomes the user id of its frames.
                                            ""};
    for (std::size_t i = 0; i < answer.size(); ++i)
      (void)questions_->socket.send(zmq::buffer(answer[i]), i + 1 < answer.size()
                                                                ? zmq::send_flags::sndmore
                                                                : zmq::send_flags::none);
  }
}

/// Why; empty if it may come in.
std::string ZapHandler::turned_away(const std::string& key, const std::string& address) {
  if (!key.empty() && security_.member_of(key)) return {};
  std::string why = "its key is not admitted";
  refusals_.note(key.empty() ? key : "key " + short_text(key), address, why, reactor_.now());
  return why;
}

void ZapHandler::passed(int fd) {
  callers_.passed(static_cast<std::uint32_t>(fd));
}

void ZapHandler::on_event(int event, std::uint32_t value) {
  if (event == ZMQ_EVENT_ACCEPTED) return callers_.accepted(value, address_of(value));
  if (event == ZMQ_EVENT_DISCONNECTED) return callers_.ended(value);
  callers_.failed(reason_of(event, value));
}

}  // namespace troupe::transport
