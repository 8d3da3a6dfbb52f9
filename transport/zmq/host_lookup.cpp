#include "transport/zmq/host_lookup.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::transport {
namespace {

constexpr std::string_view tcp_prefix = "tcp://";
constexpr int connect_ms_max = 2000;  ///< For each address of a name.
constexpr int greeting_ms_max = 2000;

std::pair<std::string, std::string> host_and_port(const std::string& endpoint) {
  const std::size_t start = endpoint.starts_with(tcp_prefix) ? tcp_prefix.size() : 0;
  const std::size_t colon = endpoint.rfind(':');
  return {endpoint.substr(start, colon - start), endpoint.substr(colon + 1)};
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

/// The TCP addresses of host and port.
Result<Addresses> look_up(const std::string& endpoint) {
  auto [host, port] = host_and_port(endpoint);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failed = getaddrinfo(host.c_str(), port == "*" ? nullptr : port.c_str(), &hints, &list);
  if (failed == 0) return Addresses(list);
  if (failed == EAI_NONAME || failed == EAI_NODATA)
    return Error{ErrorKind::bad_input, "there is no host named '" + host + "'"};
  return Error{ErrorKind::io,
               "the name '" + host + "' cannot be looked up: " +
                   (failed == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(failed))};
}

HostAddress address_of_info(const addrinfo& info) {
  std::array<char, NI_MAXHOST> text{};
  getnameinfo(info.ai_addr, info.ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  const std::string host = text.data();
  if (info.ai_family == AF_INET6) return {"[" + host + "]", true, host == "::1"};
  return {host, false, host.starts_with("127.")};
}

/// Connects a socket; returns the error number, 0 for success.
int connect_within(int fd, const addrinfo& to) {
  if (connect(fd, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd ready{fd, POLLOUT, 0};
  if (poll(&ready, 1, connect_ms_max) <= 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

/// The first bytes that the other end sends by itself: the greeting of ZMTP (RFC 23).
std::string read_greeting(int fd) {
  constexpr std::size_t greeting_size = 64;
  // ZeroMQ sends the mechanism only after it has the signature and version of the other end.
  std::string own = "\xff" + std::string(8, '\0') + "\x7f\x03";
  (void)send(fd, own.data(), own.size(), MSG_NOSIGNAL);
  std::string greeting;
  while (greeting.size() < greeting_size) {
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, greeting_ms_max) <= 0) break;
    std::array<char, greeting_size> part{};
    const ssize_t got = recv(fd, part.data(), part.size() - greeting.size(), 0);
    if (got <= 0) break;
    greeting.append(part.data(), static_cast<std::size_t>(got));
  }
  return greeting;
}

std::string explain_greeting(const std::string& greeting) {
  constexpr std::size_t mechanism_at = 12;
  if (greeting.empty())
    return "a program listens there and says nothing: it is stopped, or speaks another protocol";
  if (greeting.front() != '\xff' || greeting.size() < 10 || greeting[9] != '\x7f')
    return "the program that listens there speaks another protocol";
  if (greeting.size() <= mechanism_at)
    return "the program that listens there speaks another version of the protocol";
  if (greeting.compare(mechanism_at, 5, "CURVE") == 0)
    return "the node that listens there has another key than the address; the address of the head "
           "is in the file DIR/address, and `troupe keys list` shows the key of its machine";
  return "the node that listens there has no key, and so cannot prove who it is";
}

}  // namespace

bool names_host(const std::string& endpoint) {
  const std::string host = host_and_port(endpoint).first;
  in_addr numeric{};
  return !host.empty() && host != "*" && host.front() != '[' &&
         inet_pton(AF_INET, host.c_str(), &numeric) != 1 && if_nametoindex(host.c_str()) == 0;
}

Result<std::vector<HostAddress>> look_up_host(const std::string& endpoint) {
  const auto list = look_up(endpoint);
  if (!list) return list.error();
  std::vector<HostAddress> addresses;
  for (const addrinfo* one = list->get(); one != nullptr; one = one->ai_next)
    addresses.push_back(address_of_info(*one));
  std::ranges::stable_sort(addresses, {}, &HostAddress::ipv6);
  return addresses;
}

std::string with_host(const std::string& endpoint, const std::string& host) {
  return std::string(tcp_prefix) + host + ":" + host_and_port(endpoint).second;
}

std::string explain_connect_error(int error) {
  switch (error) {
    case ECONNREFUSED:
      return "connection refused: no program listens there";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "there is no route to that address: the network is down, or the machine is off";
    case ETIMEDOUT:
      return "nothing comes back from that address: the machine is off, or a firewall drops the "
             "packets";
    default:
      return std::strerror(error);
  }
}

std::string explain_silence(const std::string& endpoint) {
  const auto list = look_up(endpoint);
  if (!list) return list.error().what;
  int error = ETIMEDOUT;
  for (const addrinfo* one = list->get(); one != nullptr; one = one->ai_next) {
    const int fd = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) continue;
    error = connect_within(fd, *one);
    const std::string greeting = error == 0 ? read_greeting(fd) : std::string();
    close(fd);
    if (error == 0) return explain_greeting(greeting);
  }
  return explain_connect_error(error);
}

}  // namespace troupe::transport
