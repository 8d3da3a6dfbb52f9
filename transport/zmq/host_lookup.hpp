#pragma once

#include <string>
#include <vector>

#include "runtime/core/result.hpp"

namespace troupe::transport {

/// Whether the host of an endpoint "tcp://HOST:PORT" is a name: neither a number, nor every
/// interface, nor an interface of this machine.
[[nodiscard]] bool names_host(const std::string& endpoint);

/// A network address, numeric.
struct HostAddress {
  std::string host;  ///< With brackets if it is of IPv6.
  bool ipv6 = false;
  bool loopback = false;
};

/// The addresses of the host that an endpoint names, those of IPv4 first. Blocks while the name is
/// looked up. The error says whether there is no such name.
Result<std::vector<HostAddress>> look_up_host(const std::string& endpoint);

/// The endpoint with `host` in place of its host.
[[nodiscard]] std::string with_host(const std::string& endpoint, const std::string& host);

/// What an error number of `connect` means for a person.
[[nodiscard]] std::string explain_connect_error(int error);

/// Why nobody answers at an endpoint, found by connecting to it without a handshake: no such name,
/// no route, connection refused, another protocol, a node without keys, another node. Blocks for
/// a few seconds at most.
[[nodiscard]] std::string explain_silence(const std::string& endpoint);

}  // namespace troupe::transport
